"""The auditors' queue in Chromium, with the keyboard alone: one claim passed over, one changed, one returned."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from portal.auth.models import User
from tests.conftest import NOW
from tests.factories.claims import make_claim
from tests.factories.network import make_user
from warranty.claims.models import Claim

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The app behind a real server."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def numbers(session: Session) -> list[str]:
    """Three claims that wait, the first due first."""
    claims = [make_claim(session, "submitted", now=NOW) for _time in range(3)]
    for place, claim in enumerate(claims, 1):
        claim.due_at = NOW + timedelta(hours=place)
    found = [claim.number for claim in claims]
    session.commit()
    return found


@pytest.fixture
def tab(
    chromium: Browser, address: str, numbers: list[str], session: Session, sign_in: Callable[[User], FlaskClient]
) -> Iterator[Page]:
    """A tab of an auditor; any complaint of the browser fails the test."""
    auditor = make_user(session, "auditor", locale="zh_CN")
    session.commit()
    cookie = sign_in(auditor).get_cookie("sanbao")
    assert cookie is not None
    complaints: list[str] = []
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "sanbao", "value": cookie.value, "url": address}])
    tab = context.new_page()
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(f"{address}/claims/queue")
    yield tab
    context.close()
    assert complaints == []


def shows(tab: Page, number: str) -> None:
    """Wait for the page of a claim."""
    tab.wait_for_url(re.compile(rf"/claims/{number}$"))
    expect(tab.locator("#decision")).to_be_visible()


def test_three_claims_are_gone_through_with_the_keyboard_alone(tab: Page, numbers: list[str], session: Session) -> None:
    first, second, third = numbers
    tab.keyboard.press("j")  # the first row of the list
    expect(tab.get_by_role("link", name=first)).to_be_focused()
    tab.keyboard.press("n")
    shows(tab, first)
    tab.keyboard.press("n")  # undecided: passed over, and back in the queue
    shows(tab, second)
    tab.keyboard.press("j")
    tab.keyboard.press("j")  # the second line: the pump, 380.00
    expect(tab.locator("#line-2")).to_be_focused()
    tab.keyboard.press("2")
    expect(tab.locator("#line-2-decision")).to_have_value("adjusted")
    expect(tab.locator("#line-2-amount")).to_be_focused()
    tab.keyboard.type("300")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    expect(tab.locator("#line-2-reason")).to_be_focused()
    tab.keyboard.type("a r x")  # letters in a field are letters
    tab.keyboard.press("Escape")
    expect(tab.locator("#line-2")).to_be_focused()
    tab.keyboard.press("a")
    shows(tab, first)  # what is due first comes again
    tab.keyboard.press("w")
    expect(tab.locator("#reason")).to_be_focused()
    tab.keyboard.type("请补照片")
    tab.keyboard.press("Escape")
    tab.keyboard.press("r")
    shows(tab, third)
    tab.keyboard.press("?")
    expect(tab.locator("#help")).to_contain_text("当前行")
    tab.keyboard.press("Escape")
    tab.keyboard.press("p")
    tab.wait_for_url(re.compile(r"/claims/queue"))
    session.rollback()
    rows = session.execute(select(Claim.state, Claim.audited, Claim.taken_by_id).order_by(Claim.due_at))
    states = [(row.state, row.audited, row.taken_by_id) for row in rows]
    session.rollback()
    # 300.00 labour, 300.00 + 31.00 parts, a tenth of them on top
    assert states == [("returned", None, None), ("approved", Decimal("664.10"), None), ("submitted", None, None)]
