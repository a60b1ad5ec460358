"""The pages, as the people see them: a dealer's manager, the settlement desk, a stranger."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.jobs import run_one
from portal.kernel.room import house
from portal.kernel.scoping import HeadOfficeScope, enter, leave
from tests.factories.network import make_dealer, make_user
from tests.factories.settlement import make_approved
from warranty.claims.models import Claim
from warranty.settlement.closing import close_month
from warranty.settlement.models import Settlement, SettlementLine, SettlementPeriod

OCTOBER = datetime(2026, 10, 15, 4, tzinfo=UTC)
SignIn = Callable[[User], FlaskClient]


@dataclass(frozen=True)
class Scene:
    """A dealer with two approved claims in October, another one with one."""

    session: Session
    code: str
    desk: FlaskClient
    manager: FlaskClient
    clerk: FlaskClient
    stranger: FlaskClient

    def read(self, statement: Select[Any]) -> list[Any]:
        """Read, and leave no transaction open that would keep SQLite from the pages."""
        found = list(self.session.scalars(statement))
        self.session.rollback()
        return found

    def number(self) -> str:
        return str(self.read(select(Settlement.number).where(Settlement.number.contains(self.code)))[0])

    def lines(self) -> list[int]:
        return self.read(
            select(SettlementLine.id).join(Settlement).where(Settlement.number.contains(self.code))
        )  # fmt: skip

    def state(self) -> str:
        return str(self.read(select(Settlement.state).where(Settlement.number.contains(self.code)))[0])


@pytest.fixture
def scene(session: Session, sign_in: SignIn) -> Scene:
    dealer, other = make_dealer(session), make_dealer(session)
    make_approved(session, dealer, OCTOBER, count=2)
    make_approved(session, other, OCTOBER)
    users = [
        make_user(session, "settlement"), make_user(session, "service_manager", dealer),
        make_user(session, "warranty_clerk", dealer), make_user(session, "service_manager", other),
    ]  # fmt: skip
    return Scene(session, dealer.code, *let_in(session, sign_in, *users))


def let_in(session: Session, sign_in: SignIn, *users: User) -> list[FlaskClient]:
    """Sign people in; a request of a client hands the test's session back, so it enters again."""
    session.commit()
    clients = [sign_in(user) for user in users]
    session.rollback()
    leave(session)
    enter(session, Actor.system("test"), HeadOfficeScope("test"))
    return clients


@pytest.fixture
def closed(scene: Scene, now: datetime) -> Scene:
    close_month(scene.session, "2026-10", Actor.system("test"), now)
    return scene


