"""How long closing a month of 100,000 claims takes, beside the driver writing the same rows.

``python -m bench settlement``. The bare side is one transaction of eight set-based statements for
the whole network; ours is a savepoint, a number, a trace and a check of all sums a dealer, so
that a kill loses nothing. Both write the same statements, lines, deductions, ledger, states and history.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from bench.support import POSTGRESQL, Result, in_turn, ratio, result, seconds
from bench.support import sow as sow_rows

DEALERS, CLAIMS, LINES_EACH, DEDUCTIONS, ROUNDS = 316, 100_000, 3, 2_000, 2
MONTH, DECIDED, NOW = "2026-10", "'2026-10-15 04:00:00.000000'", datetime(2026, 11, 2, 1, tzinfo=UTC)
#: What a closed month may take at most, and the least share of the driver's speed.
AIM_SECONDS, AIM_RATIO = {"SQLite": 10.0, "PostgreSQL": 20.0}, 0.15

BARE = (
    f"""insert into settlement (id, dealer_id, number, month, claims, net, tax_rate, tax, gross, generated_at, state,
    row_version) select dealer_id, dealer_id, 'ST-' || dealer_id, '{MONTH}', claims, net, 1300,
    cast(round(net * 0.13) as bigint), net + cast(round(net * 0.13) as bigint), {DECIDED}, 'generated', 1
    from (select c.dealer_id, count(*) as claims, sum(c.audited) + coalesce(max(d.amount), 0) as net from claim c
    left join (select dealer_id, sum(amount) as amount from deduction group by dealer_id) d on d.dealer_id = c.dealer_id
    where c.state = 'approved' group by c.dealer_id) months""",
    "update deduction set settlement_id = dealer_id where settlement_id is null",
    """insert into settlement_line (settlement_id, dealer_id, claim_id, claim_number, vin, kind, amount, disputed)
    select c.dealer_id, c.dealer_id, c.id, c.number, c.vin, l.kind, sum(l.audited), false
    from claim c join claim_line l on l.claim_id = c.id where c.state = 'approved'
    group by c.id, c.dealer_id, c.number, c.vin, l.kind""",
    f"""insert into state_change (entity, entity_id, action, source, target, reason, actor, at)
    select 'claim', id, 'settle', state, 'in_settlement', 'ST-' || dealer_id, 'bench', {DECIDED}
    from claim where state = 'approved' order by id""",
    "update claim set state = 'in_settlement', row_version = row_version + 1 where state = 'approved'",
    f"""insert into ledger_entry (settlement_id, dealer_id, account, amount, booked_at)
    select id, dealer_id, 'claims', net - (select coalesce(sum(amount), 0) from deduction where settlement_id =
    settlement.id), {DECIDED} from settlement""",
    f"""insert into ledger_entry (settlement_id, dealer_id, account, amount, booked_at)
    select settlement_id, dealer_id, 'deductions', sum(amount), {DECIDED} from deduction group by settlement_id,
    dealer_id""",
    f"""insert into ledger_entry (settlement_id, dealer_id, account, amount, booked_at)
    select id, dealer_id, 'tax', tax, {DECIDED} from settlement""",
)


def run() -> list[Result]:
    """Measure on SQLite, and on PostgreSQL where the harness has one."""
    with tempfile.TemporaryDirectory(prefix="sanbao-bench-", dir="/var/tmp") as name:
        results = _compare("SQLite", *_sqlite(Path(name)))
    if os.environ.get(POSTGRESQL):
        with _postgresql(make_url(os.environ[POSTGRESQL])) as (fresh, url):
            results += _compare("PostgreSQL", fresh, url)
    return results


def _compare(database: str, fresh: Callable[[], None], url: str) -> list[Result]:
    """Close the same month both ways, in turn, each time on a fresh copy of the filled database."""

    def measure(work: Callable[[Flask], None]) -> float:
        fresh()
        app = _app(url)
        try:
            with app.app_context():
                return seconds(partial(work, app))
        finally:
            _dispose(app)

    taken = in_turn(ROUNDS, ours=partial(measure, _ours), bare=partial(measure, _bare))
    took, share = min(taken["ours"]), ratio(taken["bare"], taken["ours"])
    most = AIM_SECONDS[database]
    what = f"{CLAIMS:,} claims of {DEALERS} dealers closed, {database}"
    bare = f"{what}: the bare driver in one transaction"
    return [
        result(what, took, "s", f"≤ {most:.0f} s", met=took <= most),
        result(f"{what}, of the bare driver's speed", share, "ratio", f"≥ {AIM_RATIO}", met=share >= AIM_RATIO),
        result(bare, min(taken["bare"]), "s"),
    ]


def _ours(_app: Flask) -> None:
    from portal.kernel.access import Actor
    from portal.kernel.db import db
    from portal.kernel.scoping import HeadOfficeScope, enter
    from warranty.settlement.closing import close_month

    with Session(db.engine, expire_on_commit=False) as session:
        enter(session, Actor.system("bench"), HeadOfficeScope("bench"))
        closed = close_month(session, MONTH, Actor.system("bench"), NOW)
    if (closed.statements, closed.claims, closed.finished) != (DEALERS, CLAIMS, True):
        raise RuntimeError(f"not everything was closed: {closed}")


def _bare(_app: Flask) -> None:
    from portal.kernel.db import db

    with db.engine.begin() as connection:
        for statement in BARE:
            connection.exec_driver_sql(statement)


def _app(url: str) -> Flask:
    from portal.app import create_app
    from portal.config import fixed

    return create_app(
        {**fixed(secure=False), "SECRET_KEY": "bench", "SQLALCHEMY_DATABASE_URI": url, "VAR": tempfile.gettempdir()}
    )


def _dispose(app: Flask) -> None:
    from portal.kernel.db import db

    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _fill(url: str) -> None:
    """Make the tables and a month's approved claims: plain SQL that both databases understand."""
    from flask_migrate import upgrade

    from portal.kernel.db import Base, db

    app, tables = _app(url), Base.metadata.tables
    with app.app_context():
        upgrade()
        with db.engine.begin() as connection:
            sow = partial(sow_rows, connection)
            sow(tables["dealer"], DEALERS, code="'D' || i", name="'Dealer ' || i", state="'open'")
            sow(tables["vehicle_model"], 1, code="'M'")
            sow(tables["vehicle"], 1, vin="'LSVAM4187R2000001'", model_id="1")
            dealer = f"(i - 1) % {DEALERS} + 1"
            sow(tables["repair_order"], CLAIMS, dealer_id=dealer, number="'RO-' || i", vehicle_id="1", state="'open'")
            sow(tables["repair_job"], CLAIMS, dealer_id=dealer, order_id="i", position="1")
            sow(tables["claim"], CLAIMS, dealer_id=dealer, number="'CL-' || i", order_id="i", job_id="i",
                vehicle_id="1", vin="'LSVAM4187R2000001'", state="'approved'", decided_at=DECIDED)  # fmt: skip
            sow(tables["claim_line"], CLAIMS * LINES_EACH, dealer_id=f"((i + 2) / 3 - 1) % {DEALERS} + 1",
                claim_id="(i + 2) / 3", position="(i - 1) % 3 + 1", audited="9000 + i % 1000",
                kind="case i % 3 when 0 then 'labour' when 1 then 'part' else 'handling' end")  # fmt: skip
            sow(tables["deduction"], DEDUCTIONS, dealer_id=f"(i - 1) % {DEALERS} + 1", kind="'old_part'",
                source="'CL-' || i || '-2'", amount="-5000")  # fmt: skip
            connection.exec_driver_sql(
                "update claim set audited = (select sum(l.audited) from claim_line l where l.claim_id = claim.id)"
            )
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("analyze"))
    _dispose(app)


