from __future__ import annotations

import re
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.auth.models import LockOut, RolePolicy, SignInSession, User
from portal.auth.roles import ROLES
from portal.auth.sealing import unseal
from portal.auth.words import TABLES
from portal.kernel.audit import AuditEntry, record
from portal.kernel.db import Base
from portal.kernel.i18n import force_locale
from tests.factories.network import make_dealer, make_user
from tests.support.door import PASSWORD, Clock, code_at, come_in, person, post

ENGLISH = {"Accept-Language": "en"}
NEW = "tea grows on the hills"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def clock(app: Flask, now: datetime) -> Clock:
    return Clock(app, now)


@pytest.fixture
def admin(app: Flask, session: Session) -> FlaskClient:
    person(session, "administrator", "admin", locale="en")
    return come_in(app, "admin")


def change(client: FlaskClient, current: str = PASSWORD, new: str = NEW, again: str | None = None) -> tuple[int, str]:
    data = {"current": current, "password": new, "again": again or new}
    answer = client.post("/auth/password", data=data)
    return answer.status_code, answer.text


def enrolled(session: Session, now: datetime, **values: object) -> User:
    return person(session, totp_secret=SECRET, totp_confirmed_at=now, **values)


def stored(session: Session, username: str = "li.wei") -> User:
    session.rollback()
    session.expire_all()
    user = session.scalars(select(User).where(User.username == username)).one()
    session.expunge(user)
    session.rollback()
    return user


def test_a_first_password_is_changed_before_anything_else(app: Flask, session: Session) -> None:
    person(session, "administrator", must_change_password=True)
    client = app.test_client()
    assert post(client).location == "/"
    for path in ("/", "/auth/profile", "/auth/users", "/auth/sessions", "/auth/second-factor/enrol"):
        assert client.get(path).location == "/auth/password", path
    assert client.post("/auth/users/li.wei/password").location == "/auth/password"
    assert client.get("/auth/users", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/auth/password"
    assert change(client)[0] == 302
    assert client.get("/auth/users").status_code == 200


def test_a_new_password_ends_the_other_sessions(app: Flask, session: Session) -> None:
    person(session)
    here, there = come_in(app), come_in(app)
    assert change(here)[0] == 302
    assert here.get("/auth/sessions").status_code == 200
    assert there.get("/auth/sessions").status_code == 302
    assert post(app.test_client()).status_code == 422
    assert post(app.test_client(), password=NEW).status_code == 302


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"new": "short"}, "Use at least 10 characters."),
        ({"new": "password2026"}, "among the first that are guessed"),
        ({"new": "my li.wei password"}, "must not contain your user name"),
        ({"new": NEW, "again": "tea grows on the hill"}, "The two passwords differ."),
        ({"new": PASSWORD}, "differs from the present one"),
        ({"current": "wrong"}, "This is not your present password."),
        ({"current": " "}, "Please fill this in."),
    ],
)
def test_what_is_wrong_with_a_new_password_is_said(
    app: Flask, session: Session, data: dict[str, str], words: str
) -> None:
    before = person(session, locale="en").password_hash
    status, text = change(come_in(app), **data)
    assert status == 422
    assert words in text
    assert stored(session).password_hash == before


def test_guessing_the_present_password_locks_the_account(app: Flask, session: Session) -> None:
    person(session, locale="en")
    client = come_in(app)
    for _ in range(5):
        change(client, current="wrong")
    assert "15 minutes" in change(client)[1]
    assert post(app.test_client()).status_code == 422


def test_the_second_factor_is_enrolled_by_a_right_code(app: Flask, session: Session, clock: Clock) -> None:
    person(session, locale="en")
    client, other = come_in(app), come_in(app)
    text = client.get("/auth/second-factor/enrol").text
    assert 'src="data:image/svg+xml' in text
    secret = re.search(r'translate="no">([A-Z2-7 ]+)<', text)
    assert secret is not None
    plain = secret[1].replace(" ", "")
    assert client.post("/auth/second-factor/enrol", data={"code": "000000"}).status_code == 422
    assert stored(session).totp_secret is None
    assert client.post("/auth/second-factor/enrol", data={"code": code_at(plain, clock.now)}).status_code == 201
    kept = stored(session).totp_secret
    assert kept is not None
    assert plain not in kept
    assert unseal(kept) == plain
    assert client.get("/auth/profile").status_code == 200
    assert other.get("/auth/profile").status_code == 302


