"""A year of a network's claims judged anew by a changed rule book, beside decoding what was kept of them.

200,000 submissions of 316 dealers lie in the database with their facts: five lines, ten earlier claims,
ten odometer readings, the chain of what covers the car. The trial reads, judges and adds up every one.
"""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import text

from bench.support import Result, ratio, result, sow
from portal.app import create_app
from portal.config import from_environment
from portal.kernel.access import Actor
from portal.kernel.db import Base, db, read_transactions
from portal.kernel.kept import layer
from portal.kernel.scoping import HeadOfficeScope, enter, leave
from warranty.claims.rules.book import FIRST_BOOK, RuleBook
from warranty.claims.rules.checks import run as run_checks
from warranty.claims.rules.facts import Car, ClaimFacts, LineFacts, OtherClaim, Reading, Station, Visit
from warranty.claims.rules.limits import Limits
from warranty.claims.rules.money import Rates
from warranty.claims.rules.replay import kept_facts
from warranty.claims.services.trials import tally_claims
from warranty.coverage.rules.decide import coverage
from warranty.coverage.rules.facts import Car as CoveredCar
from warranty.coverage.rules.facts import Facts, Question
from warranty.guarantee.rules.facts import Certificate, Sale, Term
from warranty.guarantee.rules.orders import ORDERS

CLAIMS, DEALERS, MOST_SECONDS = 200_000, 316, 120
DAY = date(2026, 10, 15)
HISTORY = 10


def run() -> list[Result]:
    """Measure one process on SQLite."""
    with tempfile.TemporaryDirectory(prefix="sanbao-rules-", dir="/var/tmp") as folder:
        app = create_app(
            from_environment(
                {"SANBAO_ENV": "development", "SANBAO_VAR": folder,
                 "DATABASE_URL": f"sqlite:///{Path(folder, 'rules.sqlite')}"}
            )
        )  # fmt: skip
        with app.app_context():
            upgrade()
            kept = json.dumps(_content(), ensure_ascii=False, default=layer)
            _fill(kept)
            decoding = _decoded(kept)
            taken, changed = _trial(_changed())
            db.engine.dispose()
    return [
        result("decoding what is kept of the claims, alone", decoding, "s"),
        result(
            f"{CLAIMS:,} claims of {DEALERS} dealers under a changed rule book", taken, "s", f"≤ {MOST_SECONDS}",
            met=taken <= MOST_SECONDS and changed == CLAIMS,
            note=f"{CLAIMS / taken:,.0f} claims a second, {len(kept):,} characters kept of each",
        ),
        result("the trial : decoding alone", ratio([taken], [decoding]), "ratio"),
    ]  # fmt: skip


def _changed() -> RuleBook:
    """Return a book that decides by itself and changes a rate: every claim is priced anew, and goes otherwise."""
    return replace(FIRST_BOOK, automatic=True, rates=Rates(handling=Decimal("0.12")))


def _facts() -> ClaimFacts:
    sale = Sale(date(2025, 3, 1), date(2025, 3, 3), Decimal(100_000))
    covered = Facts(
        CoveredCar("M001", "远行", "passenger_car", "household", sale), ORDERS,
        Certificate(Term(24, 50_000), Term(36, 60_000), Decimal("0.005"), {}),
    )  # fmt: skip
    lines = (
        LineFacts(1, "labour", "L1", Decimal("2.50"), Decimal("300.00"), component="engine"),
        *(LineFacts(n, "part", f"P{n}", Decimal(1), Decimal("80.00"), n == 2, component="engine") for n in (2, 3, 4)),
        LineFacts(5, "handling", "HANDLING", Decimal(1), Decimal("24.00")),
    )  # fmt: skip
    return ClaimFacts(
        DAY, "repair", "停车后地面有冷却液", "水泵轴封渗漏", "更换水泵总成", "engine", "P2",
        Car("LSVAM4180R2000001", True, "M001", date(2025, 3, 3)), Station("open", 3),
        Visit("general", "completed", DAY, DAY, 9_000), lines, Limits(),
        tuple(Reading(date(2025, 4 + n // 2, 1 + n), 500 * n) for n in range(HISTORY)),
        tuple(OtherClaim(date(2025, 4 + n // 2, 2 + n), f"Q{n}", "body") for n in range(HISTORY)),
        coverage=coverage(Question("engine", DAY, 9_000, "P2", None), covered),
    )  # fmt: skip


def _content() -> dict[str, Any]:
    facts = _facts()
    return {
        "claim": {**dict.fromkeys(("received_at", "completed_at"), f"{DAY}T02:00:00+00:00"),
                  **{f"field{n}": "停车后地面有冷却液" for n in range(17)}},
        "lines": [{f"field{n}": "100.00" for n in range(8)}] * 5,
        "findings": [one.as_json() for one in run_checks(facts)], "book": 1, "facts": kept_facts(facts),
    }  # fmt: skip


def _fill(kept: str) -> None:
    tables = Base.metadata.tables
    with db.engine.begin() as connection:
        sow(connection, tables["dealer"], DEALERS, code="'SH' || (1000 + i)", name="'站' || i", state="'open'")
        sow(connection, tables["vehicle_model"], 1, code="'M1'")
        sow(connection, tables["vehicle"], 1, vin="'LSVAM4180R2000001'", model_id="1")
        sow(connection, tables["repair_order"], 1, number="'RO-1'", state="'completed'")
        sow(connection, tables["repair_job"], 1)
        connection.execute(text("drop index uq_claim_job"))  # these claims have no jobs of their own
        sow(
            connection, tables["claim"], CLAIMS, number="'CL-' || (1000000 + i)", dealer_id=f"i % {DEALERS} + 1",
            state="'approved'", version="1", vin="'LSVAM4180R2000001'", order_id="1", job_id="1", vehicle_id="1",
        )  # fmt: skip
        sow(
            connection, tables["claim_version"], CLAIMS, claim_id="i", dealer_id=f"i % {DEALERS} + 1", version="1",
            content=f"'{kept}'",
        )  # fmt: skip


def _decoded(kept: str) -> float:
    began = time.perf_counter()
    for _ in range(CLAIMS):
        json.loads(kept)
    return time.perf_counter() - began


def _trial(tried: RuleBook) -> tuple[float, int]:
    session = db.session()
    with read_transactions():
        enter(session, Actor.system("bench"), HeadOfficeScope("bench"))
        began = time.perf_counter()
        tally = tally_claims(session, tried, date(2026, 1, 1), date(2026, 12, 31), lambda _done, _total: None)
        taken = time.perf_counter() - began
        session.rollback()
        leave(session)
    if tally.whole.claims != CLAIMS or tally.unknown:
        raise RuntimeError(f"{tally.whole.claims} claims judged, {tally.unknown} unknown; {datetime.now(UTC)}")
    return taken, tally.whole.changed
