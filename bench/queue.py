"""A page of 50 of 1,000,000 claims that wait for a decision, beside a bare Flask page."""

from __future__ import annotations

from typing import Any

from flask_migrate import upgrade
from sqlalchemy import Connection, text

from bench.pages import CARS, DEALERS, Listed, after_rows, analysed, measure, moment, stations
from bench.support import Result, sow
from portal.kernel.db import Base, db
from warranty.claims.models import Claim

CLAIMS = 1_000_000


def run() -> list[Result]:
    """Measure the auditors' queue."""
    return measure(Listed("claims in the queue", "/claims/queue", "senior_auditor", _fill, _deep, "queue"))


def _fill() -> int:
    """Make stations, cars, orders with a job, and their claims; used again where they stand."""
    upgrade()
    with db.engine.begin() as connection:
        if not connection.execute(text("select 1 from claim limit 1")).first():
            stations(connection, Base.metadata.tables, "senior_auditor")
            _claims(connection, Base.metadata.tables)
    return analysed("claim")


def _claims(connection: Connection, tables: Any) -> None:
    """Store one claim for each of a million visits; most wait for the first level."""
    owner, car = f"i % {DEALERS} + 1", f"i % {CARS} + 1"
    vin = f"'LJYBA1A3' || (100000001 + i % {CARS})"
    sow(
        connection, tables["repair_order"], CLAIMS, number="'RO-' || i", dealer_id=owner, vehicle_id=car, vin=vin,
        state="'completed'", odometer_km="i % 90000", type="'general'", received_at=moment(connection, "0"),
        completed_at=moment(connection, "10800"), advisor_name="'王伟'", presenter_name="'李娜'",
        created_at=moment(connection, "0"),
    )  # fmt: skip
    sow(connection, tables["repair_job"], CLAIMS, order_id="i", dealer_id=owner, position="1", concern="'漏水'",
        payer="'warranty'")  # fmt: skip
    sow(
        connection, tables["claim"], CLAIMS, number="'CL-SH' || (1001 + i % 316) || '-202601-' || (1000000 + i)",
        dealer_id=owner, order_id="i", job_id="i", vehicle_id=car, vin=vin, type="'repair'", version="1",
        state="case i % 20 when 0 then 'in_review' when 1 then 'countersign' when 2 then 'appealed' "
        "else 'submitted' end",
        odometer_km="i % 90000", concern="'漏水'", component="'engine'", causal_part="'1010-' || (10000 + i % 900)",
        applied="i % 500000 + 3000", received_at=moment(connection, "0"), completed_at=moment(connection, "10800"),
        created_at=moment(connection, "20000"), submitted_at=moment(connection, "30000"),
        due_at=moment(connection, "116400"),
    )  # fmt: skip


def _deep() -> str:
    return after_rows(Claim.id, Claim.due_at, descending=False)