def test_signing_in_asks_for_the_code_and_gives_nothing_before(app: Flask, session: Session, clock: Clock) -> None:
    enrolled(session, clock.now)
    client = app.test_client()
    assert post(client, query_string={"next": "/auth/sessions"}).location == "/"
    for path in ("/", "/auth/profile", "/auth/password", "/auth/sessions", "/auth/second-factor/enrol"):
        assert client.get(path).location == "/auth/second-factor", path
    with client.session_transaction() as cookie:
        before = cookie["token"]
    answer = client.post("/auth/second-factor", data={"code": code_at(SECRET, clock.now)})
    assert answer.location == "/auth/sessions"
    with client.session_transaction() as cookie:
        assert cookie["token"] != before
    assert client.get("/auth/sessions").status_code == 200


def test_a_half_open_door_can_be_left(app: Flask, session: Session, clock: Clock) -> None:
    enrolled(session, clock.now)
    client = app.test_client()
    post(client)
    assert client.post("/auth/sign-out").location == "/auth/sign-in"


def test_a_code_opens_once(app: Flask, session: Session, clock: Clock) -> None:
    enrolled(session, clock.now, locale="en")
    code = code_at(SECRET, clock.now)
    first, second = app.test_client(), app.test_client()
    post(first)
    post(second)
    assert first.post("/auth/second-factor", data={"code": code}).status_code == 302
    refused = second.post("/auth/second-factor", data={"code": code})
    assert refused.status_code == 422
    assert "was used already" in refused.text
    clock.forward(seconds=30)
    assert second.post("/auth/second-factor", data={"code": code_at(SECRET, clock.now)}).status_code == 302


def test_guessing_codes_locks_the_account(app: Flask, session: Session, clock: Clock) -> None:
    enrolled(session, clock.now, locale="en")
    client = app.test_client()
    post(client)
    for _ in range(5):
        client.post("/auth/second-factor", data={"code": "000000"})
    right = client.post("/auth/second-factor", data={"code": code_at(SECRET, clock.now)})
    assert right.status_code == 422
    assert "15 minutes" in right.text


def test_the_second_factor_is_removed_with_the_password_only(app: Flask, session: Session, clock: Clock) -> None:
    enrolled(session, clock.now)
    client = app.test_client()
    post(client)
    client.post("/auth/second-factor", data={"code": code_at(SECRET, clock.now)})
    assert client.post("/auth/second-factor/remove", data={"current": "wrong"}).status_code == 422
    assert unseal(stored(session).totp_secret) == SECRET
    assert client.post("/auth/second-factor/remove", data={"current": PASSWORD}).status_code == 302
    assert stored(session).totp_secret is None


def test_headquarters_requires_the_second_factor_by_role(
    app: Flask, session: Session, admin: FlaskClient, clock: Clock
) -> None:
    person(session, "auditor", "wang.fang", locale="en")
    person(session, "technician", "zhang.san")
    auditor, technician = come_in(app, "wang.fang"), come_in(app, "zhang.san")
    assert admin.post("/auth/roles", data={"roles": ["auditor"]}).status_code == 302
    assert technician.get("/auth/sessions").status_code == 200
    assert auditor.get("/auth/sessions").location == "/auth/second-factor/enrol"
    page = auditor.get("/auth/second-factor/enrol")
    assert "requires a second factor" in page.text
    with auditor.session_transaction() as cookie:
        secret = cookie["enrolling"]
    auditor.post("/auth/second-factor/enrol", data={"code": code_at(secret, clock.now)})
    assert auditor.get("/auth/sessions").status_code == 200
    refused = auditor.post("/auth/second-factor/remove", data={"current": PASSWORD})
    assert refused.status_code == 422
    assert "cannot be removed" in refused.text
    assert admin.post("/auth/roles", data={"none": "ticked"}).status_code == 302
    session.rollback()
    assert list(session.scalars(select(RolePolicy.second_factor))) == [False]