def _sqlite(folder: Path) -> tuple[Callable[[], None], str]:
    full, used = folder / "full.sqlite", folder / "used.sqlite"
    _fill(f"sqlite:///{full}")

    def fresh() -> None:
        for rest in folder.glob("used.sqlite*"):
            rest.unlink()
        shutil.copy(full, used)

    return fresh, f"sqlite:///{used}"


@contextmanager
def _postgresql(server: Any) -> Iterator[tuple[Callable[[], None], str]]:
    full, used = "sanbao_bench_full", "sanbao_bench_used"
    drop = [f"drop database if exists {name} with (force)" for name in (used, full)]

    def ask(*statements: str) -> None:
        with psycopg.connect(server.set(drivername="postgresql").render_as_string(hide_password=False),
                             autocommit=True) as connection:  # fmt: skip
            for statement in statements:
                connection.execute(statement.encode())

    def address(name: str) -> str:
        url = server.set(drivername="postgresql+psycopg", database=name)
        return str(url.render_as_string(hide_password=False))

    ask(*drop, f"create database {full}")
    try:
        _fill(address(full))
        yield lambda: ask(drop[0], f"create database {used} template {full}"), address(used)
    finally:
        ask(*drop)


if __name__ == "__main__":
    for line in run():
        sys.stdout.write(f"{line['name']}: {line['value']:.3f} {line['unit']} {line['aim']}\n")
