"""Two people at the same moment, and a run that is killed: nothing twice, nothing forgotten."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Supplier
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from portal.kernel.money import ZERO
from portal.kernel.states import StateError
from tests.factories.network import make_dealer
from tests.factories.recovery import (
    CLAIMED,
    ENGINEER,
    make_contract,
    make_cost,
    make_part,
    make_recovery,
    make_supplier,
    period_of,
)
from tests.factories.vehicles import make_vehicle
from tests.support.at_once import Pause, both_at_once, in_a_transaction
from tests.support.killed import runs
from warranty.claims.models import Claim
from warranty.recovery.jobs import generate
from warranty.recovery.models import Recovery, RecoveryAdjustment, RecoveryContract, RecoveryEntry, RecoveryLine
from warranty.recovery.queries.contracts import used_of
from warranty.recovery.queries.recoveries import unbalanced
from warranty.recovery.services import booking, undo
from warranty.recovery.services.adjust import NOTHING, Adjusting, ask_again, give_back
from warranty.recovery.services.booking import Payment, book, pay
from warranty.recovery.services.generate import recover_supplier
from warranty.recovery.services.undo import reopen
from warranty.settlement.models import Deduction

OCTOBER = datetime(2026, 10, 20, 3, tzinfo=UTC)
PEOPLE = (Actor.system("甲"), Actor.system("乙"))
SUPPLIERS, CLAIMS_EACH, KILLS = 9, 6, 4
#: So many moments a supplier takes; a run is killed in one of its first two suppliers.
MOMENTS = 70


def make_world(session: Session, now: datetime, claims: int = 1) -> Supplier:
    supplier = make_supplier(session)
    part = make_part(session, supplier, f"P-{supplier.code}")
    make_contract(session, now, supplier)
    dealer = make_dealer(session)
    vehicle = make_vehicle(session, dealer=dealer)
    for day in range(claims):
        make_cost(session, dealer, OCTOBER + timedelta(hours=day), part=part.number, vehicle=vehicle)
    session.commit()
    return supplier


def debit_all(session: Session, now: datetime) -> Deduction:
    """Take all of the one claim back from its station."""
    (claim,) = session.scalars(select(Claim))
    entry = Deduction(
        dealer_id=claim.dealer_id, claim_number=claim.number, kind="debit", source="DD-1", amount=Decimal("-752.10"),
        reason="二次抵扣", booked_at=now, booked_by="结算员",
    )  # fmt: skip
    session.add(entry)
    session.flush()
    return entry


@pytest.mark.databases("postgresql")
def test_of_two_who_book_at_once_one_is_too_late_and_it_is_booked_once(
    app: Flask, session: Session, now: datetime
) -> None:
    found = make_recovery(session, now, make_world(session, now), "agreed")
    key = found.id
    session.commit()
    outcomes = both_at_once(app, PEOPLE, lambda own, actor: book(own, key, actor, now).state)
    assert sorted(map(str, outcomes)) == ["booked", str(StateError("recovery", "booked", "book"))]
    paid = both_at_once(
        app, PEOPLE, lambda own, actor: pay(own, key, Payment(local_date(now), "BANK-1"), actor, now).state
    )
    assert sorted(map(str, paid)) == ["paid", str(StateError("recovery", "paid", "pay"))]
    entries = session.execute(select(RecoveryEntry.account, RecoveryEntry.amount).order_by(RecoveryEntry.id)).all()
    assert [(account, str(amount)) for account, amount in entries] == [("booked", "411.00"), ("paid", "-411.00")]


@pytest.mark.databases("postgresql")
def test_reopened_and_booked_at_once_it_is_one_of_the_two(app: Flask, session: Session, now: datetime) -> None:
    found = make_recovery(session, now, make_world(session, now), "agreed")
    key = found.id
    session.commit()

    def act(own: Session, actor: Actor) -> str:
        return (reopen(own, key, "误点", actor, now) if actor is PEOPLE[0] else book(own, key, actor, now)).state

    outcomes = tuple(map(str, both_at_once(app, PEOPLE, act)))
    reopened, booked = (
        ("answered", str(StateError("recovery", "answered", "book"))),
        (str(StateError("recovery", "booked", "reopen")), "booked"),
    )
    assert outcomes in {reopened, booked}
    session.rollback()
    agreed, entries = session.scalar(select(Recovery.agreed)), session.scalars(select(RecoveryEntry.amount)).all()
    expected = (None, []) if outcomes == reopened else (Decimal("411.00"), [Decimal("411.00")])
    assert (agreed, entries) == expected
    assert unbalanced(session) == []


@pytest.mark.databases("postgresql")
@pytest.mark.parametrize("reopened_first", [True, False])
def test_while_it_is_reopened_it_is_not_booked_and_the_other_way_round(
    app: Flask, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch, *, reopened_first: bool
) -> None:
    found = make_recovery(session, now, make_world(session, now), "agreed")
    key, pause = found.id, Pause()
    session.commit()
    module = undo if reopened_first else booking
    monkeypatch.setattr(module, "check_balance", pause.before(module.check_balance))
    acts = [
        lambda: in_a_transaction(app, PEOPLE[0], lambda own: reopen(own, key, "误点", PEOPLE[0], now).state),
        lambda: in_a_transaction(app, PEOPLE[1], lambda own: book(own, key, PEOPLE[1], now).state),
    ]
    outcomes = pause.one_after_the_other(*(acts if reopened_first else acts[::-1]))
    late = StateError("recovery", *(("answered", "book") if reopened_first else ("booked", "reopen")))
    assert list(map(str, outcomes)) == ["answered" if reopened_first else "booked", str(late)]


@pytest.mark.databases("postgresql")
@pytest.mark.parametrize("state", ["booked", "paid"])
def test_of_two_who_give_back_at_once_one_finds_nothing_left_and_it_goes_back_once(
    app: Flask, session: Session, now: datetime, state: str
) -> None:
    found = make_recovery(session, now, make_world(session, now), state)
    entry = debit_all(session, now)
    key, said = found.id, Adjusting(local_date(now), "已扣回", "BANK-9")
    session.commit()
    first = both_at_once(app, PEOPLE, lambda own, actor: give_back(own, key, said, actor, now).amount)
    assert sorted(map(str, first)) == ["411.00", str(DomainError.at(None, NOTHING["back"]))]
    entry.cancelled_at = now  # the station has got it again
    session.commit()
    second = both_at_once(app, PEOPLE, lambda own, actor: ask_again(own, key, said, actor, now).amount)
    assert sorted(map(str, second)) == ["411.00", str(DomainError.at(None, NOTHING["again"]))]
    session.rollback()
    assert [(one.kind, str(one.amount)) for one in session.scalars(select(RecoveryAdjustment))] == [
        ("back", "411.00"), ("again", "411.00"),
    ]  # fmt: skip
    own = RecoveryEntry.adjustment_id.is_not(None)
    entries = session.execute(select(RecoveryEntry.account, RecoveryEntry.amount).where(own).order_by(RecoveryEntry.id))
    moved = [(account, str(amount)) for account, amount in entries]
    repaid = [("repaid", "411.00"), ("repaid", "-411.00")] if state == "paid" else []
    assert sorted(moved) == sorted([("back", "-411.00"), ("back", "411.00"), *repaid])
    assert unbalanced(session) == []


@pytest.mark.databases("postgresql")
def test_what_is_asked_again_and_a_demand_made_at_once_share_the_cap(
    app: Flask, session: Session, now: datetime
) -> None:
    supplier = make_world(session, now)
    contract = session.scalars(select(RecoveryContract)).one()
    contract.year_cap = Decimal("600.00")
    found = make_recovery(session, now, supplier, "booked")
    entry = debit_all(session, now)
    said = Adjusting(local_date(now), "已扣回")
    give_back(session, found.id, said, ENGINEER, now)
    entry.cancelled_at = now
    dealer = session.scalars(select(Dealer)).one()
    make_cost(session, dealer, OCTOBER, part=f"P-{supplier.code}")
    demand, key = found.id, supplier.id
    session.commit()

    def act(own: Session, actor: Actor) -> object:
        if actor is PEOPLE[0]:
            return ask_again(own, demand, said, actor, now).amount
        made = recover_supplier(own, key, period_of(now), actor, now)
        return None if made is None else made.claimed

    asked, made = both_at_once(app, PEOPLE, act)
    # whoever comes first takes what it wants, the other what is left
    assert (str(asked), str(made)) in {("411.00", "189.00"), ("39.00", "561.00")}
    session.rollback()
    (used,) = used_of(session, key).values()
    assert used == Decimal("600.00")


@pytest.mark.databases("postgresql")
def test_two_who_make_demands_at_once_make_them_once(app: Flask, session: Session, now: datetime) -> None:
    supplier = make_world(session, now, claims=5)
    key = supplier.id
    outcomes = both_at_once(
        app, PEOPLE, lambda own, actor: recover_supplier(own, key, period_of(now), actor, now)
    )  # fmt: skip
    made = [one for one in outcomes if one is not None]
    assert [(one.claims, one.claimed) for one in made] == [(5, 5 * CLAIMED)]
    assert session.scalar(select(func.count()).select_from(Recovery)) == 1


#: Makes the demands in small pieces and says before each supplier how far it is.
IMPORTS = "from tests.factories.recovery import period_of; from warranty.recovery.jobs import generate"
GENERATE = 'generate(session, period_of(NOW), "", actor, NOW, tell, most=2)'


def whole_demands(session: Session) -> int:
    """Check that every demand is whole; return how many claims are in one."""
    session.rollback()
    assert unbalanced(session) == []
    for demand in session.scalars(select(Recovery)):
        assert demand.claimed == demand.claims * CLAIMED
    claims = session.scalar(select(func.count(RecoveryLine.claim_id.distinct()))) or 0
    assert session.scalar(select(func.count()).select_from(RecoveryLine)) == 2 * claims
    session.rollback()
    return claims


def test_killed_again_and_again_nothing_is_asked_twice_or_forgotten(
    session: Session, database_url: str, tmp_path: Path, now: datetime
) -> None:
    for _ in range(SUPPLIERS):
        make_world(session, now, CLAIMS_EACH)
    chance, reached = random.Random(20261120), 0
    with runs(database_url, tmp_path, IMPORTS, GENERATE) as child:
        for _ in range(KILLS):
            child.kill(chance.randint(1, 2), chance.randrange(MOMENTS))
            done = whole_demands(session)
            assert reached <= done < SUPPLIERS * CLAIMS_EACH
            reached = done
    assert reached > 0
    session.rollback()
    rest = generate(session, period_of(now), "", ENGINEER, now, most=2)
    assert rest.claims == SUPPLIERS * CLAIMS_EACH - reached
    assert whole_demands(session) == SUPPLIERS * CLAIMS_EACH
    again = generate(session, period_of(now), "", ENGINEER, now)
    assert (again.numbers, again.claimed) == ((), ZERO)