def test_my_devices_are_listed_and_ended_one_by_one(app: Flask, session: Session) -> None:
    person(session, locale="en")
    person(session, username="wang.fang")
    here, other = come_in(app), come_in(app, "wang.fang")
    there = app.test_client()
    post(there, headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/130.0"})
    text = here.get("/auth/sessions").text
    assert "Firefox · Windows" in text
    assert text.count("/end") == 3
    keys = re.findall(r"/auth/sessions/(\d+)/end", text)
    assert here.post(f"/auth/sessions/{max(map(int, keys))}/end").location == "/auth/sessions"
    assert there.get("/auth/sessions").status_code == 302
    foreign = session.scalar(
        select(SignInSession.id).join(User, User.id == SignInSession.user_id).where(User.username == "wang.fang")
    )
    session.rollback()
    assert here.post(f"/auth/sessions/{foreign}/end").status_code == 404
    assert other.get("/auth/sessions").status_code == 200
    assert here.post(f"/auth/sessions/{min(map(int, keys))}/end").location == "/auth/sign-in"
    assert here.get("/auth/sessions").status_code == 302


def test_the_language_is_kept_with_the_account(app: Flask, session: Session) -> None:
    person(session)
    client = come_in(app)
    assert client.post("/auth/profile", data={"locale": "en"}).status_code == 302
    assert "My account" in client.get("/auth/profile").text
    assert stored(session).locale == "en"
    assert client.post("/auth/profile", data={"locale": "tlh"}).status_code == 422
    client.post("/auth/locale", data={"locale": "zh_CN", "next": "//evil.example"})
    assert stored(session).locale == "zh_CN"
    client.post("/auth/locale", data={"locale": "tlh"})
    assert stored(session).locale == "zh_CN"


def test_the_language_of_the_door_is_chosen_before_signing_in(app: Flask) -> None:
    client = app.test_client()
    answer = client.post("/auth/locale", data={"locale": "en", "next": "/auth/sign-in"})
    assert answer.location == "/auth/sign-in"
    assert '<html lang="en"' in client.get("/auth/sign-in").text


def test_an_administrator_makes_an_account_that_can_sign_in(app: Flask, session: Session, admin: FlaskClient) -> None:
    make_dealer(session, code="A08752")
    session.commit()
    data = {
        "username": " Zhang.San ",
        "display_name": "张三",
        "dealer": "a08752",
        "roles": ["technician"],
        "locale": "en",
    }
    answer = admin.post("/auth/users/new", data=data)
    assert answer.status_code == 201
    password = re.search(r'translate="no">([a-z0-9-]{14})<', answer.text)
    assert password is not None
    client = app.test_client()
    assert post(client, "zhang.san", password[1]).status_code == 302
    assert client.get("/").location == "/auth/password"
    assert password[1] not in str(session.scalars(select(AuditEntry.changes)).all())
    assert "zhang.san" in admin.get("/auth/users?name=zhang").text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"username": "x y"}, "3 to 64 characters"),
        ({"username": "ADMIN"}, "This user name is taken."),
        ({"username": ""}, "Please fill this in."),
        ({"display_name": "  "}, "Please fill this in."),
        ({"dealer": "X999"}, "There is no dealer with this code."),
        ({"roles": []}, "at least one role"),
        ({"roles": ["technician"]}, "Somebody at headquarters"),
        ({"roles": ["emperor"]}, "not a valid choice"),
    ],
)
def test_a_wrong_account_is_not_made(session: Session, admin: FlaskClient, data: dict[str, object], words: str) -> None:
    answer = admin.post(
        "/auth/users/new",
        data={"username": "new.one", "display_name": "新", "roles": ["auditor"], "locale": "en", **data},
    )
    assert answer.status_code == 422
    assert words in answer.text
    session.rollback()
    assert session.scalar(select(func.count()).select_from(User)) == 1


def test_an_account_is_changed_and_switched_off(app: Flask, session: Session, admin: FlaskClient) -> None:
    person(session, "auditor", "wang.fang")
    client = come_in(app, "wang.fang")
    assert "wang.fang" in admin.get("/auth/users/wang.fang").text
    both = {"display_name": "王芳", "roles": ["auditor", "settlement"], "active": "y"}
    assert admin.post("/auth/users/wang.fang", data=both).status_code == 302
    assert stored(session, "wang.fang").roles == ["auditor", "settlement"]
    assert client.get("/auth/sessions").status_code == 200
    assert admin.post("/auth/users/wang.fang", data={"display_name": "王芳", "roles": ["auditor"]}).status_code == 302
    assert client.get("/auth/sessions").status_code == 302
    assert post(app.test_client(), "wang.fang").status_code == 422
    assert admin.get("/auth/users?active=no").text.count("wang.fang") >= 1
    assert admin.get("/auth/users/nobody").status_code == 404