def body(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.get_data(as_text=True)


def version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


def test_headquarters_closes_a_month_from_the_page(app: Flask, scene: Scene) -> None:
    page = body(scene.desk, "/settlement/close?month=2026-10")
    # Two claims of 1410.55 and one: 4231.65 at two dealers.
    assert "4,231.65" in page
    assert scene.code in page
    answer = scene.desk.post("/settlement/close", data={"month": "2026-10"})
    assert answer.status_code == 422  # the box is not ticked
    answer = scene.desk.post("/settlement/close", data={"month": "2026-10", "sure": "y"})
    assert answer.status_code == 302
    waiting = body(scene.desk, answer.location)
    progress = re.search(r'hx-get="([^"]+)"', waiting)
    assert progress
    assert "hx-trigger" in body(scene.desk, progress[1])
    assert run_one("test")
    done = body(scene.desk, progress[1])
    assert "hx-trigger" not in done
    assert "4,781.76" in done  # 3187.84 and 1593.92 with tax
    assert scene.read(select(SettlementPeriod.closed_at)) != [None]


def test_a_month_that_cannot_be_closed_is_told(scene: Scene) -> None:
    answer = scene.desk.post("/settlement/close", data={"month": "2027-01", "sure": "y"})
    assert answer.status_code == 422
    assert "error-summary" in answer.get_data(as_text=True)


def test_the_dealer_confirms(closed: Scene) -> None:
    url = f"/settlement/{closed.number()}"
    page = body(closed.manager, url)
    assert "3,187.84" in page
    assert "人民币叁仟壹佰捌拾柒元捌角肆分" in page
    answer = closed.manager.post(f"{url}/confirm", data={"version": version(page)})
    assert answer.status_code == 302
    assert closed.state() == "confirmed"
    assert "/confirm" not in body(closed.manager, url)
    again = closed.manager.post(f"{url}/confirm", data={"version": version(page)})
    assert again.status_code == 409


def test_a_line_is_disputed_answered_and_confirmed(closed: Scene) -> None:
    url, line = f"/settlement/{closed.number()}", closed.lines()[0]
    assert closed.manager.post(f"{url}/lines/{line}", data={"reason": " "}).status_code == 422
    assert closed.manager.post(f"{url}/lines/{line}", data={"reason": "少算了"}).status_code == 302
    page = body(closed.manager, url)
    assert "少算了" in page
    assert f"{url}/confirm" not in page
    assert closed.manager.post(f"{url}/confirm", data={"version": version(page)}).status_code == 422
    assert closed.manager.post(f"{url}/dispute", data={"version": version(page)}).status_code == 302
    asked = body(closed.desk, f"{url}/answer")
    assert "少算了" in asked
    empty = closed.desk.post(f"{url}/answer", data={"version": version(asked)})
    assert empty.status_code == 422
    assert f'href="#outcome-{line}"' in empty.get_data(as_text=True)
    given = {f"outcome-{line}": "upheld", f"text-{line}": "按定额", "version": version(asked)}
    assert closed.desk.post(f"{url}/answer", data=given).status_code == 302
    assert "按定额" in body(closed.manager, url)
    assert closed.state() == "generated"


def test_a_mark_can_be_taken_off(closed: Scene) -> None:
    url, line = f"/settlement/{closed.number()}", closed.lines()[0]
    closed.manager.post(f"{url}/lines/{line}", data={"reason": "少算了"})
    assert "少算了" in body(closed.manager, f"{url}/lines/{line}")
    assert closed.manager.post(f"{url}/lines/{line}", data={"reason": "x", "remove": "1"}).status_code == 302
    assert "少算了" not in body(closed.manager, url)


def test_review_invoice_and_payment(closed: Scene) -> None:
    url = f"/settlement/{closed.number()}"
    closed.manager.post(f"{url}/confirm", data={"version": version(body(closed.manager, url))})
    closed.desk.post(f"{url}/review", data={"version": version(body(closed.desk, url))})
    form = body(closed.desk, f"{url}/invoice")
    wrong = closed.desk.post(f"{url}/invoice", data={"version": version(form), "number": "12", "amount": "abc"})
    assert wrong.status_code == 422
    far = closed.desk.post(
        f"{url}/invoice", data={"version": version(form), "number": "12", "amount": "3,190"}
    )  # fmt: skip
    text = far.get_data(as_text=True)
    assert far.status_code == 422
    assert 'href="#number"' in text
    assert 'href="#amount"' in text
    assert 'value="3,190"' in text  # what was typed stays
    good = {"version": version(text), "number": "25312000000123456789", "amount": "3,187.84"}
    assert closed.desk.post(f"{url}/invoice", data=good).status_code == 302
    assert closed.desk.post(f"{url}/pay", data={"version": version(body(closed.desk, url))}).status_code == 302
    assert closed.state() == "paid"
    assert len(closed.read(select(Claim.number).where(Claim.state == "settled"))) == 2


def test_a_strangers_statement_does_not_exist(closed: Scene) -> None:
    url, line = f"/settlement/{closed.number()}", closed.lines()[0]
    body(closed.stranger, url, 404)
    body(closed.stranger, f"{url}/lines/{line}", 404)
    assert closed.stranger.post(f"{url}/confirm", data={"version": "1"}).status_code == 404
    own = body(closed.stranger, "/settlement/")
    assert closed.number() not in own
    assert closed.number() in body(closed.desk, "/settlement/?state=generated&month=2026-10")
    assert closed.number() not in body(closed.desk, "/settlement/?dealer=ZZZ")


def test_a_line_of_another_statement_is_not_reached_through_ones_own(closed: Scene) -> None:
    foreign = closed.read(select(SettlementLine.id).join(Settlement).where(Settlement.number != closed.number()))[0]
    body(closed.manager, f"/settlement/{closed.number()}/lines/{foreign}", 404)


def test_who_may_look_may_not_act(closed: Scene) -> None:
    url = f"/settlement/{closed.number()}"
    page = body(closed.clerk, url)
    assert f"{url}/confirm" not in page
    assert f"{url}/lines/" not in page
    assert closed.clerk.post(f"{url}/confirm", data={"version": "1"}).status_code == 403
    assert closed.manager.post(f"{url}/review", data={"version": "1"}).status_code == 409
    body(closed.manager, "/settlement/close", 403)


def test_lines_are_paged_and_found(session: Session, sign_in: SignIn, now: datetime) -> None:
    dealer = make_dealer(session)
    claims = make_approved(session, dealer, OCTOBER, count=20)  # 60 lines
    user = make_user(session, "service_manager", dealer)
    (client,) = let_in(session, sign_in, user)
    close_month(session, "2026-10", Actor.system("test"), now)
    number = session.scalars(select(Settlement.number)).one()
    session.rollback()
    first = body(client, f"/settlement/{number}")
    following = re.search(r'rel="next" href="(\?after=\d+)', first)
    assert following
    second = body(client, f"/settlement/{number}{following[1]}")
    shown = [len(re.findall(r'lines/\d+"', page)) for page in (first, second)]
    assert shown == [50, 10]
    one = body(client, f"/settlement/{number}?q={claims[7].number.lower()}")
    assert len(re.findall(r'lines/\d+"', one)) == 3
    assert len(re.findall(r'lines/\d+"', body(client, f"/settlement/{number}?q=%25"))) == 0


def test_the_work_list_counts_what_waits(app: Flask, scene: Scene, now: datetime) -> None:
    session = scene.session

    def counts() -> dict[str, int]:
        session.rollback()
        actor = Actor.system("test")
        return {item.key: item.count(session, actor, now) for item in house().work if item.key.startswith("settlement")}

    waiting = counts()
    assert waiting.pop("settlement_close") == 1
    assert set(waiting.values()) == {0}
    close_month(session, "2026-10", Actor.system("test"), now)
    assert counts() == {
        "settlement_close": 0, "settlement_confirm": 2, "settlement_answer": 0, "settlement_review": 0,
        "settlement_invoice": 0, "settlement_pay": 0,
    }  # fmt: skip


def test_nothing_to_close_says_so(scene: Scene, now: datetime) -> None:
    close_month(scene.session, "2026-11", Actor.system("test"), now)
    page = body(scene.desk, "/settlement/close")
    assert "2026-11" in page
    assert 'name="sure"' not in page
