from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.app import create_app
from portal.auth.guard import TOKEN, token_hash
from portal.auth.models import LockOut, SignInSession, User
from portal.kernel.audit import AuditEntry
from portal.kernel.db import db
from tests.support.door import CHEAP, PASSWORD, Clock, come_in, person, post, said

WRONG = "The user name or the password is not right."
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def clock(app: Flask, now: datetime) -> Clock:
    return Clock(app, now)


def traces(session: Session) -> list[str]:
    session.rollback()
    actions = select(AuditEntry.action).where(AuditEntry.action.not_in(("create", "change"))).order_by(AuditEntry.id)
    return list(session.scalars(actions))


def test_the_right_password_opens_the_portal_in_the_persons_language(app: Flask, session: Session) -> None:
    person(session, locale="en")
    client = app.test_client()
    answer = post(client, username="  Li.Wei ")
    assert (answer.status_code, answer.location) == (302, "/")
    home = client.get("/")
    assert home.status_code == 200
    assert '<html lang="en"' in home.text
    assert traces(session) == ["sign in"]


@pytest.mark.parametrize(
    ("username", "password"), [("li.wei", "wrong"), ("nobody", PASSWORD), ("li.wei", PASSWORD + " ")]
)
def test_wrong_or_unknown_gets_the_same_answer(app: Flask, session: Session, username: str, password: str) -> None:
    person(session)
    client = app.test_client()
    answer = post(client, username, password, headers=ENGLISH)
    assert answer.status_code == 422
    assert WRONG in answer.text
    assert client.get("/").location.startswith("/auth/sign-in")
    assert traces(session) == ["sign in failed"]


def test_the_answer_does_not_tell_unknown_from_inactive_from_wrong(app: Flask, session: Session) -> None:
    person(session)
    person(session, username="gone", active=False)
    client = app.test_client()
    pages = {said(post(client, name, "wrong", headers=ENGLISH)) for name in ("li.wei", "gone", "nobody")}
    pages.add(said(post(client, "gone", PASSWORD, headers=ENGLISH)))
    assert len({page.replace("\n", "") for page in pages}) == 1


def test_an_unknown_name_costs_a_hash_too(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    post(app.test_client(), "somebody", "x")
    checked: list[str] = []

    class Watched:
        def verify(self, kept: str, password: str) -> bool:
            checked.append(password)
            return CHEAP.verify(kept, password)

    monkeypatch.setattr("portal.auth.passwords.HASHER", Watched())
    post(app.test_client(), "nobody", PASSWORD)
    assert checked == [PASSWORD]


def test_empty_fields_are_named(app: Flask, session: Session) -> None:
    answer = post(app.test_client(), "", "", headers=ENGLISH)
    assert answer.status_code == 422
    assert answer.text.count('href="#username"') == answer.text.count('href="#password"') == 1
    assert traces(session) == []


def test_an_old_hash_is_renewed_at_sign_in(app: Flask, session: Session) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=512, parallelism=1).hash(PASSWORD)
    user = person(session, password_hash=old)
    come_in(app)
    session.refresh(user)
    assert user.password_hash != old
    assert not CHEAP.check_needs_rehash(user.password_hash)
    session.rollback()
    come_in(app)


def test_what_was_typed_is_never_kept(app: Flask, session: Session) -> None:
    person(session, password_hash=PasswordHasher(time_cost=2, memory_cost=512, parallelism=1).hash(PASSWORD))
    client = app.test_client()
    post(client, "my-secret-in-the-wrong-field", "x")
    post(client, "li.wei", "my-secret-typed-wrong")
    post(client)
    session.rollback()
    kept = " ".join(
        str(value)
        for entry in session.scalars(select(AuditEntry))
        for value in (entry.actor, entry.origin, entry.changes, entry.action)
    ) + " ".join(session.scalars(select(LockOut.key)))
    assert "my-secret" not in kept
    assert PASSWORD not in kept
    assert "argon2" not in kept


