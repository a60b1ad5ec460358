"""What an inspection writes beside its finding, and what a dispute must say."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from parts.returns import services
from parts.returns.services import Finding
from parts.returns.services.inspect import NOTE_LENGTH, PLACE_LENGTH
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from portal.kernel.lifecycle import LONGEST_REASON
from tests.factories.returns import COST, make_old_part, packer
from tests.support.faults import told

SYSTEM = Actor.system("test")
#: What is judged before anything is written is judged alike on every database.
pytestmark = pytest.mark.databases("sqlite")


@pytest.mark.parametrize(
    ("typed", "kept"), [(" 壳体碰伤 ", "壳体碰伤"), ("  ", None), ("碰" * NOTE_LENGTH, "碰" * NOTE_LENGTH)]
)
def test_a_note_is_kept_beside_the_finding(session: Session, now: datetime, typed: str, kept: str | None) -> None:
    part = make_old_part(session, "signed", now)
    services.inspect(session, part.number, Finding("damaged", note=typed), SYSTEM, now)
    assert (part.outcome, part.inspection_note, part.deducted) == ("damaged", kept, COST)
    assert (part.inspected_at, part.inspected_by) == (now, SYSTEM.name)


def test_a_note_that_is_too_long_is_told_with_the_amount(session: Session, now: datetime) -> None:
    part = make_old_part(session, "signed", now)
    finding = Finding("damaged", COST + Decimal("0.01"), "碰" * (NOTE_LENGTH + 1), "x" * 24)
    with pytest.raises(DomainError) as wrong:
        services.inspect(session, part.number, finding, SYSTEM, now)
    assert set(told(wrong)) == {"amount", "note"}
    assert (part.state, part.outcome, part.deducted) == ("signed", None, None)


def test_a_dispute_says_why_in_no_more_than_is_kept(session: Session, now: datetime) -> None:
    part = make_old_part(session, "deducted", now)
    clerk = packer(part.dealer_id)
    for reason in (" \n", "错" * (LONGEST_REASON + 1)):
        with pytest.raises(DomainError) as wrong:
            services.dispute(session, part.number, reason, [], clerk, now)
        assert set(told(wrong)) == {"reason"}
    raised = services.dispute(session, part.number, f" {'错' * LONGEST_REASON} ", [], clerk, now)
    assert raised.reason == "错" * LONGEST_REASON
    with pytest.raises(DomainError) as unknown:
        services.answer(session, part.number, "forget", "—", SYSTEM, now)
    assert told(unknown) == {"action": "Please choose from the list."}


def test_a_part_is_stored_in_a_place(session: Session, now: datetime) -> None:
    part = make_old_part(session, "accepted", now)
    for place in (" ", "x" * (PLACE_LENGTH + 1)):
        with pytest.raises(DomainError) as wrong:
            services.store(session, part.number, place, SYSTEM, now)
        assert set(told(wrong)) == {"place"}
    assert (part.state, part.place) == ("accepted", None)
    services.store(session, part.number, " b-02 ", SYSTEM, now)
    assert (part.state, part.place) == ("stored", "B-02")


def test_an_excused_part_leaves_its_box(session: Session, now: datetime) -> None:
    part = make_old_part(session, "packed", now)
    assert part.box_id is not None
    services.excuse(session, part.number, "公安机关扣留", SYSTEM, now)
    assert (part.state, part.box_id, part.deducted) == ("excused", None, None)
