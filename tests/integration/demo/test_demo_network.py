"""The demo network holds what the portal itself would have let in."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.network.rules import uscc_fault
from dealers.service import words as service_words
from dealers.service.models import LabourLine, PartLine, RepairJob, RepairOrder
from dealers.vehicles.models import Vehicle
from dealers.vehicles.rules import plate_kind, vin_fault
from parts.returns.models import OldPart, OldPartDispute
from parts.returns.rules.inspection import dispute_until
from portal.demo.network import Size, make_network
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.db import Base, attach, db
from portal.kernel.errors import OperatorError
from portal.kernel.numbers import next_number
from portal.kernel.scoping import HeadOfficeScope, enter
from tests.support import running
from warranty.authorisations import words as authorisation_words
from warranty.authorisations.models import PreAuthorisation
from warranty.claims import words as claim_words
from warranty.claims.models import Claim, ClaimLine
from warranty.claims.services.submit import preview
from warranty.claims.services.trials import prove_claims
from warranty.settlement.models import Deduction, Settlement
from warranty.settlement.queries import unbalanced

pytestmark = pytest.mark.databases("sqlite")
SIZE = Size(dealers=6, vehicles=900, months=3)


@pytest.fixture
def network(
    app: Flask, empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, now: datetime
) -> Iterator[Session]:
    """Look at a copy of the network: filling one takes longer than all that is asked of it."""
    shutil.copy(running.make_network(tmp_path_factory, empty_sqlite, now, SIZE).path, str(db.engine.url.database))
    with Session(db.engine) as session:
        enter(session, Actor.system("test"), HeadOfficeScope("test"))
        yield session


def test_everything_refers_to_something_and_every_code_is_well_formed(network: Session) -> None:
    assert network.execute(text("pragma foreign_key_check")).all() == []
    assert [vin for vin in network.scalars(select(Vehicle.vin)) if vin_fault(vin)] == []
    assert [code for code in network.scalars(select(Dealer.uscc)) if uscc_fault(code)] == []
    assert [plate for plate in network.scalars(select(Vehicle.plate)) if plate_kind(plate or "") is None] == []
    tails = Counter(vin[-8:] for vin in network.scalars(select(Vehicle.vin)))
    assert max(tails.values()) == 1


def test_every_value_has_a_word_on_the_pages(network: Session) -> None:
    for column, known in (
        (RepairOrder.type, service_words.TYPES),
        (RepairOrder.substitute, service_words.SUBSTITUTES),
        (RepairJob.component, service_words.COMPONENTS),
        (RepairJob.payer, service_words.PAYERS),
        (Claim.type, claim_words.TYPES),
        (Claim.damage_degree, claim_words.DEGREES),
        (ClaimLine.kind, claim_words.KINDS),
        (ClaimLine.reason_code, claim_words.REASONS),
    ):
        assert set(network.scalars(select(column).distinct())) - {None} <= set(known), column
    modes = set(network.scalars(select(RepairJob.failure_mode).distinct())) - {None}
    assert modes <= set(service_words.FAILURE_MODES)


def test_money_adds_up_from_the_line_to_the_statement(network: Session) -> None:
    labour = dict(
        network.execute(
            select(RepairJob.order_id, func.sum(LabourLine.amount)).join(LabourLine).group_by(RepairJob.order_id)
        ).all()
    )
    parts = dict(
        network.execute(
            select(RepairJob.order_id, func.sum(PartLine.amount)).join(PartLine).group_by(RepairJob.order_id)
        ).all()
    )
    orders = network.execute(select(RepairOrder.id, RepairOrder.labour_total, RepairOrder.parts_total)).all()
    assert [row.id for row in orders if (labour[row.id], parts[row.id]) != (row.labour_total, row.parts_total)] == []
    applied = dict(
        network.execute(select(ClaimLine.claim_id, func.sum(ClaimLine.applied)).group_by(ClaimLine.claim_id)).all()
    )
    claims = network.execute(select(Claim.id, Claim.applied)).all()
    assert [row.id for row in claims if applied[row.id] != row.applied] == []
    assert network.scalar(select(func.count()).select_from(Settlement))
    assert unbalanced(network) == []


def test_claims_of_every_state_wait_for_somebody_and_the_drafts_can_be_looked_at(
    network: Session, now: datetime
) -> None:
    states = set(network.scalars(select(Claim.state).distinct()))
    assert {"draft", "submitted", "approved", "settled", "in_settlement"} <= states
    for number in network.scalars(select(Claim.number).where(Claim.state == "draft")).all():
        found, findings = preview(network, number, now)
        assert found.head.number == number
        assert [finding.check for finding in findings if finding.blocks] == []


def test_the_rules_decide_most_claims_and_a_replay_finds_each_of_their_decisions_again(
    network: Session, now: datetime
) -> None:
    today = local_date(now)
    tally = prove_claims(network, today - timedelta(days=150), today, lambda _done, _total: None)
    assert (tally.unknown, tally.whole.changed, tally.changes) == (0, 0, [])
    submitted = network.scalar(select(func.count()).select_from(Claim).where(Claim.version > 0)) or 0
    by_rules = network.scalar(select(func.count()).select_from(Claim).where(Claim.by_rules)) or 0
    assert tally.whole.claims >= submitted > 50
    assert 0.5 < by_rules / submitted < 0.9


def test_stations_asked_before_some_repairs_and_headquarters_decided_some(network: Session) -> None:
    states = Counter(network.scalars(select(PreAuthorisation.state)))
    assert {"submitted", "passed", "returned"} <= set(states)
    assert set(network.scalars(select(PreAuthorisation.type))) <= set(authorisation_words.TYPES)


def test_old_parts_are_on_their_way_and_their_deductions_in_statements(network: Session) -> None:
    states = set(network.scalars(select(OldPart.state)))
    assert {"due", "packed", "shipped", "signed", "stored", "handed_over", "scrapped", "excused"} <= states
    assert set(network.scalars(select(OldPartDispute.state))) == {"open", "upheld", "waived"}
    assert network.scalar(select(func.count()).where(Deduction.settlement_id.is_not(None)))
    disputes = network.execute(
        select(OldPart.inspected_at, OldPartDispute.raised_at, OldPartDispute.answered_at)
        .join(OldPart, OldPart.id == OldPartDispute.old_part_id)
    ).all()  # fmt: skip
    for inspected_at, raised_at, answered_at in disputes:
        assert inspected_at is not None
        assert inspected_at < raised_at < (answered_at or raised_at + timedelta(seconds=1))
        assert local_date(raised_at) <= dispute_until(local_date(inspected_at))


def test_numbers_go_on_where_the_network_stopped(network: Session, now: datetime) -> None:
    code = network.scalars(select(Dealer.code).order_by(Dealer.id).limit(1)).one()
    fresh = next_number(network, "RO", code, now)
    assert network.scalars(select(RepairOrder.number).where(RepairOrder.number == fresh)).all() == []


def rows_of(seed: int, now: datetime) -> list[tuple[object, ...]]:
    engine = create_engine("sqlite://")
    attach(engine)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        make_network(connection, replace(SIZE, seed=seed), now, lambda _words: None)
        rows = connection.execute(
            text("select number, vin, received_at, labour_total from repair_order order by id")
        ).all()
    engine.dispose()
    return [tuple(row) for row in rows]


def test_the_same_seed_makes_the_same_network_and_another_another(app: Flask, now: datetime) -> None:
    assert rows_of(1, now) == rows_of(1, now)
    assert rows_of(1, now) != rows_of(2, now)


def test_a_database_in_use_is_left_alone(network: Session, now: datetime) -> None:
    network.rollback()
    with db.engine.begin() as connection, pytest.raises(OperatorError):
        make_network(connection, SIZE, now, lambda _words: None)