def test_a_session_planted_before_is_worth_nothing_afterwards(app: Flask, session: Session) -> None:
    person(session)
    client = app.test_client()
    client.get("/auth/sign-in")
    with client.session_transaction() as cookie:
        cookie[TOKEN], cookie["planted"], cookie["_user_id"] = "planted", "yes", "1"
    post(client)
    with client.session_transaction() as cookie:
        first = cookie[TOKEN]
        assert first != "planted"
        assert "planted" not in cookie
    assert session.scalars(select(SignInSession.token_hash)).all() == [token_hash(first)]
    session.rollback()
    client.post("/auth/sign-out")
    post(client)
    with client.session_transaction() as cookie:
        assert cookie[TOKEN] != first


def test_signing_out_ends_the_session_also_for_a_kept_cookie(app: Flask, session: Session) -> None:
    person(session)
    client = come_in(app)
    cookie = client.get_cookie("sanbao")
    assert cookie is not None
    assert client.get("/auth/sign-out").status_code == 405
    assert client.post("/auth/sign-out").location == "/auth/sign-in"
    thief = app.test_client()
    thief.set_cookie("sanbao", cookie.value)
    assert thief.get("/").location.startswith("/auth/sign-in")
    assert traces(session) == ["sign in", "sign out"]


@pytest.mark.parametrize(
    ("target", "reached"),
    [
        ("/claims/?state=draft", "/claims/?state=draft"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
    ],
)
def test_after_signing_in_one_stays_in_the_portal(app: Flask, session: Session, target: str, reached: str) -> None:
    person(session)
    answer = post(app.test_client(), query_string={"next": target})
    assert answer.location == reached


def test_the_door_remembers_where_one_wanted_to_go(app: Flask, session: Session) -> None:
    person(session)
    client = app.test_client()
    door = client.get("/auth/sessions?x=1").location
    assert door == "/auth/sign-in?next=/auth/sessions?x%3D1"
    answer = client.post(door, data={"username": "li.wei", "password": PASSWORD})
    assert answer.location == "/auth/sessions?x=1"


def test_a_fragment_sends_the_whole_page_to_the_door(app: Flask) -> None:
    answer = app.test_client().get("/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/auth/sign-in")


def test_who_is_in_does_not_sign_in_again(app: Flask, session: Session) -> None:
    person(session)
    client = come_in(app)
    assert client.get("/auth/sign-in").location == "/"
    assert post(client, "other", "x").location == "/"


def test_five_failures_lock_the_account_for_fifteen_minutes(app: Flask, session: Session, clock: Clock) -> None:
    person(session)
    client = app.test_client()
    for _ in range(4):
        assert WRONG in post(client, password="wrong", headers=ENGLISH).text
        clock.forward(minutes=3)
    answer = post(client, password="wrong", headers=ENGLISH)
    assert answer.status_code == 422
    assert "try again in 15 minutes" in answer.text
    assert "try again in 15 minutes" in post(client, headers=ENGLISH).text
    clock.forward(minutes=14, seconds=59)
    assert "try again in 1 minutes" in post(client, headers=ENGLISH).text
    clock.forward(seconds=1)
    assert post(client).status_code == 302
    expected = ["sign in failed"] * 5 + ["locked out", "sign in refused", "sign in refused", "sign in"]
    assert traces(session) == expected


def test_an_unknown_name_is_locked_like_a_known_one(app: Flask, session: Session) -> None:
    client = app.test_client()
    answers = [post(client, "nobody", "x", headers=ENGLISH) for _ in range(6)]
    assert "15 minutes" in answers[4].text
    assert "15 minutes" in answers[5].text


def test_the_lock_is_the_accounts_not_the_browsers_and_outlives_a_restart(
    app: Flask, session: Session, tmp_path: Path, now: datetime
) -> None:
    person(session)
    person(session, username="wang.fang")
    for _ in range(5):
        post(app.test_client(), password="wrong", environ_base={"REMOTE_ADDR": "10.0.0.1"})
    started_again = create_app(dict(app.config))
    with started_again.app_context():
        client = started_again.test_client()
        elsewhere = {"REMOTE_ADDR": "10.0.0.2"}
        assert post(client, environ_base=elsewhere).status_code == 422
        assert post(client, "wang.fang", environ_base={"REMOTE_ADDR": "10.0.0.1"}).status_code == 302
        db.session.remove()
        db.engine.dispose()


def test_thirty_failures_lock_the_address_for_every_account(app: Flask, session: Session, clock: Clock) -> None:
    person(session)
    client, bad = app.test_client(), {"REMOTE_ADDR": "10.0.0.1"}
    for number in range(30):
        post(client, f"guess{number}", "x", environ_base=bad)
    assert "15 minutes" in post(client, environ_base=bad, headers=ENGLISH).text
    assert post(app.test_client(), environ_base={"REMOTE_ADDR": "10.0.0.2"}).status_code == 302
    clock.forward(minutes=15)
    assert post(client, environ_base=bad).status_code == 302


def test_success_forgets_the_failures(app: Flask, session: Session) -> None:
    person(session)
    for _ in range(3):
        for _ in range(4):
            post(app.test_client(), password="wrong")
        come_in(app)
    rows = select(func.count()).select_from(LockOut).where(LockOut.key.startswith("account:"))
    assert session.scalar(rows) == 0


def test_an_address_that_hammers_is_slowed_down(app: Flask) -> None:
    app.config["SIGN_IN_RATE"] = "3 per minute"
    client = app.test_client()
    assert [post(client, "x", "x").status_code for _ in range(4)] == [422, 422, 422, 429]
    assert client.get("/auth/sign-in").status_code == 200


def test_a_forged_form_is_refused(app: Flask, session: Session) -> None:
    person(session)
    client = come_in(app)
    app.config["WTF_CSRF_ENABLED"] = True
    for path in ("/auth/sign-in", "/auth/sign-out", "/auth/locale", "/auth/sessions/end-others", "/auth/password"):
        assert client.post(path, data={"locale": "en"}).status_code == 400, path
    assert client.get("/auth/sessions").status_code == 200


def test_a_form_with_its_token_is_taken(app: Flask, session: Session) -> None:
    person(session)
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    token = client.get("/auth/sign-in").text.split('name="csrf-token" content="')[1].split('"')[0]
    answer = client.post("/auth/sign-in", data={"username": "li.wei", "password": PASSWORD, "csrf_token": token})
    assert answer.status_code == 302


def test_the_cookie_is_for_this_server_alone(app: Flask, session: Session) -> None:
    person(session)
    app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_NAME="__Host-sanbao")
    answer = post(app.test_client(), base_url="https://localhost")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-sanbao=")
    parts = {part.strip() for part in cookie.split(";")}
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= parts
    assert not any(part.startswith("Domain") for part in parts)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_an_idle_session_ends_after_four_hours_and_any_after_twelve(app: Flask, session: Session, clock: Clock) -> None:
    person(session)
    idle, busy = come_in(app), come_in(app)
    for _ in range(6):
        clock.forward(hours=2)
        assert busy.get("/auth/sessions").status_code == 200
    assert idle.get("/auth/sessions").status_code == 302
    clock.forward(minutes=1)
    assert busy.get("/auth/sessions").status_code == 302


