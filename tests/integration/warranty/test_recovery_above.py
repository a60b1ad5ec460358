"""Demands of more than headquarters bears: the statement finds exactly those that the rules find line by line."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.returns.models import OldPart
from parts.returns.services import PaidPart
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.db import db
from portal.kernel.listing import all_rows, fetch_page
from portal.kernel.money import ZERO, from_fen
from tests.factories.network import make_actor, make_dealer, make_user
from tests.factories.recovery import (
    DESK,
    ENGINEER,
    make_contract,
    make_cost,
    make_part,
    make_recovery,
    make_supplier,
)
from tests.factories.returns import make_old_part
from tests.factories.vehicles import make_vehicle
from tests.support.papers import printed
from tests.support.queries import count_queries
from warranty.claims.models import Claim, ClaimLine
from warranty.recovery.documents import build
from warranty.recovery.lists import RECOVERIES
from warranty.recovery.models import Recovery, RecoveryLine
from warranty.recovery.queries.above import borne_by_now, demands_above
from warranty.recovery.queries.adjustments import adjustments_of
from warranty.recovery.queries.charges import borne_lines_of
from warranty.recovery.queries.lessened import lessened, moving
from warranty.recovery.queries.moved import moved
from warranty.recovery.room import ROOM
from warranty.recovery.rules.contracts import Terms
from warranty.recovery.services.adjust import Adjusting, give_back
from warranty.recovery.services.booking import book
from warranty.recovery.services.generate import reckon_anew
from warranty.recovery.services.rounds import Lowered, agree, ask_less
from warranty.settlement.models import Deduction

D = Decimal
OCTOBER = datetime(2026, 10, 20, 3, tzinfo=UTC)
STATES = ("draft", "sent", "answered", "disputed", "agreed", "booked", "paid", "withdrawn")
CLAIMS_EACH = 6


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session)


def demand(session: Session, dealer: Dealer, now: datetime, state: str, chance: Random | None = None) -> Recovery:
    """A supplier's demand in a state over claims of any amounts, or over one claim of the usual ones."""
    supplier = make_supplier(session)
    part = make_part(session, supplier, f"P-{supplier.code}").number
    shares = {} if chance is None else {"terms": odd(chance)}
    make_contract(session, now, supplier, **shares)
    vehicle = make_vehicle(session, dealer=dealer)
    for place in range(1 if chance is None else CLAIMS_EACH):
        amounts = None
        if chance is not None:
            kinds = chance.sample(("part", "handling", "towing", "sublet"), chance.randint(1, 4))
            amounts = {"labour": "300.00"} | {
                kind: str(from_fen(chance.choice((0, 1, 7, 99, chance.randint(0, 99_999))))) for kind in kinds
            }
        decided = OCTOBER + timedelta(minutes=place)
        claim = make_cost(session, dealer, decided, part=part, vehicle=vehicle, amounts=amounts)
        if chance is not None and chance.random() < 0.3:
            charge_somehow(session, dealer, claim, chance, now, BEFORE)  # the demand knows of it
    return make_recovery(session, now, supplier, state, reject=state == "disputed")


def odd(chance: Random) -> Terms:
    """Shares of any hundredth of a percent, with caps or without."""
    labour, part, handling = (D(chance.randint(1, 10_000)).scaleb(-2) for _ in range(3))
    return Terms(labour, part, handling, *chance.choice(((None, None), (D("99.99"), D("500.00")))))


#: When entries come that a demand does not know of, and when those that it was reckoned with.
SINCE, BEFORE = datetime(2026, 11, 20, 6, tzinfo=UTC), OCTOBER + timedelta(hours=9)


def charge(
    session: Session, claim: Claim, amount: Decimal, kind: str = "debit", source: str = "", at: datetime = SINCE
) -> Deduction:  # fmt: skip
    """Put an entry beside a claim; negative takes."""
    count = len(session.scalars(select(Deduction.id)).all())
    entry = Deduction(
        dealer_id=claim.dealer_id, kind=kind, source=source or f"DD-{count}", claim_number=claim.number, amount=amount,
        reason="二次抵扣", booked_at=at, booked_by="结算员",
    )  # fmt: skip
    session.add(entry)
    session.flush()
    return entry


def claims_in(session: Session, found: Recovery) -> list[Claim]:
    ids = select(RecoveryLine.claim_id).where(RecoveryLine.recovery_id == found.id)
    return list(session.scalars(select(Claim).where(Claim.id.in_(ids)).order_by(Claim.id)))


