"""The page of a list, kept around its rows: what one reader gets never depends on who came before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import validate_csrf
from markupsafe import escape
from sqlalchemy.orm import Session
from wtforms import ValidationError

from portal.auth.models import User
from portal.auth.roles import permissions_of
from portal.kernel.listing import ListSpec
from portal.kernel.room import house
from portal.kernel.scoping import leave
from portal.ui import lists
from tests.factories.network import make_dealer
from tests.support.world import World, build

SignIn = Callable[[User], FlaskClient]
#: Signed with the moment, so that no two are alike.
TOKENS = re.compile(r'(name="csrf-token" content=|name="csrf_token" value=)"[^"]+"')
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


@pytest.fixture
def world(session: Session) -> World:
    built = build(session)
    leave(session)
    return built


def specs_of(app: Flask, role: str) -> Iterator[ListSpec]:
    with app.app_context():
        offered = list(house().lists.values())
    yield from (spec for spec in offered if spec.permission in permissions_of([role]))


def text_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return TOKENS.sub(r"\1", answer.text)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("query", "locales"),
    [
        ("", ("zh_CN", "en")),
        ("?columns=number,code,part_no,username,state,total", ("zh_CN",)),
        ("?q=&sort=-nothing", ("en",)),
    ],
)
def test_a_kept_page_is_what_a_page_made_anew_would_be(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, query: str, locales: tuple[str, ...]
) -> None:
    readers = [*world.users.items(), *world.strangers.items()]
    clients = [(role, sign_in(user)) for role, user in readers]
    for locale in locales:
        for role, client in clients:
            with app.app_context(), client.session_transaction() as cookie:
                cookie["locale"] = locale
            for spec in specs_of(app, role):
                with app.test_request_context():
                    address = app.url_for(spec.endpoint) + query
                first, again = text_of(client, address), text_of(client, address)
                with monkeypatch.context() as patch:
                    patch.setattr(lists, "_lasting", lambda _page: False)
                    assert first == again == text_of(client, address), (role, address, locale)
    assert app.extensions["list_pages"]


@pytest.mark.databases("sqlite")
def test_what_is_kept_names_nobody(app: Flask, world: World, sign_in: SignIn) -> None:
    for role, user in world.users.items():
        client = sign_in(user)
        for spec in specs_of(app, role):
            with app.test_request_context():
                address = app.url_for(spec.endpoint)
            client.get(address)
    kept = b"".join(text for page in app.extensions["list_pages"].values() for text, _name in page).decode()
    mine = [world.dealer.name, world.order.number, world.vehicle.vin, world.claim.number]
    mine += [user.display_name for user in world.users.values()]
    assert [words for words in mine if words in kept] == []


@pytest.mark.databases("sqlite")
def test_each_session_has_a_token_of_its_own_that_its_pages_keep(app: Flask, world: World, sign_in: SignIn) -> None:
    clients = [sign_in(world.users[role]) for role in ("reader", "service_advisor")]
    pages = [[client.get("/service/").text for _time in range(2)] for client in clients]
    tokens = [{found for page in own for found in TOKEN.findall(page)} for own in pages]
    assert [len(own) for own in tokens] == [1, 1]
    assert tokens[0] != tokens[1]
    for client, own, other in zip(clients, tokens, reversed(tokens), strict=True):
        with app.test_request_context(), client.session_transaction() as cookie:
            known = dict(cookie)
        with app.test_request_context():
            session.update(known)
            validate_csrf(*own)
            with pytest.raises(ValidationError):
                validate_csrf(*other)


@pytest.mark.databases("sqlite")
def test_a_message_stands_above_a_list_once(world: World, sign_in: SignIn, app: Flask) -> None:
    client = sign_in(world.users["reader"])
    client.get("/service/")
    with app.app_context(), client.session_transaction() as cookie:
        cookie["_flashes"] = [("info", "a message for this reader")]
    assert "a message for this reader" in client.get("/service/").text
    assert "a message for this reader" not in client.get("/service/").text


@pytest.mark.databases("sqlite")
def test_what_a_reader_may_is_asked_on_every_page(world: World, sign_in: SignIn, app: Flask) -> None:
    advisor, reader = sign_in(world.users["service_advisor"]), sign_in(world.users["reader"])
    assert "/service/new" in advisor.get("/service/").text
    assert "/service/new" not in reader.get("/service/").text
    assert world.order.number not in sign_in(world.strangers["service_advisor"]).get("/service/").text


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("state", ["", "open"])
@pytest.mark.parametrize("typed", ['"><b>&amp; 100% +/?#=', "\ue000token\ue001", "江 岳"])
def test_what_was_typed_stands_in_its_places_and_in_nobody_elses_page(
    app: Flask, world: World, sign_in: SignIn, session: Session, monkeypatch: pytest.MonkeyPatch, typed: str, state: str
) -> None:
    make_dealer(session, name=f"甲{typed}乙")
    make_dealer(session, name="other words")
    session.commit()
    client = sign_in(world.users["reader"])
    with app.test_request_context():
        asked = app.url_for("network.dealers", text=typed, state=state)
        other = app.url_for("network.dealers", text="other words", state=state)
    first, beside, again = text_of(client, asked), text_of(client, other), text_of(client, asked)
    assert len(app.extensions["list_pages"]) == 1  # both are the same page, but for what was typed
    with monkeypatch.context() as patch:
        patch.setattr(lists, "_lasting", lambda _page: False)
        assert first == again == text_of(client, asked)
        assert beside == text_of(client, other)
    assert str(escape(typed)) in first
    assert "other words" not in first
    assert str(escape(typed)) not in beside


@pytest.mark.databases("sqlite")
def test_a_choice_is_its_own_page_and_a_fault_at_a_filter_is_none(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(world.users["reader"])
    pages = [text_of(client, f"/network/{query}") for query in ("", "?state=open", "?state=nothing")]
    assert len(app.extensions["list_pages"]) == 2
    assert "is-invalid" in pages[2] or 'aria-invalid="true"' in pages[2]
    with monkeypatch.context() as patch:
        patch.setattr(lists, "_lasting", lambda _page: False)
        assert [text_of(client, f"/network/{query}") for query in ("", "?state=open", "?state=nothing")] == pages
