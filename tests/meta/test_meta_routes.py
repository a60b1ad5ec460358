"""Every route of the house, walked as everybody: a room that lands later is walked too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portal.auth.models import User
from portal.auth.roles import permissions_of
from portal.kernel.access import AccessRule, rule_of
from portal.kernel.scoping import leave
from tests.support.world import World, build, objects_of

SignIn = Callable[[User], FlaskClient]
#: Pages of one person's own things, and files that the world of the test does not hold.
MAY_LACK = frozenset({
    "downloads.job", "downloads.progress", "downloads.file", "imports.result", "imports.progress", "service.photo",
    "catalogue.picture", "settlement.closing", "returns.photo", "quality.photo", "recovery.generating",
})  # fmt: skip
#: What papers are asked for by that are not named by a number alone.
KEYS = {"failure_tracking": "since=2026-01-01&until=2026-06-30&by=part"}
FAULT = 500
INLINE = re.compile(
    r"<[^>]*\sstyle\s*=|<style\b|<[^>]*\son[a-z]+\s*=\s*[\"']|<script\b(?![^>]*\bsrc\s*=)", re.IGNORECASE
)


@dataclass(frozen=True)
class Route:
    """One way in: a method and an address, and who may go there."""

    endpoint: str
    method: str
    url: str
    rule: AccessRule
    owned: bool

    def open_to(self, role: str) -> bool:
        held = permissions_of([role])
        return self.rule.public or not self.rule.any_of or any(one in held for one in self.rule.any_of)

    def __str__(self) -> str:
        return f"{self.method} {self.url} ({self.endpoint})"


def guarded(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static" and not rule.endpoint.endswith(".static"):
            yield rule


@pytest.fixture
def world(session: Session) -> World:
    built = build(session)
    leave(session)
    return built


@pytest.fixture
def routes(app: Flask, world: World) -> list[Route]:
    found = []
    with app.test_request_context():
        for rule in guarded(app):
            things, mark = objects_of(rule), rule_of(app.view_functions[rule.endpoint])
            if things is None or mark is None:
                continue  # the first two tests say so
            values: dict[str, Any] = {name: thing.value(world) for name, thing in things.items()}
            url = app.url_for(rule.endpoint, **values)
            owned = any(thing.owned for thing in things.values())
            found += [
                Route(rule.endpoint, method, url, mark, owned)
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
            ]
    return found


def test_every_route_carries_an_access_mark(app: Flask) -> None:
    assert [str(rule) for rule in guarded(app) if rule_of(app.view_functions[rule.endpoint]) is None] == []


def test_every_object_of_a_route_is_in_the_table(app: Flask) -> None:
    unknown = [f"{rule.endpoint} {sorted(rule.arguments)}" for rule in guarded(app) if objects_of(rule) is None]
    assert unknown == [], "say in tests/support/world.py what these arguments name"


def test_nobody_is_sent_to_sign_in(app: Flask, routes: list[Route]) -> None:
    client, faults = app.test_client(), []
    for route in routes:
        answer = client.open(route.url, method=route.method)
        sent_away = answer.status_code == 302 and "/auth/sign-in" in answer.location
        if sent_away is route.rule.public and not (route.rule.public and route.method == "POST"):
            faults.append(f"{route}: {answer.status_code}")
    assert faults == []


def test_a_part_of_a_page_tells_the_browser_to_sign_in(app: Flask, routes: list[Route]) -> None:
    client = app.test_client()
    for route in routes:
        if not route.rule.public:
            answer = client.open(route.url, method=route.method, headers={"HX-Request": "true"})
            assert (answer.status_code, "HX-Redirect" in answer.headers) == (401, True), str(route)


def test_who_may_not_enter_is_refused(routes: list[Route], world: World, sign_in: SignIn) -> None:
    faults = []
    for role, user in (*world.users.items(), *world.strangers.items()):
        client = sign_in(user)
        for route in routes:
            if not route.open_to(role):
                answer = client.open(route.url, method=route.method)
                if answer.status_code != 403:
                    faults.append(f"{role} {route}: {answer.status_code}")
    assert faults == []


def test_who_may_enter_gets_an_answer(routes: list[Route], world: World, sign_in: SignIn) -> None:
    faults = []
    for role, user in world.users.items():
        client = sign_in(user)
        for route in routes:
            if route.method == "GET" and route.open_to(role):
                status = client.get(route.url).status_code
                if status == 403 or status >= FAULT or (status == 404 and route.endpoint not in MAY_LACK):
                    faults.append(f"{role} {route}: {status}")
    assert faults == []


def test_another_dealers_object_does_not_exist(routes: list[Route], world: World, sign_in: SignIn) -> None:
    faults = []
    for role, user in world.strangers.items():
        client = sign_in(user)
        for route in routes:
            if route.owned and route.open_to(role):
                answer = client.open(route.url, method=route.method)
                if answer.status_code != 404:
                    faults.append(f"{role} {route}: {answer.status_code}")
    assert faults == []


def test_no_answer_breaks_the_content_policy(routes: list[Route], world: World, sign_in: SignIn) -> None:
    """What templates hide, macros and libraries may still write: look at the pages themselves."""
    faults = []
    for role in ("service_manager", "administrator", "settlement"):
        client = sign_in(world.users[role])
        for route in routes:
            if route.method != "GET" or not route.open_to(role):
                continue
            answer = client.get(route.url)
            if answer.mimetype != "text/html" or answer.status_code != 200:
                continue
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            faults += [f"{role} {route}: {hit.group()[:80]}" for hit in INLINE.finditer(answer.text)]
    assert faults == []


def test_every_paper_leads_to_its_page(app: Flask, session: Session) -> None:
    taken = {rule.endpoint: rule.arguments for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    papers = app.extensions["house"].papers.values()
    shown = {paper.key: paper.shown_at(session, KEYS.get(paper.key, "X-1")) for paper in papers}
    found = {key: page for key, page in shown.items() if page is not None}
    assert shown.keys() - found.keys() == {"guarantee_certificate"}  # whose page hangs on what was issued
    assert {key: page for key, page in found.items() if not taken.get(page[0], {""}) <= page[1].keys()} == {}
