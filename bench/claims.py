"""Submitting a claim beside the raw driver's durable transaction of the same rows.

Each submission reads the claim with its order, car and station, five lines, 20 rows of the car's
history and the 11 that say what covers it, asks for the rule book, checks them, and writes the claim,
its version, the step and one audit row. The raw driver reads and writes the same rows in one durable
transaction, the documents in the portal's own words, with nothing checked or built.

And the processor's time of a submission that the rules decide as well, every check at work.
"""

from __future__ import annotations

import gc
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from flask_migrate import upgrade
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bench.support import POSTGRESQL, Result, in_turn, own_database, ratio, result, seconds
from dealers.network.models import Dealer
from dealers.service.models import LabourOperation, PartLine, RepairJob, RepairOrder
from dealers.vehicles.models import OdometerReading, Vehicle, VehicleModel
from parts.catalogue.models import Part
from portal.app import create_app
from portal.config import from_environment
from portal.kernel.access import Actor, Permission
from portal.kernel.db import db
from portal.kernel.scoping import DealerScope, HeadOfficeScope, enter, leave
from warranty.claims.models import Claim, ClaimLine, RuleBookVersion
from warranty.claims.queries.books import body_of
from warranty.claims.rules.book import RuleBook, RuleSetting
from warranty.claims.rules.checks import CHECKS, Outcome
from warranty.claims.services import submit_claim
from warranty.coverage.models import CoveragePolicy, PartWarranty

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
TODAY = "2026-11-20"
ROUNDS, BATCH, CLAIMS, READINGS = 7, 40, 10, 10
AIMS = {"SQLite": 0.5, "PostgreSQL": 0.65}
#: Earlier visits of a car whose claim the rules decide, and the milliseconds of one core that it may take.
VISITS, DECISION_MS = 30, 15
#: The draft's causal part, and how often it was put in before.
CAUSAL, SAME_PART = "P1", 3
#: Component, months, kilometres.
POLICIES = (("", 36, 100_000), ("traction_battery", 96, 120_000), ("drive_motor", 96, 120_000), ("body", 36, None),
            ("engine", 60, 120_000), ("transmission", 60, 120_000))  # fmt: skip
SIGNING = "a secret that only the measurements use, 32+"

HEAD = """select c.*, o.number, o.type, o.state, o.meter_replaced, v.invoiced_on, v.delivered_on, v.replaced_on,
 v.taken_back, v.taken_back_on, v.use, v.model_id, m.code, m.series, m.category, m.guarantee_months, m.guarantee_km,
 m.repair_months, m.repair_km, d.code, d.state, d.grade, w.level, w.value, w."limit", g.state, x.state, x.done_on,
 x.order_id from claim c join repair_order o on o.id = c.order_id
 join vehicle v on v.id = c.vehicle_id join vehicle_model m on m.id = v.model_id join dealer d on d.id = c.dealer_id
 left join guarantee_watch w on w.vehicle_id = c.vehicle_id left join campaign g on g.number = c.campaign
 left join campaign_car x on x.campaign_id = g.id and x.vehicle_id = c.vehicle_id
 where c.number = ?"""
LINES = """select l.*, p.id, p.per_vehicle, p.wear_class, p.component,
 (select max(a.component) from labour_operation a where a.code = l.code)
 from claim_line l left join part p on p.number = l.code where l.claim_id = ? order by l.position"""
PAST = """select received_at, causal_part, component, order_id, dealer_id, number, type from claim
 where vehicle_id = ? and id <> ? and state not in ('draft', 'withdrawn')
 union all select read_at, null, null, km, 0, reference, null from odometer_reading where vehicle_id = ?
 union all select null, null, null, b.order_id, b.dealer_id, null, null from repair_photo a
 join repair_photo b on b.sha256 = a.sha256 where a.order_id = ? and b.order_id <> a.order_id"""
TERMS = """select code, version, valid_from, months, km, component, use, model_id, series from coverage_policy
 where (model_id is null or model_id = ?) and series in ('', ?)
 union all select '', version, valid_from, repair_months, repair_km, '', '', model_id, '' from guarantee_certificate
 where model_id = ? union all select code, version, valid_from, null, null, '', '', null, '' from guarantee_regime"""
COVER = """select l.part_number, p.wear_class, o.completed_at, o.odometer_km, 0 from part_line l
 join repair_job j on j.id = l.job_id join repair_order o on o.id = j.order_id
 left join part p on p.number = l.part_number where o.vehicle_id = ? and o.state = 'completed' and o.id <> ?
 and l.part_number = ?
 union all select number, wear_class, null, months, km from coverage_part_warranty where number = ''
 union all select number, product, null, until_km, 0 from coverage_contract where vehicle_id = ?
 union all select number, component, null, until_km, 0 from coverage_goodwill where vehicle_id = ?"""
