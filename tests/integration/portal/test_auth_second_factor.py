"""The day the phone is lost: recovery codes, a new phone; and how the secret of a phone is kept."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.auth import sealing
from portal.auth.models import RecoveryCode, RolePolicy, User
from portal.kernel.audit import AuditEntry
from tests.support.door import PASSWORD, Clock, code_at, come_in, person, post, said

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def clock(app: Flask, now: datetime) -> Clock:
    return Clock(app, now)


def enrol(client: FlaskClient, clock: Clock) -> list[str]:
    """Set the second factor up and return the codes that the page shows."""
    client.get("/auth/second-factor/enrol")
    with client.session_transaction() as cookie:
        secret = cookie["enrolling"]
    return shown(client.post("/auth/second-factor/enrol", data={"code": code_at(secret, clock.now)}))


def shown(answer: object) -> list[str]:
    return re.findall(r'user-select-all">([a-z2-9-]{19})<', answer.text)  # type: ignore[attr-defined]


def at_the_door(app: Flask) -> FlaskClient:
    """Return a browser that gave the right password and is asked for a code."""
    client = app.test_client()
    post(client)
    return client


def kept(session: Session, username: str = "li.wei") -> str:
    session.rollback()
    found = session.scalars(select(User.totp_secret).where(User.username == username)).one()
    session.rollback()
    assert found is not None
    return found


def test_ten_codes_are_shown_once_and_kept_as_hashes(app: Flask, session: Session, clock: Clock) -> None:
    person(session, locale="en")
    client = come_in(app)
    codes = enrol(client, clock)
    assert len(set(codes)) == 10
    assert shown(client.get("/auth/second-factor/enrol", follow_redirects=True)) == []
    assert "10 of 10 left" in said(client.get("/auth/profile"))
    session.rollback()
    hashes = session.scalars(select(RecoveryCode.code_hash)).all()
    trail = str(session.scalars(select(AuditEntry.changes)).all())
    for code in codes:
        bare = code.replace("-", "")
        assert bare not in "".join(hashes)
        assert code not in trail
        assert bare not in trail


def test_a_recovery_code_opens_once(app: Flask, session: Session, clock: Clock) -> None:
    person(session, locale="en")
    first = enrol(come_in(app), clock)[0]
    client, again = at_the_door(app), at_the_door(app)
    typed = f" {first.upper().replace('-', ' ')} "  # as people type it
    assert client.post("/auth/second-factor", data={"code": typed}).status_code == 302
    assert "9 recovery codes are left" in said(client.get("/auth/profile"))
    refused = again.post("/auth/second-factor", data={"code": first})
    assert refused.status_code == 422
    assert again.get("/auth/profile").location == "/auth/second-factor"
    session.rollback()
    used = session.scalars(select(AuditEntry).where(AuditEntry.action == "recovery code used")).one()
    assert used.changes == {"left": 9}


def test_a_code_opens_its_own_account_only(app: Flask, session: Session, clock: Clock) -> None:
    person(session)
    person(session, username="wang.fang")
    codes = enrol(come_in(app, "wang.fang"), clock)
    enrol(come_in(app), clock)
    assert at_the_door(app).post("/auth/second-factor", data={"code": codes[0]}).status_code == 422


def test_the_code_of_the_enrolment_does_not_sign_in(app: Flask, session: Session, clock: Clock) -> None:
    person(session)
    client = come_in(app)
    client.get("/auth/second-factor/enrol")
    with client.session_transaction() as cookie:
        secret = cookie["enrolling"]
    code = code_at(secret, clock.now)
    client.post("/auth/second-factor/enrol", data={"code": code})
    other = app.test_client()
    post(other)
    assert other.post("/auth/second-factor", data={"code": code}).status_code == 422


def test_guessing_recovery_codes_locks_the_account(app: Flask, session: Session, clock: Clock) -> None:
    person(session, locale="en")
    right = enrol(come_in(app), clock)[0]
    client = at_the_door(app)
    for _ in range(5):
        client.post("/auth/second-factor", data={"code": "aaaa-bbbb-cccc-dddd"})
    assert "15 minutes" in client.post("/auth/second-factor", data={"code": right}).text


def test_new_codes_need_the_password_and_take_the_place_of_the_old(app: Flask, session: Session, clock: Clock) -> None:
    person(session, locale="en")
    client = come_in(app)
    old = enrol(client, clock)
    place = "/auth/second-factor/recovery-codes"
    assert client.post(place, data={"current": "wrong"}).status_code == 422
    new = shown(client.post(place, data={"current": PASSWORD}))
    assert len(set(old) | set(new)) == 20
    assert at_the_door(app).post("/auth/second-factor", data={"code": old[0]}).status_code == 422
    assert at_the_door(app).post("/auth/second-factor", data={"code": new[0]}).status_code == 302


def test_without_a_second_factor_there_are_no_codes(app: Flask, session: Session, clock: Clock) -> None:
    person(session)
    client = come_in(app)
    for place in ("/auth/second-factor/recovery-codes", "/auth/second-factor/new-phone"):
        assert client.post(place, data={"current": PASSWORD}).location == "/auth/profile"
    enrol(client, clock)
    client.post("/auth/second-factor/remove", data={"current": PASSWORD})
    session.rollback()
    assert session.scalars(select(RecoveryCode)).all() == []


def test_a_new_phone_is_set_up_with_the_password_also_where_the_factor_is_demanded(
    app: Flask, session: Session, clock: Clock
) -> None:
    session.add(RolePolicy(role="warranty_clerk", second_factor=True))
    person(session, locale="en")
    client = come_in(app)
    codes = enrol(client, clock)
    before = kept(session)
    assert client.get("/auth/second-factor/enrol").location == "/auth/profile"
    assert client.post("/auth/second-factor/new-phone", data={"current": "wrong"}).status_code == 422
    assert client.get("/auth/second-factor/enrol").location == "/auth/profile"
    client.post("/auth/second-factor/new-phone", data={"current": PASSWORD})
    clock.forward(minutes=11)  # too long ago by now
    assert client.get("/auth/second-factor/enrol").location == "/auth/profile"
    client.post("/auth/second-factor/new-phone", data={"current": PASSWORD})
    fresh = enrol(client, clock)
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    assert sealing.unseal(kept(session)) != sealing.unseal(before)


def test_a_secret_in_the_clear_works_and_is_sealed_when_used(app: Flask, session: Session, clock: Clock) -> None:
    person(session, totp_secret=SECRET, totp_confirmed_at=clock.now)
    client = at_the_door(app)
    assert client.post("/auth/second-factor", data={"code": "000000"}).status_code == 422
    assert kept(session) == SECRET
    assert client.post("/auth/second-factor", data={"code": code_at(SECRET, clock.now)}).status_code == 302
    assert SECRET not in kept(session)
    clock.forward(seconds=60)
    again = at_the_door(app)
    assert again.post("/auth/second-factor", data={"code": code_at(SECRET, clock.now)}).status_code == 302


def test_a_new_secret_key_opens_with_the_old_one_beside_it_and_seals_anew(
    app: Flask, session: Session, clock: Clock
) -> None:
    old = app.config["SECRET_KEY"]
    person(session, totp_secret=sealing.seal(SECRET), totp_confirmed_at=clock.now)
    app.config["SECRET_KEY"], app.config["SECRET_KEY_FALLBACKS"] = "another secret key that only the tests use", [old]
    client = at_the_door(app)
    assert client.post("/auth/second-factor", data={"code": code_at(SECRET, clock.now)}).status_code == 302
    app.config["SECRET_KEY_FALLBACKS"] = []
    assert sealing.unseal(kept(session)) == SECRET


def test_a_secret_that_no_key_opens_lets_nobody_in_but_with_a_recovery_code(
    app: Flask, session: Session, clock: Clock
) -> None:
    person(session)
    codes = enrol(come_in(app), clock)
    app.config["SECRET_KEY"] = "another secret key that only the tests use"
    client = at_the_door(app)
    for code in (code_at(SECRET, clock.now), "000000"):
        assert client.post("/auth/second-factor", data={"code": code}).status_code == 422
    assert client.post("/auth/second-factor", data={"code": codes[3]}).status_code == 302
