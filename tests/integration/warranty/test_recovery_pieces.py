"""Demands are made in pieces: they come to the same as at once, and no claim is read again for each of them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Supplier
from tests.factories.network import make_dealer
from tests.factories.recovery import (
    ENGINEER,
    PART,
    TERMS,
    make_contract,
    make_cost,
    make_part,
    make_supplier,
    period_of,
)
from tests.factories.vehicles import make_vehicle
from warranty.recovery.jobs import generate
from warranty.recovery.models import RecoveryLine
from warranty.recovery.queries.costs import queues_of
from warranty.recovery.queries.recoveries import find, unbalanced
from warranty.recovery.rules.contracts import PART as ONE_PART
from warranty.recovery.rules.reckoning import Cost, reckon
from warranty.recovery.services.rounds import withdraw

OCTOBER = datetime(2026, 10, 20, 3, tzinfo=UTC)
CLAIMS = 14


@pytest.fixture
def supplier(session: Session, now: datetime) -> Supplier:
    """A supplier of three parts: two share the cap of a contract, the third has one of its own, soon used up."""
    found, dealer = make_supplier(session), make_dealer(session)
    for part in (PART, "W-SEAL", "W-BELT"):
        make_part(session, found, part)
    make_contract(
        session, now, found, terms=replace(TERMS, claim_cap=Decimal("500.00"), year_cap=Decimal("3777.77"))
    )  # fmt: skip
    make_contract(session, now, found, scope=ONE_PART, value="W-SEAL", terms=replace(TERMS, year_cap=Decimal("700.00")))
    make_claims(session, dealer, (PART, "W-SEAL", "W-BELT"))
    session.commit()
    return found


def make_claims(session: Session, dealer: Dealer, parts: tuple[str, ...]) -> None:
    """Store claims of a few days, completed in another order than they were made in."""
    dice, vehicle = random.Random(20261126), make_vehicle(session, dealer=dealer)
    for place in range(CLAIMS):
        done = OCTOBER - timedelta(hours=dice.randrange(90))
        amounts = {"labour": f"{dice.randrange(1, 60_000) / 100:.2f}", "part": f"{dice.randrange(1, 60_000) / 100:.2f}"}
        make_cost(
            session, dealer, OCTOBER, part=parts[place % len(parts)], completed=done, amounts=amounts, vehicle=vehicle
        )


def reckoned(session: Session) -> dict[int, tuple[Decimal, ...]]:
    """Return what each line came to, and what was cut off."""
    columns = (RecoveryLine.amount, RecoveryLine.cut_claim, RecoveryLine.cut_year)
    rows = session.execute(select(RecoveryLine.claim_line_id, *columns).where(RecoveryLine.live))
    return {line: tuple(amounts) for line, *amounts in rows}


@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_in_pieces_of_any_size_it_is_the_same_as_at_once(
    session: Session, now: datetime, supplier: Supplier, most: int
) -> None:
    whole = generate(session, period_of(now), supplier.code, ENGINEER, now)
    at_once = reckoned(session)
    for number in whole.numbers:
        withdraw(session, find(session, number).id, "测试", ENGINEER, now)
    session.commit()
    pieces = generate(session, period_of(now), supplier.code, ENGINEER, now, most=most)
    assert reckoned(session) == at_once
    assert (pieces.claims, pieces.claimed) == (whole.claims, whole.claimed)
    assert 0 < whole.claims < CLAIMS  # the caps have nothing for some, in between and at the end
    sizes = [find(session, number).claims for number in pieces.numbers]
    assert sizes[:-1] == [most] * (len(sizes) - 1)  # each demand is full but the last
    assert sizes[-1] <= most
    assert unbalanced(session) == []


def test_the_claims_wait_in_the_order_in_which_they_are_reckoned(
    session: Session, now: datetime, supplier: Supplier
) -> None:
    queue = queues_of(session, period_of(now), [supplier.id])[supplier.id]
    generate(session, period_of(now), supplier.code, ENGINEER, now)
    rows = session.execute(
        select(RecoveryLine.claim_id, func.min(RecoveryLine.position)).group_by(RecoveryLine.claim_id)
    )
    made = [claim for claim, _position in sorted(rows, key=lambda row: row[1])]
    assert [claim for claim in queue if claim in made] == made
    assert len(queue) == CLAIMS


def test_a_claim_is_not_read_again_for_each_demand(
    session: Session, now: datetime, supplier: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Cost] = []

    def counting(costs: list[Cost], *rest: object) -> object:
        read.extend(costs)
        return reckon(costs, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("warranty.recovery.services.generate.reckon", counting)
    done = generate(session, period_of(now), supplier.code, ENGINEER, now, most=1)
    assert len(done.numbers) > CLAIMS // 2
    assert len(read) == 2 * CLAIMS  # each of its two lines once
