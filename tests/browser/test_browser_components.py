"""The behaviour of components in Chromium, on a page that only this test knows."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, request
from flask_wtf import FlaskForm
from jinja2 import ChoiceLoader, DictLoader
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session
from werkzeug.serving import make_server
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired

from portal.auth.models import User
from portal.kernel.access import signed_in
from portal.kernel.web import page as render
from tests.conftest import Client
from tests.factories.network import make_user

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite"), pytest.mark.own_app]

DEMO = """
{% extends "layouts/page.html" %}
{% from "components/forms.html" import error_summary, field, lookup, csrf, submit %}
{% block title %}Components{% endblock %}
{% block actions %}<a class="btn btn-primary" href="/demo?new" data-shortcut="n">New</a>{% endblock %}
{% block content %}
  <form method="post" class="panel" data-enter-next data-autosave="/demo/draft">
    {{ csrf(form) }}{{ error_summary(form) }}
    {{ field(form.vin, help="17", autofocus=true, data_vin=true) }}
    {{ lookup(form.operation, "/demo/operations") }}
    {{ field(form.hours) }}
    {{ field(form.concern, rows=2) }}
    {{ submit("Send") }}
    {{ submit("Cancel order", "outline-danger", "cancel", data_confirm="Cancel this order?") }}
    <span class="autosave-status" data-autosave-status role="status"></span>
  </form>
{% endblock %}
"""
OPERATIONS = {"A100": ("更换机油", "5"), "A101": ("更换前刹车片", "12"), "B200": ("更换水泵", "30")}


class DemoForm(FlaskForm):  # type: ignore[misc]
    """A form with one field of each kind that behaves."""

    vin = StringField("VIN", [InputRequired("Please give the VIN.")])
    operation = StringField("Operation")
    hours = IntegerField("Hours", [InputRequired("Please give the hours.")])
    concern = TextAreaField("Concern")


class Served:
    """The app behind a real server, and what reached the demo's views."""

    def __init__(self, app: Flask) -> None:
        self.sent: list[dict[str, str]] = []
        self.drafts: list[dict[str, str]] = []
        app.jinja_loader = ChoiceLoader([app.jinja_loader, DictLoader({"demo.html": DEMO})])  # type: ignore[list-item]
        app.add_url_rule("/demo", "demo", self.demo, methods=["GET", "POST"])
        app.add_url_rule("/demo/draft", "draft", self.draft, methods=["POST"])
        app.add_url_rule("/demo/operations", "operations", self.operations)
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    @signed_in
    def demo(self) -> tuple[str, int]:
        form = DemoForm()
        if request.method == "POST":
            self.sent.append(dict(request.form))
        well = request.method == "GET" or form.validate()
        return render("demo.html", status=200 if well else 422, form=form)

    @signed_in
    def draft(self) -> tuple[str, int]:
        self.drafts.append(dict(request.form))
        return "", 204

    @signed_in
    def operations(self) -> str:
        text = request.args["q"].upper()
        return "".join(
            f'<li role="option" data-value="{code}" data-fill-hours="{hours}">{code} {name}</li>'
            for code, (name, hours) in OPERATIONS.items()
            if text in code or text in name
        )


@pytest.fixture
def served(app: Flask) -> Iterator[Served]:
    served = Served(app)
    thread = threading.Thread(target=served.server.serve_forever, daemon=True)
    thread.start()
    yield served
    served.server.shutdown()
    thread.join()
    served.server.server_close()


@pytest.fixture
def user(session: Session) -> User:
    user = make_user(session, "warranty_clerk", locale="en")
    session.commit()
    return user


@pytest.fixture
def tab(chromium: Browser, served: Served, user: User, sign_in: object) -> Iterator[Page]:
    """A tab of somebody signed in, on the demo page; any complaint of the browser fails the test."""
    client: Client = sign_in(user)  # type: ignore[operator]
    cookie = client.get_cookie("sanbao")
    assert cookie is not None
    complaints: list[str] = []
    context = chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": "sanbao", "value": cookie.value, "url": served.url}])
    tab = context.new_page()
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    tab.goto(f"{served.url}/demo")
    yield tab
    context.close()
    assert complaints == []


def focused(tab: Page) -> str:
    """Return the name or class of what has the focus."""
    return str(tab.evaluate("document.activeElement.name || document.activeElement.className"))


