"""The nightly proof of the watch over a whole network, in the command's own stretches and transactions.

The network is the demo's, smaller by default; the figure for 700,000 cars is what the smaller one takes,
times the cars. ``SANBAO_BENCH_CARS=700000`` measures it whole.
"""

from __future__ import annotations

import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.support import Result, result

CARS = int(os.environ.get("SANBAO_BENCH_CARS", "70000"))
NETWORK, MINUTES = 700_000, 5
NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)


def run() -> list[Result]:
    """Measure one process on SQLite."""
    from flask_migrate import upgrade

    from portal.app import create_app
    from portal.config import from_environment
    from portal.demo.network import Size, fill
    from portal.kernel.db import db

    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            from_environment(
                {"SANBAO_ENV": "development", "SANBAO_VAR": folder,
                 "DATABASE_URL": f"sqlite:///{Path(folder, 'watch.sqlite')}"}
            )
        )  # fmt: skip
        with app.app_context():
            upgrade()
            fill(db.engine, Size(dealers=max(2, CARS // 2_200), vehicles=CARS, months=12), NOW, lambda _words: None)
        cars, alarms, taken = _night(app)
        with app.app_context():
            db.engine.dispose()
    scaled = taken * NETWORK / CARS
    return [
        result(
            f"night's proof of {NETWORK:,} cars, one process", scaled, "s", f"≤ {MINUTES * 60}",
            met=scaled <= MINUTES * 60 and not alarms,
            note=f"measured {taken:.1f} s for {CARS:,} cars, {cars:,} of them visited; {alarms} alarms",
        )
    ]  # fmt: skip


def _night(app: object) -> tuple[int, int, float]:
    from portal.kernel.command import desk
    from warranty.guarantee.cli import STRETCH
    from warranty.guarantee.queries.watched import visited_cars
    from warranty.guarantee.services.nightly import Proof, prove_cars

    start, after, total = time.perf_counter(), 0, Proof()
    while True:
        with desk(app, "measuring the proof") as at:  # type: ignore[arg-type]
            cars = visited_cars(at.session, after, STRETCH)
            if not cars:
                return total.cars, total.alarms, time.perf_counter() - start
            total, after = total + prove_cars(at.session, cars, at.now), cars[-1]