BOOK = """select id from claim_rule_book where state = 'in_force' and valid_from <= ?
 order by valid_from desc, version desc limit 1"""
CLAIM = """update claim set state = 'submitted', version = 1, submitted_at = ?, applied = ?, audited = null,
 decided_at = null, due_at = ?, row_version = 2 where id = ? and row_version = 1"""
VERSION = """insert into claim_version (claim_id, dealer_id, version, submitted_at, submitted_by, applied, content)
 values (?, ?, 1, ?, ?, ?, ?)"""
STEP = """insert into state_change (entity, entity_id, action, source, target, user_id, actor, at)
 values ('claim', ?, 'submit', 'draft', 'submitted', 1, 'bench', ?)"""
TRACE = """insert into audit_entry (at, chain, user_id, actor, origin, action, table_name, row_id, changes)
 values (?, ?, 1, 'bench', 'bench', 'change', 'claim', ?, ?)"""


def run() -> list[Result]:
    """Measure on SQLite, and on PostgreSQL where there is one."""
    with tempfile.TemporaryDirectory(prefix="sanbao-claims-", dir="/var/tmp") as folder:
        path = Path(folder) / "claims.sqlite"
        found = _measure("SQLite", f"sqlite:///{path}", Path(folder), lambda: _sqlite(path))
        if os.environ.get(POSTGRESQL):
            with own_database(os.environ[POSTGRESQL], "sanbao_bench_claims") as url:
                found += _measure("PostgreSQL", url, Path(folder), lambda: _postgresql(url))
        return [*found, _decided(f"sqlite:///{folder}/decided.sqlite", Path(folder))]


@contextmanager
def _portal_on(url: str, folder: Path) -> Iterator[None]:
    """Put the portal on an empty database, its tables made."""
    app = create_app(
        from_environment(
            {"DATABASE_URL": url, "SECRET_KEY": SIGNING, "SANBAO_ENV": "development", "SANBAO_VAR": str(folder)}
        )
    )
    with app.app_context():
        upgrade()
        yield
        db.session.remove()
        db.engine.dispose()


def _decided(url: str, folder: Path) -> Result:
    """Measure a submission that the rules decide, on SQLite: there the database's work is in the same process."""
    with _portal_on(url, folder):
        drafts = iter(_fill(BATCH * (ROUNDS + 1), VISITS, book=True))
        taken = []
        for _ in range(ROUNDS + 1):
            batch = [next(drafts) for _ in range(BATCH)]
            began = time.process_time()
            states = set(_portal(batch))
            taken.append((time.process_time() - began) / BATCH * 1000)
            if states != {"approved"}:
                raise RuntimeError(f"not decided by the rules: {states}")
    cost = statistics.median(taken[1:])
    name = f"a claim submitted and decided, {len(CHECKS)} rules, a car of {VISITS} visits: CPU"
    return result(name, cost, "ms", f"≤ {DECISION_MS}", met=cost <= DECISION_MS)


def _measure(name: str, url: str, folder: Path, connect: Callable[[], Any]) -> list[Result]:
    with _portal_on(url, folder):
        drafts = iter(_fill(2 * BATCH * (ROUNDS + 1)))
        _portal([next(drafts) for _ in range(BATCH)])  # warm up
        raw = connect()
        words = _words(raw)
        measures: dict[str, Callable[[], float]] = {
            "portal": lambda: seconds(lambda: _portal([next(drafts) for _ in range(BATCH)])),
            "driver": lambda: seconds(lambda: _driver(raw, [next(drafts) for _ in range(BATCH)], words)),
        }
        measures["driver"]()
        gc.collect()
        gc.freeze()  # as the server's workers do, see deploy/gunicorn.conf.py
        gc.set_threshold(50_000, 20, 50)
        taken = in_turn(ROUNDS, **measures)
        raw.close()
    share, aim = ratio(taken["driver"], taken["portal"]), AIMS[name]
    portal, driver = (statistics.median(taken[key]) / BATCH * 1000 for key in ("portal", "driver"))
    return [
        result(f"{name}: the raw driver's transaction of a claim", driver, "ms"),
        result(f"{name}: a claim checked and submitted", portal, "ms"),
        result(f"{name}: submission : raw driver", share, "ratio", f"≥ {aim}", met=share >= aim),
    ]