def test_administrators_cannot_lock_themselves_out(session: Session, admin: FlaskClient) -> None:
    for data in ({"roles": ["administrator"]}, {"roles": ["auditor"], "active": "y"}):
        answer = admin.post("/auth/users/admin", data={"display_name": "周敏", **data})
        assert answer.status_code == 422
        assert "your own access" in answer.text
    assert stored(session, "admin").active


def test_helping_back_in(app: Flask, session: Session, admin: FlaskClient, clock: Clock) -> None:
    enrolled(session, clock.now)
    for _ in range(5):
        post(app.test_client(), password="wrong")
    assert post(app.test_client()).status_code == 422
    assert admin.post("/auth/users/li.wei/unlock").status_code == 302
    client = come_in(app)
    assert admin.post("/auth/users/li.wei/second-factor").status_code == 302
    assert client.get("/auth/sessions").location.startswith("/auth/sign-in")
    answer = admin.post("/auth/users/li.wei/password")
    password = re.search(r'translate="no">([a-z0-9-]{14})<', answer.text)
    assert password is not None
    client = app.test_client()
    assert post(client).status_code == 422
    post(client, password=password[1])
    assert client.get("/").location == "/auth/password"
    session.rollback()
    assert session.scalar(select(func.count()).select_from(LockOut).where(LockOut.key.like("account:%"))) == 0


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"administrator"}))
def test_accounts_are_for_administrators_only(app: Flask, session: Session, role: str) -> None:
    person(session, role)
    client = come_in(app)
    for path in ("/auth/users", "/auth/users/new", "/auth/users/li.wei", "/auth/roles"):
        assert client.get(path).status_code == 403, path
    for path in ("/auth/users/li.wei/password", "/auth/users/li.wei/unlock", "/auth/users/li.wei/second-factor"):
        assert client.post(path).status_code == 403, path
    assert client.get("/auth/audit").status_code == (200 if role == "reader" else 403)


def test_the_trail_is_read_by_table_person_and_day(app: Flask, session: Session) -> None:
    person(session, "reader", "reader", locale="en")
    dealer = make_dealer(session, name="甲站")
    session.commit()
    dealer.name = "乙站"
    record(session, "download", "dealer", {"file": "x.pdf"}, row_id=dealer.id)
    session.commit()
    key = session.scalar(select(AuditEntry.id).where(AuditEntry.action == "change", AuditEntry.table_name == "dealer"))
    session.rollback()
    client = come_in(app, "reader")
    assert f"/auth/audit/{key}" in client.get("/auth/audit?table=dealer").text
    assert f"/auth/audit/{key}" not in client.get("/auth/audit?table=claim").text
    assert f"/auth/audit/{key}" in client.get("/auth/audit?person=TEST&since=2020-01-01&until=2100-01-01").text
    assert f"/auth/audit/{key}" not in client.get("/auth/audit?until=2020-01-01").text
    assert f"/auth/audit/{key}" in client.get(f"/auth/audit?row={dealer.id}&table=dealer").text
    assert {client.get(f"/auth/audit?{odd}").status_code for odd in ("since=yesterday", f"row={'9' * 20}")} == {200}
    text = client.get(f"/auth/audit/{key}").text
    assert text.index("甲站") < text.index("乙站")
    assert client.get("/auth/audit/999999").status_code == 404


def test_every_table_of_the_trail_has_a_name(app: Flask) -> None:
    audited = {mapper.local_table.name for mapper in Base.registry.mappers if mapper.class_.__audited__}
    assert set(TABLES) == audited


def test_a_role_has_one_chinese_name(app: Flask, session: Session) -> None:
    with app.test_request_context(), force_locale("zh_CN"):
        assert {role.name for role in ROLES.values()} == {role.zh for role in ROLES.values()}
    with app.test_request_context(), force_locale("en"):
        assert {role.name for role in ROLES.values()} == {role.en for role in ROLES.values()}


def test_a_dealers_account_shows_its_dealer(session: Session, admin: FlaskClient) -> None:
    dealer = make_dealer(session, code="A08752", name="松江甲站")
    make_user(session, "service_manager", dealer, username="chen.jie")
    session.commit()
    assert "A08752 松江甲站" in admin.get("/auth/users/chen.jie").text
    listed = admin.get("/auth/users?dealer=a08752&role=service_manager").text
    assert "chen.jie" in listed
    assert "chen.jie" not in admin.get("/auth/users?role=technician").text
