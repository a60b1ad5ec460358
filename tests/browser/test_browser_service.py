"""The counter in Chromium: an order is opened by keyboard only, worked on, completed."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from portal.auth.models import User
from tests.conftest import NOW
from tests.factories.network import actor_of_user, make_user
from tests.factories.service import make_repair_order

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
def vin(session: Session) -> str:
    """A car that was here before: its order is completed."""
    advisor = make_user(session, locale="zh_CN", username="advisor")
    order = make_repair_order(session, NOW, actor=actor_of_user(advisor))
    session.commit()
    return order.vin


@pytest.fixture
def tab(
    chromium: Browser, address: str, vin: str, session: Session, sign_in: Callable[[User], FlaskClient]
) -> Iterator[Page]:
    """A tab of the advisor; any complaint of the browser fails the test."""
    advisor = session.query(User).filter_by(username="advisor").one()
    session.commit()
    cookie = sign_in(advisor).get_cookie("sanbao")
    assert cookie is not None
    complaints: list[str] = []
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "sanbao", "value": cookie.value, "url": address}])
    tab = context.new_page()
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    yield tab
    context.close()
    assert complaints == []


def focused(tab: Page) -> str:
    """Return the name of the field that has the focus."""
    return str(tab.evaluate("document.activeElement.name"))


def test_an_order_is_opened_by_keyboard_only(tab: Page, address: str, vin: str) -> None:
    tab.goto(f"{address}/service/")
    tab.keyboard.press("n")
    tab.wait_for_url("**/service/new")
    expect(tab.locator("#vin")).to_be_focused()
    tab.keyboard.type(vin)  # a scanner types faster than any server answers
    tab.keyboard.press("Enter")
    expect(tab.locator("#odometer_km")).to_be_focused()
    expect(tab.locator("#presenter_name")).to_have_value(re.compile("王小"))
    expect(tab.locator('[data-fill="last"]')).to_contain_text("23,456 km")
    tab.keyboard.type("24100")
    for following in ("type", "received_at", "promised_at", "presenter_name", "presenter_phone", "concern"):
        tab.keyboard.press("Enter")
        assert focused(tab) == following
    tab.keyboard.type("高速行驶方向盘抖动")
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile(r"/service/RO-"))
    expect(tab.locator("textarea[name$=-concern]")).to_have_value("高速行驶方向盘抖动")


def test_a_doubtful_odometer_is_acknowledged_by_keyboard(tab: Page, address: str, vin: str) -> None:
    tab.goto(f"{address}/service/new?vin={vin}")
    expect(tab.locator("#odometer_km")).to_be_focused()
    tab.keyboard.type("12")
    for _field in range(6):
        tab.keyboard.press("Enter")
    tab.keyboard.type("年检")
    tab.keyboard.press("Enter")
    expect(tab.locator(".error-summary")).to_be_focused()
    expect(tab.locator("#concern")).to_have_value("年检")
    tab.locator("#odometer_acknowledged").focus()
    tab.keyboard.press("Space")
    tab.locator("#concern").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile(r"/service/RO-"))


def test_lines_are_added_by_initials_and_the_totals_follow(tab: Page, address: str, vin: str) -> None:
    tab.goto(f"{address}/service/new?vin={vin}")
    tab.fill("#odometer_km", "24200")
    tab.fill("#concern", "水温高")
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile(r"/service/RO-"))
    tab.locator("textarea[name$=-cause]").fill("水泵漏水")
    tab.locator("input[name$=-add_labour]").focus()
    tab.keyboard.type("ghsb")
    expect(tab.locator(".lookup-list [role=option]")).to_contain_text("更换水泵")
    tab.keyboard.press("Enter")  # takes the suggestion; without htmx a second Enter sends
    if tab.locator("td", has_text="SB0101").count() == 0:
        tab.keyboard.press("Enter")
    expect(tab.locator("td", has_text="SB0101")).to_be_visible()
    expect(tab.locator(".work-total dd")).to_have_text("216.00")
    expect(tab.locator("textarea[name$=-cause]")).to_have_value("水泵漏水")


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_on_the_counters_pages(tab: Page, address: str, vin: str, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto(f"{address}/service/")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.goto(f"{address}/service/new?vin={vin}")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(tab).response["violations"] == []
    tab.fill("#odometer_km", "24300")
    tab.fill("#concern", "异响")
    tab.get_by_role("button", name="开单").click()
    tab.wait_for_url(re.compile(r"/service/RO-"))
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(tab).response["violations"] == []
