"""What is overdue: what it will cost is what is taken, of what was shown, and nothing is cut off silently."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.returns import services
from parts.returns.documents import build_labels
from parts.returns.lists import OVERDUE
from parts.returns.models import OldPart
from parts.returns.queries import overdue as reads
from parts.returns.queries import pages, papers
from parts.returns.services import ApprovedClaim, PaidPart
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.kernel.listing import all_rows
from portal.kernel.money import ZERO
from tests.factories.network import make_dealer, make_user
from tests.factories.returns import COST, SUPPLIER, make_due, make_old_part, packer
from tests.factories.settlement import make_approved
from tests.factories.vehicles import make_vehicle
from tests.support.queries import count_queries
from warranty.claims.models import Claim
from warranty.settlement.closing import close_month
from warranty.settlement.deductions import Booking, book, undo
from warranty.settlement.models import Deduction

D = Decimal
SignIn = Callable[[User], FlaskClient]
OCTOBER, CLOSING = datetime(2026, 10, 2, 4, tzinfo=UTC), datetime(2026, 11, 19, 2, tzinfo=UTC)
SYSTEM = Actor.system("test")
ENGLISH = {"Accept-Language": "en"}
#: What `make_approved` brings a claim in all.
CLAIM = D("1410.55")


def make_late(session: Session, dealer: Dealer, parts: int = 1, debit: str = "") -> Claim:
    """Store a settled claim, with some overdue parts, of which something was taken back since."""
    (claim,) = make_approved(session, dealer, OCTOBER)
    vehicle = make_vehicle(session, dealer=dealer)
    paid = tuple(PaidPart(2 + place, "WP-1001", "水泵", D(1), True, COST) for place in range(parts))
    services.ask_back(
        session,
        ApprovedClaim(
            claim.id, claim.number, dealer.id, vehicle.id, vehicle.vin, "repair", "engine", 1, "漏水", SUPPLIER, paid
        ),
        OCTOBER,
    )
    session.commit()
    close_month(session, "2026-10", SYSTEM, CLOSING)
    if debit:
        book(session, Booking(dealer.code, "debit", D(debit), "二次抵扣", claim.number), SYSTEM, CLOSING)
    return claim


def told(session: Session, dealer: Dealer, now: datetime) -> list[Decimal]:
    """Return what the three pages say that a station's overdue parts will cost."""
    rows = [row for row in all_rows(session, OVERDUE, {}) if row.dealer == dealer.code]
    found = reads.overdue_of(session, dealer.code, local_date(now))
    assert found.cost == sum(cost for _part, cost in found.some)
    return [reads.overdue(session, local_date(now)).cost, *(row.cost for row in rows), found.cost]


@pytest.mark.parametrize(
    ("parts", "debit", "cost"),
    [
        (1, "", COST), (1, "1410.55", ZERO), (1, "210.05", COST), (1, "210.06", COST - D("0.01")),
        (2, "", CLAIM), (3, "1000.00", D("410.55")), (2, "1410.55", ZERO),
    ],
)  # fmt: skip
def test_what_overdue_parts_will_cost_is_what_is_taken(
    session: Session, now: datetime, parts: int, debit: str, cost: Decimal
) -> None:
    dealer = make_dealer(session)
    make_late(session, dealer, parts, debit)
    session.commit()
    assert told(session, dealer, now) == [cost] * 3
    shown = {part.number: cost for part, cost in reads.overdue_of(session, dealer.code, local_date(now)).some}
    gone = services.write_off(session, dealer.code, "逾期未返", SYSTEM, now)
    assert {part.number: part.deducted for part in gone} == shown
    taken = session.scalars(select(Deduction.amount).where(Deduction.kind == "old_part")).all()
    assert -sum(taken) == cost