def test_a_form_sent_after_a_pause_does_not_wait_for_itself(app: Flask, session: Session, clock: Clock) -> None:
    person(session)
    client = come_in(app)
    clock.forward(minutes=30)
    assert client.post("/auth/locale", data={"locale": "en"}).status_code == 302
    session.rollback()
    assert session.scalars(select(SignInSession.last_seen_at)).one() == clock.now


def test_an_ended_session_is_out_at_once(app: Flask, session: Session) -> None:
    person(session)
    here, there = come_in(app), come_in(app)
    assert there.get("/auth/sessions").status_code == 200
    assert here.post("/auth/sessions/end-others").status_code == 302
    assert there.get("/auth/sessions").status_code == 302
    assert here.get("/auth/sessions").status_code == 200


def test_an_inactive_user_is_out_at_once(app: Flask, session: Session) -> None:
    user = person(session)
    client = come_in(app)
    session.get_one(User, user.id).active = False
    session.commit()
    assert client.get("/auth/sessions").status_code == 302


def test_one_persons_cookie_does_not_open_another_account(
    app: Flask, session: Session, sign_in: Callable[[User], FlaskClient]
) -> None:
    person(session)
    other = person(session, username="wang.fang")
    client = come_in(app)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = str(other.id)
    assert client.get("/auth/sessions").status_code == 302
    assert sign_in(other).get("/auth/sessions").status_code == 200