def charge_somehow(
    session: Session, dealer: Dealer, claim: Claim, chance: Random, now: datetime, at: datetime = SINCE
) -> None:  # fmt: skip
    """Take back and give again as statements do, and as they never would: more than there is, of no line."""
    for _ in range(chance.randint(0, 3)):
        fen = chance.choice((1, 2, 100, chance.randint(1, 90_000)))
        kind, sign = chance.choice((("debit", -1), ("audit", -1), ("credit", 1)))
        charge(session, claim, sign * from_fen(fen), kind, at=at)
    if chance.random() < 0.6:
        charged = session.scalars(select(OldPart.line).where(OldPart.claim_number == claim.number)).all()
        line = chance.choice([place for place in range(1, 6) if place not in charged])
        paid = (PaidPart(line, claim.causal_part or "", "水泵", D(1), True, D("500.00")),)
        part = make_old_part(session, "due", now, dealer, id=claim.id, number=claim.number, parts=paid)
        amount = from_fen(chance.randint(1, 60_000))
        charge(session, claim, -amount, "old_part", part.number, at)
        if chance.random() < 0.3:
            charge(session, claim, amount, "credit", f"old_part:{part.number}", at)


def by_the_rules(session: Session, demands: list[Recovery]) -> dict[str, set[int]]:
    """Return what the rules say of each demand, read one by one."""
    live = [one for one in demands if one.state != "withdrawn"]
    back = {one.id for one in live if any(line.settled and line.settled.back for line in moving(session, one.id))}
    asking = {
        one.id for one in live if one.agreed is None and any(line.above for line in lessened(session, one.id).values())
    }
    again = {
        one.id
        for one in live
        if any(line.settled and line.settled.again and line.settled.given_back for line in moving(session, one.id))
    }
    return {"open": asking, "back": back, "any": asking | back, "again": again}


def by_statement(session: Session) -> dict[str, set[int]]:
    return {which: set(session.scalars(demands_above(which))) for which in ("open", "back", "any", "again")}


def settle(demands: list[Recovery], session: Session, now: datetime) -> None:
    """Give back what is too much of those that are booked."""
    for one in demands:
        if one.state in ("booked", "paid"):
            give_back(session, one.id, Adjusting(now.date(), "已扣回", "BANK-9"), DESK, now)


@pytest.mark.parametrize("seed", range(3))
def test_the_statement_finds_what_the_rules_find(session: Session, dealer: Dealer, now: datetime, seed: int) -> None:
    chance = Random(20261126 + seed)
    demands = [demand(session, dealer, now, state, chance) for state in STATES]
    claims = [claim for one in demands for claim in claims_in(session, one)]
    for claim in claims:
        charge_somehow(session, dealer, claim, chance, now)
    by_now = borne_by_now(select(RecoveryLine.claim_id).where(RecoveryLine.live))
    rows = session.execute(
        select(ClaimLine.claim_id, ClaimLine.position, by_now.c.borne).join(ClaimLine, ClaimLine.id == by_now.c.line_id)
    )
    found: dict[int, dict[int, Decimal]] = {}
    for claim_id, position, borne in rows:
        found.setdefault(claim_id, {})[position] = from_fen(borne)
    left = borne_lines_of(session, select(Claim.id).where(Claim.id.in_([one.id for one in claims])))
    approved = {one.id: {line.position: line.audited or ZERO for line in one.lines} for one in claims}
    withdrawn = {one.id for one in claims_in(session, demands[-1])}
    lessened_claims = {key for key, lines in left.items() if lines != approved[key]} - withdrawn
    assert len(lessened_claims) > CLAIMS_EACH  # there is something to compare
    assert {key: found.get(key, approved[key]) for key in left if key not in withdrawn} == {
        key: lines for key, lines in left.items() if key not in withdrawn
    }
    assert lessened_claims <= found.keys()
    expected = by_the_rules(session, demands)
    assert by_statement(session) == expected
    assert expected["open"]
    assert expected["back"]
    friday, monday = now + timedelta(days=7), now + timedelta(days=10)
    settle([one for one in demands if one.id in expected["back"]], session, friday)
    assert by_statement(session) == by_the_rules(session, demands)
    for entry in session.scalars(select(Deduction).where(Deduction.amount < ZERO)).all():
        if chance.random() < 0.7:
            entry.cancelled_at = monday
    session.flush()
    assert by_statement(session) == by_the_rules(session, demands)
    assert by_the_rules(session, demands)["again"]
    for claim in claims:
        if chance.random() < 0.3:
            charge(session, claim, D("-90.00"), at=monday)
    assert by_statement(session) == by_the_rules(session, demands)


@pytest.mark.parametrize("state", STATES[:-1])
def test_only_claims_charged_since_the_reckoning_are_looked_at(
    session: Session, dealer: Dealer, now: datetime, state: str
) -> None:
    found = demand(session, dealer, now, state)
    (claim,) = claims_in(session, found)
    entry = charge(session, claim, D("-1.00"), at=BEFORE)
    assert session.scalars(moved(state)).all() == []
    # the act began before the demand was made, and ended after it
    entry.booked_at = now - timedelta(hours=1)
    session.flush()
    assert set(session.scalars(moved(state))) == {claim.id}
    assert session.scalars(moved(*(one for one in STATES if one != state))).all() == []
    entry.booked_at, entry.cancelled_at = BEFORE, now
    session.flush()
    assert set(session.scalars(moved(state))) == {claim.id}


