"""A page of 50 of 1,000,000 repair orders beside a bare Flask page, on SQLite and PostgreSQL."""

from __future__ import annotations

import http.client
import os
import statistics
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import insert, text

from bench.support import POSTGRESQL, VAR, Result, gunicorn, in_turn, ratio, requests_per_second, result
from portal.app import create_app
from portal.auth.guard import TOKEN, token_hash
from portal.config import from_environment
from portal.demo.network import Size, make_network
from portal.kernel.clock import utc_now
from portal.kernel.db import db
from portal.kernel.listing import fetch_page
from portal.kernel.room import house
from portal.kernel.scoping import HeadOfficeScope, enter, leave

#: About a million repair orders: 200,000 cars over 46 months.
SIZE = Size(dealers=316, vehicles=205_000, months=46)
SIGNING = "a secret that only the measurements use, 32+"
DEEP = 18_000
ROUNDS, SINGLE = 5, 1_500


def run() -> list[Result]:
    """Measure on SQLite, and on PostgreSQL where there is one."""
    found = _measure("SQLite", f"sqlite:///{VAR / 'orders.sqlite'}", 0.20)
    if os.environ.get(POSTGRESQL):
        found += _measure("PostgreSQL", os.environ[POSTGRESQL], 0.15)
    return found


def _measure(name: str, url: str, aim: float) -> list[Result]:
    environment = {"DATABASE_URL": url, "SECRET_KEY": SIGNING, "SANBAO_ENV": "development", "SANBAO_VAR": str(VAR)}
    app = create_app(from_environment(environment))
    with app.app_context():
        orders = _fill(app)
        cookie, deep = _cookie(app), _deep(app)
        db.engine.dispose()
    first = "/service/"
    with gunicorn("bench.bare:app", {}) as bare, gunicorn("wsgi:app", environment) as portal:
        taken = in_turn(
            ROUNDS,
            bare=lambda: requests_per_second(bare + "/"),
            first=lambda: requests_per_second(portal + first, cookie),
            deep=lambda: requests_per_second(f"{portal}{first}?{deep}", cookie),
        )
        p50, p99 = _latencies(portal, first, cookie)
    share, depth, spread = ratio(taken["first"], taken["bare"]), ratio(taken["deep"], taken["first"]), p99 / p50
    return [
        result(f"{name}: repair orders in the list", orders, "orders"),
        result(f"{name}: bare Flask page", statistics.median(taken["bare"]), "pages/s"),
        result(f"{name}: page 1 of the list", statistics.median(taken["first"]), "pages/s"),
        result(f"{name}: page 1 : bare Flask page", share, "ratio", f"≥ {aim}", met=share >= aim),
        result(f"{name}: page {DEEP:,} : page 1", depth, "ratio", "≥ 0.95", met=depth >= 0.95),
        result(f"{name}: p99 : p50, one client", spread, "ratio", "≤ 2.5", met=spread <= 2.5,
               note=f"p50 {p50 * 1000:.2f} ms, p99 {p99 * 1000:.2f} ms"),
    ]  # fmt: skip


def _fill(app: Flask) -> int:
    """Make the network once; a file of an earlier run with the same size is used again."""
    del app
    upgrade()
    with db.engine.begin() as connection:
        connection.execute(text("select 1")) if connection.dialect.name == "sqlite" else connection.execute(
            text("select set_config('sanbao.scope', '*', true)")
        )
        count = connection.execute(text("select count(*) from repair_order")).scalar_one()
        if not count:
            make_network(connection, SIZE, utc_now(), lambda _text: None)
            count = connection.execute(text("select count(*) from repair_order")).scalar_one()
    return int(count)


def _cookie(app: Flask) -> str:
    """Sign the demo's reader in: a row in the table, a signed cookie."""
    moment, token = utc_now(), f"bench-{time.time_ns()}"
    with db.engine.begin() as connection:
        user = connection.execute(text("select id from user_account where username = 'reader'")).scalar_one()
    from portal.auth.models import SignInSession

    with db.engine.begin() as connection:
        connection.execute(
            insert(SignInSession).values(
                user_id=user, token_hash=token_hash(token), created_at=moment, last_seen_at=moment + timedelta(hours=1),
                second_factor_at=moment, ip="-", user_agent="bench",
            )
        )  # fmt: skip
    signer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    value = signer.dumps({"_user_id": str(user), "_fresh": True, TOKEN: token, "locale": "zh_CN"})
    return f"{app.config['SESSION_COOKIE_NAME']}={value}"


def _deep(app: Flask) -> str:
    """Return the query string of page 18,000, by walking there in steps of a thousand pages."""
    del app
    spec, session = house().lists["orders"], db.session()
    args: dict[str, str] = {}
    enter(session, _reader(), HeadOfficeScope("bench"))
    try:
        for _ in range(DEEP // 1000):
            page = fetch_page(session, spec, args, size=50_000)
            args = {"after": page.following or ""}
        return f"after={args['after']}"
    finally:
        session.rollback()
        leave(session)


def _reader() -> Any:
    from portal.kernel.access import Actor

    return Actor.system("bench")


def _latencies(portal: str, path: str, cookie: str) -> tuple[float, float]:
    """Return p50 and p99 of one client that asks one request after another."""
    place, taken = urlsplit(portal), []
    for number in range(SINGLE + 100):
        connection = http.client.HTTPConnection(place.hostname or "", place.port)
        start = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        if number >= 100:
            taken.append(time.perf_counter() - start)
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
    cuts = statistics.quantiles(taken, n=100)
    return cuts[49], cuts[98]


if __name__ == "__main__":
    Path(VAR).mkdir(parents=True, exist_ok=True)
    for line in run():
        print(line)
