"""Clocks, from claims made by hand: the expected figures were reckoned beside them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.jobs import run_one
from portal.kernel.listing import all_rows
from portal.kernel.scoping import DealerScope, enter, leave
from reports.analytics.lists import DECISIONS
from reports.analytics.queries.decisions import Asked, Clocks, read_clocks
from tests.factories.analytics import make_decision, make_submitted
from tests.factories.network import make_dealer, make_user

SignIn = Callable[[User], FlaskClient]
MONDAY = datetime(2026, 11, 2, 1, tzinfo=UTC)
NOVEMBER = Asked(date(2026, 11, 1), date(2026, 11, 30))


@pytest.fixture
def dealer(session: Session) -> Dealer:
    """A station with five decisions after 0, 2, 10, 30 and 48 hours, and one of October."""
    dealer = make_dealer(session, code="JY0001")
    for hours, level, outcome in (
        (0, 0, "approve"), (2, 1, "approve"), (10, 1, "approve"), (30, 1, "return"), (48, 2, "refuse"),
    ):  # fmt: skip
        make_decision(session, make_submitted(session, dealer, MONDAY), hours, level, outcome)
    make_decision(session, make_submitted(session, dealer, MONDAY - timedelta(days=9)), 1)
    return dealer


def others(session: Session, count: int, hours: int) -> None:
    for number in range(count):
        other = make_dealer(session, code=f"JY1{number:03d}")
        make_decision(session, make_submitted(session, other, MONDAY), hours)


def seen_by(session: Session, dealer: Dealer, asked: Asked = NOVEMBER) -> Clocks:
    session.flush()
    session.expunge_all()
    leave(session)
    actor = Actor(None, "clerk", dealer.id)
    enter(session, actor, DealerScope(dealer.id))
    return read_clocks(session, asked, own=True)


def test_the_figures_of_a_station(session: Session, dealer: Dealer) -> None:
    found = read_clocks(session, NOVEMBER, own=False)
    assert [row.code for row in found.stations] == ["JY0001"]
    clock = found.stations[0].clock
    assert clock.count == 5
    assert (clock.alone, clock.returned, clock.refused) == (20, 20, 20)
    # 0, 2, 10 | 30, 48: the third of five is the median, the fifth the ninetieth percentile
    assert (clock.median, clock.ninetieth, clock.within_day) == (10, 48, 60)
    assert found.whole.clock == clock
    assert {(row.type, row.level): row.clock.count for row in found.kinds} == {
        ("repair", 0): 1, ("repair", 1): 3, ("repair", 2): 1,
    }  # fmt: skip


def test_a_day_is_twenty_four_hours_and_not_a_second_more(session: Session) -> None:
    dealer = make_dealer(session)
    for seconds in (86_400, 86_401):
        claim = make_submitted(session, dealer, MONDAY)
        make_decision(session, claim, Decimal(seconds) / 3600)
    clock = read_clocks(session, NOVEMBER, own=False).whole.clock
    assert clock.within_day == 50
    assert clock.ninetieth == Decimal("24.1")


def test_a_claim_that_came_back_counts_once_for_each_decision(session: Session) -> None:
    claim = make_submitted(session, make_dealer(session), MONDAY)
    make_decision(session, claim, 5, 1, "return")
    make_decision(session, claim, 7, since=MONDAY + timedelta(days=4), version=2)
    clock = read_clocks(session, NOVEMBER, own=False).whole.clock
    assert (clock.count, clock.returned, clock.median, clock.ninetieth) == (2, 50, 5, 7)


def test_what_is_only_passed_on_ends_no_clock(session: Session) -> None:
    claim = make_submitted(session, make_dealer(session), MONDAY)
    make_decision(session, claim, 1, 1, "refer")
    make_decision(session, claim, 9, 2)
    clock = read_clocks(session, NOVEMBER, own=False).whole.clock
    assert (clock.count, clock.median) == (1, 9)


def test_the_clock_of_an_appeal_starts_with_the_appeal(session: Session) -> None:
    appealed = MONDAY + timedelta(days=6)
    claim = make_submitted(session, make_dealer(session), MONDAY, appealed_at=appealed)
    make_decision(session, claim, 3, 1, "refuse")
    make_decision(session, claim, 144 + 6, 2)  # six days and six hours after the submission
    clock = read_clocks(session, NOVEMBER, own=False).whole.clock
    assert (clock.median, clock.ninetieth) == (3, 6)


def test_days_are_days_in_china(session: Session) -> None:
    first = datetime(2026, 10, 31, 16, tzinfo=UTC)  # midnight of 1 November in China
    dealer = make_dealer(session)
    make_decision(session, make_submitted(session, dealer, first - timedelta(seconds=1)), 0)
    make_decision(session, make_submitted(session, dealer, first), 0)
    assert read_clocks(session, NOVEMBER, own=False).whole.clock.count == 1


def test_type_level_and_station_narrow(session: Session, dealer: Dealer) -> None:
    make_decision(session, make_submitted(session, dealer, MONDAY, type="goodwill"), 20, 2)
    others(session, 1, 4)
    days = (NOVEMBER.first, NOVEMBER.last)
    assert read_clocks(session, Asked(*days, type="goodwill"), own=False).whole.clock.count == 1
    assert read_clocks(session, Asked(*days, level=2), own=False).whole.clock.count == 2
    assert read_clocks(session, Asked(*days, dealer="JY1000"), own=False).whole.clock.median == 4
    assert read_clocks(session, Asked(*days, dealer="NOBODY"), own=False).whole.clock.count == 0


def test_a_station_sees_itself_alone_beside_the_network(session: Session, dealer: Dealer) -> None:
    others(session, 4, 100)
    found = seen_by(session, dealer)
    assert [row.code for row in found.stations] == ["JY0001"]
    assert found.whole.clock.count == 5
    # 0 2 10 30 48 100 100 100 100: the fifth of nine
    assert found.whole.network == 48
    # four stations besides it decided on the first level: 2 10 30 100 100 100 100
    assert {(row.level, row.network) for row in found.kinds} == {(0, None), (1, 100), (2, None)}
    assert {row.dealer_code for row in all_rows(session, DECISIONS, {})} == {"JY0001"}


def test_a_small_network_has_no_median_to_show(session: Session, dealer: Dealer) -> None:
    others(session, 3, 100)
    assert seen_by(session, dealer).whole.network is None


def test_each_figure_leads_to_as_many_decisions(session: Session, dealer: Dealer) -> None:
    base = {"since": "2026-11-01", "until": "2026-11-30", "dealer": "JY0001"}
    for args, count in (
        ({}, 5), ({"level": "0"}, 1), ({"within": "yes"}, 3), ({"within": "no"}, 2), ({"outcome": "return"}, 1),
        ({"outcome": "refuse"}, 1), ({"type": "repair"}, 5), ({"type": "goodwill"}, 0),
    ):  # fmt: skip
        assert len(list(all_rows(session, DECISIONS, {**base, **args}))) == count, args
    hours = [row.hours for row in all_rows(session, DECISIONS, {**base, "sort": "-hours"})]
    assert hours == [48, 30, 10, 2, 0]


def test_the_page_and_its_links(session: Session, dealer: Dealer, sign_in: SignIn) -> None:
    users = [make_user(session, "auditor"), make_user(session, "warranty_clerk", dealer)]
    stranger = make_user(session, "warranty_clerk", make_dealer(session, code="JY0009"))
    parts_clerk = make_user(session, "parts_clerk", dealer)
    session.commit()
    query = "since=2026-11-01&until=2026-11-30"
    pages = [unescape(sign_in(user).get(f"/analytics/clocks?{query}").text) for user in (*users, stranger)]
    assert "JY0001" in pages[0]
    assert f"/analytics/clocks/decisions?{query}&outcome=return" in pages[1]
    assert "outcome=return" not in pages[2], "another station has no figures here"
    assert sign_in(parts_clerk).get("/analytics/clocks").status_code == 403
    wrong = sign_in(users[0]).get("/analytics/clocks?since=2026-11-30&until=2026-11-01")
    assert wrong.status_code == 422


def test_the_workbook_holds_every_station_type_and_level(
    session: Session, dealer: Dealer, sign_in: SignIn, tmp_path: Path
) -> None:
    user = make_user(session, "auditor")
    session.commit()
    client = sign_in(user)
    session.rollback()
    form = {"sheet": "clocks", "query": "since=2026-11-01&until=2026-11-30"}
    assert client.post("/analytics/export", data=form).status_code == 302
    leave(session)
    assert run_one("test")
    path = next((path for path in tmp_path.rglob("*.xlsx")), None)
    assert path is not None
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert [(row[0], row[4], row[6]) for row in rows[1:]] == [
        ("JY0001", 1, 0), ("JY0001", 3, 10), ("JY0001", 1, 48),
    ]  # fmt: skip
