"""A page of 50 of 1,000,000 rows beside a bare Flask page, on SQLite and PostgreSQL: here, repair orders."""

from __future__ import annotations

import http.client
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Connection, Row, Table, insert, select, text

from bench.support import (
    POSTGRESQL,
    VAR,
    Result,
    gunicorn,
    in_turn,
    own_database,
    ratio,
    requests_per_second,
    result,
    sow,
)
from dealers.service.models import RepairOrder
from portal.app import create_app
from portal.auth.guard import TOKEN, token_hash
from portal.auth.models import SignInSession
from portal.config import from_environment
from portal.kernel.clock import utc_now
from portal.kernel.db import Base, db
from portal.kernel.listing import PAGE_SIZE, cursor_of

DEALERS, CARS, ORDERS = 316, 200_000, 1_000_000
#: The first order's moment: 2023-01-01 in Unix seconds.
START = 1_672_531_200
SIGNING = "a secret that only the measurements use, 32+"
DEEP = 18_000
ROUNDS, SINGLE = 5, 1_500


@dataclass(frozen=True)
class Listed:
    """A list that is measured: its path, who reads it, how its rows are made, the query string of its deep page."""

    what: str
    path: str
    role: str
    fill: Callable[[], int]
    deep: Callable[[], str]
    file: str


def run() -> list[Result]:
    """Measure the list of repair orders."""
    return measure(Listed("repair orders in the list", "/service/", "reader", _fill, _deep, "orders"))


def measure(listed: Listed) -> list[Result]:
    """Measure on SQLite, and on PostgreSQL where there is one."""
    VAR.mkdir(parents=True, exist_ok=True)
    found = _measure(listed, "SQLite", f"sqlite:///{VAR / listed.file}.sqlite", 0.20)
    if os.environ.get(POSTGRESQL):
        with own_database(os.environ[POSTGRESQL], f"sanbao_bench_{listed.file}") as url:
            found += _measure(listed, "PostgreSQL", url, 0.15)
    return found


def _measure(listed: Listed, name: str, url: str, aim: float) -> list[Result]:
    environment = {"DATABASE_URL": url, "SECRET_KEY": SIGNING, "SANBAO_ENV": "development", "SANBAO_VAR": str(VAR)}
    app = create_app(from_environment(environment))
    with app.app_context():
        rows = listed.fill()
        cookie, deep = sign_in(app, listed.role), listed.deep()
        db.session.remove()
        db.engine.dispose()
    first = listed.path
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
        result(f"{name}: {listed.what}", rows, "rows"),
        result(f"{name}: bare Flask page", statistics.median(taken["bare"]), "pages/s"),
        result(f"{name}: page 1 of the list", statistics.median(taken["first"]), "pages/s"),
        result(f"{name}: page 1 : bare Flask page", share, "ratio", f"≥ {aim}", met=share >= aim),
        result(f"{name}: page {DEEP:,} : page 1", depth, "ratio", "≥ 0.95", met=depth >= 0.95),
        result(f"{name}: p99 : p50, one client", spread, "ratio", "≤ 2.5", met=spread <= 2.5,
               note=f"p50 {p50 * 1000:.2f} ms, p99 {p99 * 1000:.2f} ms"),
    ]  # fmt: skip


def _fill() -> int:
    """Make stations, cars and orders by SQL that both databases understand; used again where they stand."""
    upgrade()
    tables = Base.metadata.tables
    with db.engine.begin() as connection:
        if not connection.execute(text("select 1 from repair_order limit 1")).first():
            stations(connection, tables, "reader")
            _orders(connection, tables["repair_order"])
    return analysed("repair_order")


def analysed(table: str) -> int:
    """Let the database look at what was stored; return how many rows a table has."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze" if connection.dialect.name == "postgresql" else "analyze"))
        return int(connection.execute(text(f"select count(*) from {table}")).scalar_one())


def moment(connection: Connection, seconds: str) -> str:
    """Return the SQL of a moment: two minutes a row after the first, and some seconds."""
    after = f"{START} + i * 120 + {seconds}"
    if connection.dialect.name == "postgresql":
        return f"to_timestamp({after})"
    return f"strftime('%Y-%m-%d %H:%M:%S.000000', {after}, 'unixepoch')"


def stations(connection: Connection, tables: Any, role: str) -> None:
    """Store stations, cars of one model, and one person at headquarters."""
    sow(connection, tables["dealer"], DEALERS, code="'SH' || (1000 + i)", name="'上海华安汽车销售服务有限公司' || i",
        state="'open'")  # fmt: skip
    sow(connection, tables["user_account"], 1, username=f"'{role}'", display_name="'周敏'", roles=f"'[\"{role}\"]'",
        active="true", must_change_password="false")  # noqa: S106  # fmt: skip
    sow(connection, tables["vehicle_model"], 1, code="'M1'")
    sow(connection, tables["vehicle"], CARS, vin="'LJYBA1A3' || (100000000 + i)",
        vin_tail="substr(cast(100000000 + i as text), 4)", model_id="1")  # fmt: skip


def _orders(connection: Connection, orders: Table) -> None:
    """Store the orders, one every two minutes, all columns of the list filled."""
    sow(
        connection, orders, ORDERS, number="'RO-SH' || (1001 + i % 316) || '-202601-' || (1000000 + i)",
        dealer_id=f"i % {DEALERS} + 1", vehicle_id=f"i % {CARS} + 1", vin=f"'LJYBA1A3' || (100000001 + i % {CARS})",
        plate="'沪A' || (10000 + i % 90000)", state="'completed'", odometer_km="i % 90000",
        type="case i % 3 when 0 then 'general' when 1 then 'maintenance' else 'part_warranty' end",
        received_at=moment(connection, "0"), promised_at=moment(connection, "14400"),
        completed_at=moment(connection, "10800 + i % 200000"),
        labour_total="i % 70000 + 3000", parts_total="i % 170000 + 900", advisor_name="'王伟'",
        presenter_name="'李娜'", created_at=moment(connection, "0"),
    )  # fmt: skip


def sign_in(app: Flask, role: str = "reader") -> str:
    """Sign the person in: a row in the table, a signed cookie as the browser holds it from the second page on."""
    at, token = utc_now(), f"bench-{time.time_ns()}"
    with db.engine.begin() as connection:
        user = connection.execute(text(f"select id from user_account where username = '{role}'")).scalar_one()
        connection.execute(
            insert(SignInSession).values(
                user_id=user, token_hash=token_hash(token), created_at=at, last_seen_at=at + timedelta(hours=1),
                second_factor_at=at, ip="-", user_agent="bench",
            )
        )  # fmt: skip
    signer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    value = signer.dumps(
        {"_user_id": str(user), "_fresh": True, TOKEN: token, "locale": "zh_CN", "csrf_token": "0" * 40}
    )
    return f"{app.config['SESSION_COOKIE_NAME']}={value}"


def _deep() -> str:
    """Return the query string of page 18,000: the page after the order that ends page 17,999."""
    return after_rows(RepairOrder.id, RepairOrder.received_at, descending=True)


def after_rows(key: Any, sort: Any, *, descending: bool) -> str:
    """Return the query string of the page after the row that ends page 17,999."""
    order = (sort.desc(), key.desc()) if descending else (sort, key)
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("select set_config('sanbao.scope', '*', true)"))
        last = connection.execute(
            select(key, sort.label("_sort")).order_by(*order).offset((DEEP - 1) * PAGE_SIZE - 1).limit(1)
        ).one()
    return f"after={cursor_of(cast('Row[Any]', last))}"


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
    for line in run():
        print(line)