def test_what_went_back_is_not_looked_at_again(session: Session, dealer: Dealer, now: datetime) -> None:
    found = demand(session, dealer, now, "booked")
    (claim,) = claims_in(session, found)
    charge(session, claim, D("-100.00"))
    later = now + timedelta(days=7)
    give_back(session, found.id, Adjusting(later.date(), "已扣回"), DESK, later)
    assert session.scalars(moved("booked")).all() == []
    charge(session, claim, D("-100.00"), at=later + timedelta(days=7))
    assert set(session.scalars(moved("booked"))) == {claim.id}


def numbers(session: Session, which: str) -> list[str]:
    return [row.number for row in all_rows(session, RECOVERIES, {"above": which})]


def work(actor: Actor, session: Session, now: datetime) -> dict[str, int]:
    """Return what the home page counts for a person of what is above."""
    items = [
        item for item in ROOM.work if item.key in ("recovery_above", "recovery_back") and actor.may(item.permission)
    ]
    return {item.query: item.count(session, actor, now) for item in items}


def test_work_leads_to_exactly_those_and_ends_when_it_is_done(session: Session, dealer: Dealer, now: datetime) -> None:
    made = {state: demand(session, dealer, now, state) for state in STATES}
    engineer, desk = make_actor(session, "quality"), make_actor(session, "settlement")
    assert work(engineer, session, now) == {"above=any": 0}
    for state, found in made.items():
        if state != "sent":  # of this one nothing is taken back
            (claim,) = claims_in(session, found)
            charge(session, claim, D("-100.00"))
    asking, settled = ("draft", "answered", "disputed"), ("agreed", "booked", "paid")
    assert numbers(session, "open") == [made[state].number for state in reversed(asking)]
    assert numbers(session, "back") == [made[state].number for state in reversed(settled)]
    assert numbers(session, "any") == [made[state].number for state in reversed((*asking, *settled))]
    assert work(engineer, session, now) == {"above=any": 6}
    assert work(desk, session, now) == {"above=back": 3}
    reckon_anew(session, made["draft"].id, ENGINEER, now)
    agree(session, made["answered"].id, ENGINEER, now)
    for position in (1, 2):
        line = lessened(session, made["disputed"].id)[position]
        ask_less(session, made["disputed"].id, position, Lowered(line.most, "已扣回"), ENGINEER)
    for state in ("booked", "paid"):
        give_back(session, made[state].id, Adjusting(local_date(now), "已扣回", "BANK-9"), DESK, now)
    assert numbers(session, "any") == [made["agreed"].number]
    book(session, made["agreed"].id, DESK, now)
    give_back(session, made["agreed"].id, Adjusting(local_date(now), "已扣回"), DESK, now)
    assert work(engineer, session, now) == {"above=any": 0}


def test_the_list_is_one_statement_and_its_pages_go_by_keyset(session: Session, dealer: Dealer, now: datetime) -> None:
    made = [demand(session, dealer, now, "booked") for _ in range(5)]
    for found in made:
        for claim in claims_in(session, found):
            charge(session, claim, D("-100.00"))
    session.commit()
    with count_queries(db.engine) as statements:
        page = fetch_page(session, RECOVERIES, {"above": "back"}, size=2)
    assert len(statements) == 1
    seen = [row.number for row in page.rows]
    while page.following:
        page = fetch_page(session, RECOVERIES, {"above": "back", "after": page.following}, size=2)
        seen += [row.number for row in page.rows]
    assert seen == [one.number for one in reversed(made)]


def test_nothing_typed_breaks_the_filter(session: Session, dealer: Dealer, now: datetime) -> None:
    demand(session, dealer, now, "booked")
    page = fetch_page(session, RECOVERIES, {"above": "' or 1=1"})
    assert (list(page.state.errors), len(page.rows)) == (["above"], 1)


SignIn = Callable[[User], FlaskClient]


def too_much(session: Session, dealer: Dealer, now: datetime) -> tuple[Recovery, Claim]:
    """A paid demand of 561.00, of whose claim the station gave half back since."""
    found = demand(session, dealer, now, "paid")
    (claim,) = claims_in(session, found)
    charge(session, claim, D("-376.05"))
    return found, claim


TYPED = {"happened_on": "2026-11-20", "reason": "已二次抵扣", "reference": "招行0009"}