def _portal(claims: list[dict[str, Any]]) -> list[str]:
    """Submit claims, each in a transaction of its own; return the states they are left in."""
    actor, states = Actor(1, "bench", 1, frozenset({Permission.CLAIM_WRITE}), "bench"), []
    for claim in claims:
        session: Session = db.session()
        enter(session, actor, DealerScope(1))
        states.append(submit_claim(session, claim["number"], actor, NOW, seen_version=0).state)
        session.commit()
        leave(session)
    return states


def _words(raw: Any) -> tuple[str, str]:
    """Return the documents of a submission of the portal as text: the version's, the trace's."""
    cursor = raw.cursor()
    found = [
        cursor.execute(f"select cast({name} as text) from {table} order by id desc limit 1").fetchone()[0]
        for table, name in (("claim_version", "content"), ("audit_entry", "changes"))
    ]
    raw.commit()
    return found[0], found[1]


def _driver(raw: Any, claims: list[dict[str, Any]], words: tuple[str, str]) -> None:
    moment = str(NOW.replace(tzinfo=None)) if isinstance(raw, sqlite3.Connection) else NOW
    mark = "?" if isinstance(raw, sqlite3.Connection) else "%s"
    head, lines, past, terms, cover, book, change, version, step, trace = (
        text.replace("?", mark) for text in (HEAD, LINES, PAST, TERMS, COVER, BOOK, CLAIM, VERSION, STEP, TRACE)
    )
    content, changes = words
    cursor = raw.cursor()
    for claim in claims:
        key, car = claim["id"], claim["vehicle_id"]
        if mark == "?":
            cursor.execute("begin immediate")
        cursor.execute(head, (claim["number"],)).fetchall()
        five = cursor.execute(lines, (key,)).fetchall()
        twenty = cursor.execute(past, (car, key, car, key)).fetchall()
        if (len(five), len(twenty)) != (5, CLAIMS + READINGS):
            raise RuntimeError(f"{len(five)} lines, {len(twenty)} rows of history")
        promised = cursor.execute(terms, (1, "远行", 1)).fetchall()
        covering = cursor.execute(cover, (car, key, CAUSAL, car, car)).fetchall()
        if (len(promised), len(covering)) != (len(POLICIES), SAME_PART + 2):
            raise RuntimeError(f"{len(promised)} policies, {len(covering)} parts and terms")
        cursor.execute(book, (TODAY,)).fetchall()
        cursor.execute(change, (moment, 75_210, moment, key))
        cursor.execute(version, (key, 1, moment, "bench", 75_210, content))
        cursor.execute(step, (key, moment))
        cursor.execute(trace, (moment, "dealer:1", key, changes))
        cursor.execute("commit") if mark == "?" else raw.commit()


def _sqlite(path: Path) -> sqlite3.Connection:
    raw = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -65536"):
        raw.execute(f"pragma {pragma}")
    return raw


def _postgresql(url: str) -> Any:
    return psycopg.connect(url)


def _fill(count: int, visits: int = CLAIMS, *, book: bool = False) -> list[dict[str, Any]]:
    """Store a station, and for each draft a car with its own history; return the drafts.

    ``book``: with a rule book under which the rules approve whatever is not wrong.
    """
    session: Session = db.session()
    enter(session, Actor.system("bench"), HeadOfficeScope("bench"))
    session.add(Dealer(code="B0001", name="测试站", region="东区", province="上海", city="上海", grade=5))
    session.add(VehicleModel(code="M1", series="远行", name_zh="远行", name_en="Voyager"))
    session.add(
        LabourOperation(
            code="L1", name_zh="更换", name_en="Replace", initials="GH", hours=Decimal(2), component="engine"
        )
    )
    for number in range(3):
        session.add(
            Part(number=f"P{number}", name_zh="件", name_en="Part", initials="J", per_vehicle=Decimal(4),
                 component="engine")
        )  # fmt: skip
    _promise(session)
    if book:
        session.execute(insert(RuleBookVersion), [_book()])
    session.flush()
    made = [_car(n, visits) for n in range(count)]
    for model, rows in (
        (Vehicle, [one["car"] for one in made]),
        (OdometerReading, [row for one in made for row in one["readings"]]),
        (RepairOrder, [row for one in made for row in one["orders"]]),
        (RepairJob, [row for one in made for row in one["jobs"]]),
        (PartLine, [row for one in made for row in one["parts"]]),
        (Claim, [row for one in made for row in one["claims"]]),
        (ClaimLine, [row for one in made for row in one["lines"]]),
    ):
        session.execute(insert(model), rows)
    return _drafts(session)