def test_a_whole_form_by_keyboard(tab: Page, served: Served) -> None:
    assert focused(tab) == "vin"
    tab.keyboard.type("ldc613 p23-a1305189")
    assert tab.input_value("#vin") == "LDC613P23A1305189"
    tab.keyboard.press("Enter")
    assert focused(tab) == "operation"
    tab.keyboard.type("A1")
    options = tab.locator('.lookup-list [role="option"]')
    expect(options).to_have_count(2)
    box = tab.get_by_role("combobox", name="Operation")
    assert box.get_attribute("aria-expanded") == "true"
    tab.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    tab.keyboard.press("Enter")
    assert tab.input_value("#operation") == "A101"
    assert tab.input_value("#hours") == "12"
    assert focused(tab) == "hours"
    tab.keyboard.press("Enter")
    tab.keyboard.type("one\n")
    assert focused(tab) == "concern", "Enter is a new line in a large field"
    with tab.expect_navigation():
        tab.keyboard.press("Control+Enter")
    assert len(served.sent) == 1
    assert served.sent[0]["operation"] == "A101"


def test_a_scanner_is_faster_than_the_server(tab: Page) -> None:
    tab.focus("#operation")
    tab.keyboard.type("B200")
    tab.keyboard.press("Enter")  # long before the suggestions are there
    expect(tab.locator("#hours")).to_have_value("30")
    assert focused(tab) == "hours"


def test_escape_closes_the_suggestions_and_keeps_what_was_typed(tab: Page) -> None:
    tab.focus("#operation")
    tab.keyboard.type("更换")
    expect(tab.locator('.lookup-list [role="option"]')).to_have_count(3)
    tab.keyboard.press("Escape")
    expect(tab.locator(".lookup-list")).to_be_hidden()
    assert tab.input_value("#operation") == "更换"


def test_faults_take_the_focus_and_lead_to_their_fields(tab: Page) -> None:
    tab.get_by_role("button", name="Send").click()
    summary = tab.locator(".error-summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Hours").click()
    assert focused(tab) == "hours"
    described = tab.get_attribute("#hours", "aria-describedby") or ""
    assert "Please give the hours." in (tab.text_content(f"#{described}") or "")


def test_a_second_press_sends_nothing(tab: Page, served: Served) -> None:
    tab.evaluate("""() => {
        const form = document.querySelector("form[data-enter-next]");
        form.addEventListener("submit", (event) => setTimeout(() => form.requestSubmit()), { once: true });
        form.requestSubmit();
        form.requestSubmit();
    }""")
    expect(tab.locator(".error-summary")).to_be_visible()
    assert len(served.sent) == 1


def test_what_cannot_be_undone_is_asked_first(tab: Page, served: Served) -> None:
    tab.get_by_role("button", name="Cancel order").click()
    dialog = tab.get_by_role("dialog")
    expect(dialog).to_contain_text("Cancel this order?")
    dialog.get_by_role("button", name="Cancel", exact=True).click()
    assert served.sent == []
    tab.get_by_role("button", name="Cancel order").click()
    with tab.expect_navigation():
        dialog.get_by_role("button", name="Cancel order").click()
    assert served.sent[0]["cancel"] == "1"


def test_what_is_typed_is_kept(tab: Page, served: Served) -> None:
    tab.fill("#vin", "LDC")
    expect(tab.locator("[data-autosave-status]")).to_contain_text("Draft saved", timeout=5000)
    assert served.drafts[-1]["vin"] == "LDC"


def test_short_cuts_work_outside_of_fields_only(tab: Page) -> None:
    tab.keyboard.type("n?")
    assert tab.input_value("#vin") == "N?"
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("?")
    expect(tab.get_by_role("dialog", name="Short cuts")).to_contain_text("New")
    tab.keyboard.press("Escape")
    tab.keyboard.press("/")
    assert focused(tab) == "q"
    tab.evaluate("document.activeElement.blur()")
    with tab.expect_navigation():
        tab.keyboard.press("n")
    assert tab.url.endswith("/demo?new")


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_no_violation(tab: Page, served: Served, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 844})
    for path in ("/demo", "/", "/search?q=x", "/no/such/page"):
        tab.goto(f"{served.url}{path}")
        found = Axe().run(tab)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