def test_each_finds_at_home_what_concerns_them_and_the_desk_may_record_it(
    session: Session, dealer: Dealer, now: datetime, sign_in: SignIn
) -> None:
    found, _claim = too_much(session, dealer, now)
    desk, engineer, number = make_user(session, "settlement"), make_user(session, "quality"), found.number
    session.commit()
    client = sign_in(desk)
    assert 'href="/recovery/?above=back"' in client.get("/").text
    assert number in client.get("/recovery/?above=back").text
    button = f'action="/recovery/{number}/back"'
    page = client.get(f"/recovery/{number}").text
    assert button in page
    assert "登记退还 280.50 元" in page
    looked = sign_in(engineer)
    assert 'href="/recovery/?above=any"' in looked.get("/").text
    assert button not in looked.get(f"/recovery/{number}").text
    assert looked.post(f"/recovery/{number}/back", data=TYPED).status_code == 403


def test_what_is_typed_wrong_is_told_at_its_field(
    session: Session, dealer: Dealer, now: datetime, sign_in: SignIn
) -> None:
    found, _claim = too_much(session, dealer, now)
    desk, number = make_user(session, "settlement"), found.number
    session.commit()
    client = sign_in(desk)
    for wrong, words in (
        ({"reason": ""}, "请填写原因"), ({"reference": ""}, "请填写收据号或银行流水号"),
        ({"happened_on": "今天"}, "不是有效的日期值"), ({"happened_on": "2026-11-21"}, "日期不能晚于今天"),
        ({"happened_on": "2026-11-19"}, "2026-11-20 才付款"),
    ):  # fmt: skip
        refused = client.post(f"/recovery/{number}/back", data={**TYPED, **wrong})
        assert (refused.status_code, words in refused.text) == (422, True), wrong


def test_the_page_records_it_and_later_asks_for_it_again(
    session: Session, dealer: Dealer, now: datetime, sign_in: SignIn
) -> None:
    found, claim = too_much(session, dealer, now)
    desk, key, number = make_user(session, "settlement"), found.id, found.number
    session.commit()
    client = sign_in(desk)
    assert client.post(f"/recovery/{number}/back", data=TYPED).status_code == 302
    session.expire_all()
    assert session.get_one(Recovery, key).given_back == D("280.50")
    adjustment = adjustments_of(session, key)[0].number
    session.rollback()
    page = client.get(f"/recovery/{number}").text
    assert f'action="/recovery/{number}/back"' not in page
    assert {adjustment, "已二次抵扣", "招行0009"} <= set(re.findall(r"RJ-[\w-]+|已二次抵扣|招行0009", page))
    led = client.get(f"/recovery/adjustments/{adjustment}")
    assert led.headers["Location"].startswith(f"/recovery/{number}#")
    assert client.get("/recovery/adjustments/RJ-NONE").status_code == 404
    assert client.post(f"/recovery/{number}/back", data=TYPED).status_code == 422
    charge(session, claim, D("376.05"), "credit")
    session.commit()
    assert f'action="/recovery/{number}/again"' in client.get(f"/recovery/{number}").text
    assert client.post(f"/recovery/{number}/again", data=TYPED).status_code == 302
    session.expire_all()
    assert session.get_one(Recovery, key).given_back == ZERO


def test_an_agreed_demand_says_that_it_is_booked_first(
    session: Session, dealer: Dealer, now: datetime, sign_in: SignIn
) -> None:
    found = demand(session, dealer, now, "agreed")
    (claim,) = claims_in(session, found)
    charge(session, claim, D("-376.05"))
    desk, number = make_user(session, "settlement"), found.number
    session.commit()
    client = sign_in(desk)
    page = client.get(f"/recovery/{number}").text
    assert "请先入账" in page
    assert f'action="/recovery/{number}/back"' not in page
    assert f'action="/recovery/{number}/book"' in page
    assert client.post(f"/recovery/{number}/back", data=TYPED).status_code == 409


def test_the_paper_prints_what_went_back(session: Session, dealer: Dealer, now: datetime, sign_in: SignIn) -> None:
    found, claim = too_much(session, dealer, now)
    desk, number = make_user(session, "settlement"), found.number
    session.commit()
    client = sign_in(desk)
    assert "双方确认后的退还" not in printed(session, client, "recovery_evidence", number)
    made = give_back(session, found.id, Adjusting(local_date(now), "已二次抵扣", "招行0009"), DESK, now)
    paper = build(session, number)
    (row,) = paper.adjustments
    assert (row.number, row.amount, row.lines) == (made.number, D("280.50"), ((1, claim.number), (2, claim.number)))
    assert (paper.agreed, paper.net) == (D("561.00"), D("280.50"))
    session.commit()
    text = printed(session, client, "recovery_evidence", number).replace(" ", "")
    for words in ("双方确认后的退还", row.number, "已二次抵扣", "招行0009", "-280.50", "供应商实际承担"):
        assert words in text, words