def _promise(session: Session) -> None:
    """Store what the maker promises: policies and two versions of a part warranty."""
    session.add_all(
        CoveragePolicy(
            code=f"CP-{number}", version=1, valid_from=date(2018, 1, 1), component=component, months=months, km=km,
            made_by="bench", made_at=NOW,
        )
        for number, (component, months, km) in enumerate(POLICIES)
    )  # fmt: skip
    session.add_all(
        PartWarranty(
            code=f"PW-{version}", version=version, valid_from=date(2017 + version, 1, 1), months=12, km=20_000,
            made_by="bench", made_at=NOW,
        )
        for version in (1, 2)
    )  # fmt: skip


def _book() -> dict[str, Any]:
    """Return the row of a rule book in force: every check runs, what it finds is noted."""
    settings = {check.id: RuleSetting(True, check.severity, Outcome.PASS) for check in CHECKS}
    body = body_of(RuleBook(automatic=True, settings=settings))
    return {
        "version": 2, "valid_from": date(2026, 1, 1), "body": body, "state": "in_force", "made_by": "bench",
        "made_at": NOW,
    }  # fmt: skip


def _drafts(session: Session) -> list[dict[str, Any]]:
    """Commit what was stored and return the drafts in it."""
    drafts = select(Claim.id, Claim.number, Claim.vehicle_id).where(Claim.state == "draft").order_by(Claim.id)
    found = [dict(row._mapping) for row in session.execute(drafts)]  # noqa: SLF001
    session.commit()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as connection:
            connection.exec_driver_sql("analyze")
            connection.commit()
    leave(session)
    return found


def _car(serial: int, visits: int) -> dict[str, Any]:
    """Return the rows of a car: readings, earlier claims, and a draft with five lines."""
    car, vin = serial + 1, f"LBENCH{serial:011d}"
    orders, jobs, parts, claims, lines = [], [], [], [], []
    for visit in range(visits + 1):
        key = serial * (visits + 1) + visit + 1
        at = NOW - timedelta(days=1 + 600 // visits * (visits - visit))
        orders.append({
            "id": key, "dealer_id": 1, "state": "completed", "number": f"RO-B0001-{key:07d}", "vehicle_id": car,
            "vin": vin, "type": "general", "received_at": at, "completed_at": at, "odometer_km": 20_000 + 900 * visit,
            "advisor_name": "—", "owner_name": "—", "presenter_name": "—", "presenter_phone": "—", "created_at": at,
        })  # fmt: skip
        jobs.append({"id": key, "dealer_id": 1, "order_id": key, "position": 1, "concern": "漏水"})
        parts.append(_part(key, visit))
        draft = visit == visits
        claims.append({
            "id": key, "dealer_id": 1, "state": "draft" if draft else "approved", "number": f"CL-B0001-{key:07d}",
            "version": 0 if draft else 1, "order_id": key, "job_id": key, "vehicle_id": car, "vin": vin,
            "type": "repair", "received_at": at, "completed_at": at, "odometer_km": 20_000 + 900 * visit,
            "concern": "发动机漏水", "cause": "水泵密封失效", "correction": "更换水泵总成", "component": "engine",
            "causal_part": f"P{visit % 3}", "applied": Decimal("752.10"), "created_at": at,
        })  # fmt: skip
        if draft:
            lines = [_line(key, position) for position in range(1, 6)]
    readings = [
        {"vehicle_id": car, "read_at": NOW - timedelta(days=900 - n), "km": 100 * n, "source": "import"}
        for n in range(READINGS)
    ]
    vehicle = {
        "id": car, "vin": vin, "vin_tail": vin[-6:], "model_id": 1, "invoiced_on": (NOW - timedelta(days=900)).date(),
        "delivered_on": (NOW - timedelta(days=900)).date(),
    }  # fmt: skip
    rows = {"orders": orders, "jobs": jobs, "parts": parts, "claims": claims, "lines": lines}
    return {"car": vehicle, **rows, "readings": readings}


def _part(job: int, visit: int) -> dict[str, Any]:
    return {
        "dealer_id": 1, "job_id": job, "position": 1, "part_number": f"P{visit % 3}", "name": "件", "unit": "件",
        "quantity": Decimal(1), "unit_price": Decimal("150.42"), "amount": Decimal("150.42"), "causal": True,
    }  # fmt: skip


def _line(claim: int, position: int) -> dict[str, Any]:
    kind, code = {1: ("labour", "L1"), 5: ("handling", "HANDLING")}.get(position, ("part", f"P{position - 2}"))
    return {
        "claim_id": claim, "dealer_id": 1, "position": position, "kind": kind, "code": code, "name": "更换水泵总成",
        "quantity": Decimal(1), "unit_price": Decimal("150.42"), "applied": Decimal("150.42"), "causal": position == 2,
    }  # fmt: skip