def test_what_was_struck_out_and_fines_take_nothing_of_a_claim(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    claim = make_late(session, dealer)
    wrong = book(session, Booking(dealer.code, "debit", CLAIM, "二次抵扣", claim.number), SYSTEM, CLOSING)
    undo(session, wrong.id, "录错", SYSTEM, CLOSING)
    book(session, Booking(dealer.code, "administrative", D("999.00"), "罚款", claim.number), SYSTEM, CLOSING)
    assert told(session, dealer, now) == [COST] * 3


def test_of_a_claim_that_nobody_knows_nothing_bounds_the_cost(app: Flask, session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    make_due(session, OCTOBER, dealer)
    assert told(session, dealer, now) == [COST] * 3
    make_late(session, dealer, debit="1410.55")
    assert told(session, dealer, now) == [COST] * 3
    wired = app.extensions.pop("deductions")
    try:
        assert told(session, dealer, now) == [2 * COST] * 3
    finally:
        app.extensions["deductions"] = wired


def test_on_its_last_day_a_part_is_not_overdue_and_a_day_later_it_is(session: Session, now: datetime) -> None:
    with pytest.raises(DomainError, match="does not exist"):
        services.write_off(session, "NOBODY", "逾期未返", SYSTEM, now)
    part = make_due(session, now, make_dealer(session))
    code = session.scalars(select(Dealer.code)).one()
    last = now + timedelta(days=30)  # what nobody wrote a rule for
    assert part.due_on == local_date(last)
    with pytest.raises(DomainError, match="Nothing of this station is overdue"):
        services.write_off(session, code, "逾期未返", SYSTEM, last)
    assert services.write_off(session, code, "逾期未返", SYSTEM, last + timedelta(days=1)) == [part]
    assert (part.outcome, part.deducted) == ("missing", COST)


def test_other_parts_than_were_shown_are_not_deducted(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    make_late(session, dealer, 2)
    seen = reads.overdue_of(session, dealer.code, local_date(now)).seen
    more = make_due(session, OCTOBER, dealer)
    with pytest.raises(DomainError, match="other parts are overdue"):
        services.write_off(session, dealer.code, "逾期未返", SYSTEM, now, seen)
    assert set(session.scalars(select(OldPart.state))) == {"due"}
    services.excuse(session, more.number, "公安机关扣留", SYSTEM, now)
    assert len(services.write_off(session, dealer.code, "逾期未返", SYSTEM, now, seen)) == 2


def sign_in_all(session: Session, sign_in: SignIn, dealer: Dealer) -> tuple[FlaskClient, FlaskClient]:
    users = make_user(session, "parts_desk"), make_user(session, "warranty_clerk", dealer)
    session.commit()
    desk, clerk = (sign_in(user) for user in users)
    return desk, clerk


def text_of(client: FlaskClient, path: str) -> str:
    return client.get(path, headers=ENGLISH).get_data(as_text=True)


def shown_on(page: str) -> str:
    found = re.search(r'name="shown"[^>]*value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_the_page_says_what_is_taken_and_asks_to_look_again(session: Session, now: datetime, sign_in: SignIn) -> None:
    dealer = make_dealer(session)
    claim = make_late(session, dealer, debit="1410.55")
    make_user(session, "settlement")
    desk, clerk = sign_in_all(session, sign_in, dealer)
    place = f"/returns/overdue/{dealer.code}"
    session.rollback()
    page = text_of(desk, place)
    assert "Deduct 0.00 yuan" in page
    assert "1,200.50 paid by the claim" in page
    assert "1,200.50" not in text_of(clerk, "/returns/overdue")
    assert "1,200.50" not in text_of(desk, "/returns/overdue")
    seen = shown_on(page)
    make_due(session, OCTOBER, dealer, number=f"{claim.number}X")
    session.commit()
    for sent in ({"shown": seen}, {"shown": ""}, {}):
        refused = desk.post(place, data={"reason": "逾期未返", **sent}, headers=ENGLISH)
        assert (refused.status_code, "Please look again." in refused.text) == (422, True)
        assert "逾期未返" in refused.text
    assert set(session.scalars(select(OldPart.state))) == {"due"}
    session.rollback()
    assert desk.post(place, data={"reason": "逾期未返", "shown": shown_on(refused.text)}).status_code == 302
    assert set(session.scalars(select(OldPart.state))) == {"missing"}


def test_a_long_page_says_how_many_more_are_overdue_and_sums_all(
    session: Session, now: datetime, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "SHOWN", 2)
    dealer = make_dealer(session)
    parts = [make_due(session, OCTOBER - timedelta(days=day), dealer) for day in range(5)]
    desk, _clerk = sign_in_all(session, sign_in, dealer)
    numbers = [part.number for part in parts]
    place = f"/returns/overdue/{dealer.code}"
    session.rollback()
    page = text_of(desk, place)
    assert [number for number in numbers if number in page] == numbers[3:]  # the oldest
    assert "3 more parts are overdue" in page
    assert "Deduct 6,002.50 yuan" in page
    link = re.search(r'href="(/returns/\?[^"]*late=yes[^"]*)"', page)
    assert link is not None
    assert all(number in text_of(desk, link[1].replace("&amp;", "&")) for number in numbers)
    assert desk.post(place, data={"reason": "逾期未返", "shown": shown_on(page)}).status_code == 302
    assert set(session.scalars(select(OldPart.state))) == {"missing"}


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("path", ["/returns/overdue/{code}", "/returns/overdue"])
def test_more_claims_need_no_more_queries(session: Session, now: datetime, sign_in: SignIn, path: str) -> None:
    dealer = make_dealer(session)
    make_late(session, dealer, debit="1000.00")
    desk, _clerk = sign_in_all(session, sign_in, dealer)
    address = path.format(code=dealer.code)
    session.rollback()
    desk.get(address)
    with count_queries(db.engine) as few:
        desk.get(address)
    for _ in range(4):
        make_due(session, OCTOBER, dealer)
    session.commit()
    with count_queries(db.engine) as many:
        assert desk.get(address).status_code == 200
    assert len(many) == len(few)


def test_the_store_says_how_many_more_lie_there_and_is_narrowed_by_place(
    session: Session, now: datetime, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST", 2)
    dealer = make_dealer(session)
    parts = [make_old_part(session, "stored", now, dealer) for _ in range(5)]
    disputed = [make_old_part(session, "deducted", now, dealer) for _ in range(3)]
    for part in disputed:
        services.dispute(session, part.number, "不属实", [], packer(dealer.id), now)
        services.store(session, part.number, "B-01", SYSTEM, now)
    parts[4].place = "C_02-1"
    last, number = parts[4].place, parts[4].number
    desk, _clerk = sign_in_all(session, sign_in, dealer)
    session.rollback()
    page = text_of(desk, "/returns/disposals/new")
    assert "3 more parts lie in store" in page
    assert "1 more part is held" in page
    assert number not in page
    narrowed = text_of(desk, "/returns/disposals/new?place=c_0")
    assert number in narrowed
    assert 'value="c_0"' in narrowed
    assert "more part" not in narrowed
    assert last not in text_of(desk, "/returns/disposals/new?place=c-0")  # an underscore is itself


def test_labels_that_are_due_come_in_files(
    session: Session, now: datetime, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    dealer = make_dealer(session)
    parts = [make_due(session, now + timedelta(days=day), dealer) for day in range(5)]
    _desk, clerk = sign_in_all(session, sign_in, dealer)
    assert "Print all labels that are due" in text_of(clerk, "/returns/")
    monkeypatch.setattr(papers, "MOST_LABELS", 2)
    numbers = [part.number for part in parts]
    files = [
        [label.number for sheet in build_labels(session, key).sheets for label in sheet if label]
        for key in ("due", "due-1", "due-2", "due-3@5")
    ]
    assert files == [numbers[:2], numbers[:2], numbers[2:4], numbers[4:]]
    for key in ("due-4", "due-0", "due-x", "due-"):
        with pytest.raises(DomainError, match="no part here"):
            build_labels(session, key)
    session.rollback()
    page = text_of(clerk, "/returns/")
    assert "Print all labels that are due" not in page
    assert [f"file {file} of 3" in page for file in range(1, 5)] == [True, True, True, False]
    assert 'value="due-3"' in page


def test_a_box_says_how_many_more_parts_wait_and_finds_each_of_them(
    session: Session, now: datetime, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST", 2)
    dealer, other = make_dealer(session), make_dealer(session)
    parts = [make_due(session, now + timedelta(days=day), dealer) for day in range(5)]
    strange = make_due(session, now, other).number
    last = parts[4]
    last.part_number, last.part_name = "ZK_7-001", "真空泵"
    box = services.open_box(session, packer(dealer.id), now).number
    first, claim, number = parts[0].number, last.claim_number, last.number
    _desk, clerk = sign_in_all(session, sign_in, dealer)
    session.rollback()
    page = text_of(clerk, f"/returns/boxes/{box}")
    assert "3 more parts wait" in page
    assert 'Still to be packed <span class="muted">5</span>' in page
    assert (first in page, number in page, strange in page) == (True, False, False)
    for find in (claim.lower(), number, "zk_7", "真空"):
        found = text_of(clerk, f"/returns/boxes/{box}?find={find}")
        assert (number in found, first in found, "more part" in found) == (True, False, False), find
    assert number not in text_of(clerk, f"/returns/boxes/{box}?find=zk-7")  # an underscore is itself
    nothing = text_of(clerk, f"/returns/boxes/{box}?find={strange}")
    assert "No part that waits is called so." in nothing
    put = clerk.post(f"/returns/boxes/{box}/pack?find=zk_7", data={"parts": [number]})
    assert put.location == f"/returns/boxes/{box}?find=zk_7"
    inside = text_of(clerk, f"/returns/boxes/{box}").split("Still to be packed")[0]
    assert number in inside


def test_a_box_for_which_all_parts_are_shown_asks_for_no_search(
    session: Session, now: datetime, sign_in: SignIn
) -> None:
    dealer = make_dealer(session)
    make_due(session, now, dealer)
    box = services.open_box(session, packer(dealer.id), now).number
    _desk, clerk = sign_in_all(session, sign_in, dealer)
    page = text_of(clerk, f"/returns/boxes/{box}")
    assert ("more part" in page, 'name="find"' in page) == (False, False)
