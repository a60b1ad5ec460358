"""How fast and how lean `sanbao import vehicles` is, beside the driver without any check.

``python -m bench.imports [ROWS]`` prints a table. ``run()`` returns the same for `script/bench`.
Both sides read the same CSV and fill the same tables (cars and their owners) with the same
indexes, foreign keys and durability; bare means: no check, no comparison, no trace.
PostgreSQL is measured where there is a server.
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from bench.support import POSTGRESQL, ROOT, Result, own_database, result

ROWS = 700_000
SURNAMES, GIVEN = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
COLUMNS = (
    "vin", "vin_tail", "model_id", "configuration", "engine_no", "produced_on", "invoice_no", "invoiced_on",
    "delivered_on", "price", "selling_dealer_id", "owner_id", "owner_since", "use", "plate", "colour",
)  # fmt: skip


def write_cars(path: Path, rows: int) -> None:
    """Write a list of cars as a maker's sales department would: all columns filled, nothing wrong."""
    from dealers.vehicles.imports import KIND
    from dealers.vehicles.rules import check_digit

    dice = random.Random(7)
    days = [f"{2023 + n // 336}-{n // 28 % 12 + 1:02d}-{n % 28 + 1:02d}" for n in range(336 * 3)]
    uses = ("家用", "家用", "家用", "营运", "公务", "租赁")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([item.zh for item in KIND.fields])
        for number in range(rows):
            vin = f"LSVA{'MNPR'[number % 4]}4180{'RSTV'[number // 7 % 4]}{'2N5'[number % 3]}{number:06d}"
            vin = vin[:8] + check_digit(vin) + vin[9:]
            made = dice.randrange(len(days) - 120)
            sold = made + dice.randrange(1, 100)
            name = dice.choice(SURNAMES) + dice.choice(GIVEN) + dice.choice(GIVEN)
            writer.writerow((
                vin, f"M{number % 12 + 1:03d}", f"1.5T-{number % 5}", f"EA211{number:07d}", days[made],
                f"{dice.randrange(10**8):08d}", days[sold], days[sold + dice.randrange(10)],
                f"{dice.randrange(80_000, 300_000, 100)}.00", f"D{number % 316 + 1:04d}", name,
                f"13{dice.randrange(10**9):09d}", "个人", dice.choice(uses),
                f"{'沪苏浙京粤川'[number % 6]}{'ABCDE'[number % 5]}{dice.choice('0123456789ABC')}{number % 10000:04d}",
                ("白", "黑", "灰", "蓝")[number % 4],
            ))  # fmt: skip


def _application(url: str, folder: Path) -> Any:
    from flask_migrate import upgrade

    from portal.app import create_app
    from portal.config import fixed
    from portal.kernel.db import db

    app = create_app({
        **fixed(secure=False), "SECRET_KEY": "bench " * 8, "SANBAO_ENV": "development", "VAR": str(folder),
        "SQLALCHEMY_DATABASE_URI": url,
    })  # fmt: skip
    with app.app_context():
        upgrade()
        with db.engine.begin() as connection:
            dealer = "insert into dealer (code, name, kind, region, province, city, state, row_version) values "
            connection.exec_driver_sql(
                dealer + ", ".join(f"('D{n:04d}', 'D{n}', '4s', 'R', 'P', 'C', 'open', 1)" for n in range(1, 317))
            )
            model = (
                "insert into vehicle_model (code, series, name_zh, name_en, category, powertrain, guarantee_months, "
                "guarantee_km, repair_months, repair_km) values "
            )
            connection.exec_driver_sql(
                model
                + ", ".join(
                    f"('M{n:03d}', 'S', 'M', 'M', 'passenger_car', 'petrol', 24, 50000, 36, 60000)"
                    for n in range(1, 13)
                )
            )
    return app


def _bare_rows(path: Path, models: dict[str, int], dealers: dict[str, int]) -> Iterator[tuple[list[Any], list[Any]]]:
    """Yield chunks of new owners and cars, mapped to the tables and nothing more."""
    owners: dict[tuple[str, str], int] = {}
    uses = {"家用": "household", "营运": "commercial", "公务": "official", "租赁": "rental"}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        while part := list(islice(reader, 10_000)):
            fresh, cars = [], []
            for (vin, model, configuration, engine, made, invoice, invoiced, delivered, price, dealer, name, phone,
                 _kind, use, plate, colour) in part:  # fmt: skip
                owner = owners.get((phone, name))
                if owner is None:
                    owner = owners[phone, name] = len(owners) + 1
                    fresh.append((owner, phone, name, "person"))
                cars.append((
                    vin, vin[-6:], models[model], configuration, engine, made, invoice, invoiced, delivered,
                    int(price.replace(".", "")), dealers[dealer], owner, delivered, uses[use], plate, colour,
                ))  # fmt: skip
            yield fresh, cars


def _bare(path: Path) -> None:
    from portal.kernel.db import db

    with db.engine.begin() as connection:
        raw: Any = connection.connection.driver_connection
        models = dict(raw.execute("select code, id from vehicle_model").fetchall())
        dealers = dict(raw.execute("select code, id from dealer").fetchall())
        for owners, cars in _bare_rows(path, models, dealers):
            if connection.dialect.name == "sqlite":
                raw.executemany("insert into customer (id, phone, name, kind) values (?, ?, ?, ?)", owners)
                marks = ", ".join("?" * len(COLUMNS))
                raw.executemany(f"insert into vehicle ({', '.join(COLUMNS)}) values ({marks})", cars)
                continue
            for table, columns, rows in (
                ("customer", ("id", "phone", "name", "kind"), owners), ("vehicle", COLUMNS, cars),
            ):  # fmt: skip
                with raw.cursor() as cursor, cursor.copy(f"copy {table} ({', '.join(columns)}) from stdin") as copy:
                    for row in rows:
                        copy.write_row(row)


def _checked(path: Path, folder: Path) -> None:
    from dealers.vehicles.imports import KIND
    from portal.kernel.access import Actor
    from portal.kernel.clock import utc_now
    from portal.kernel.db import db
    from portal.kernel.importing.reading import open_source
    from portal.kernel.importing.run import run_import
    from portal.kernel.scoping import HeadOfficeScope, enter

    session = db.session()
    enter(session, Actor.system("bench"), HeadOfficeScope("bench"))
    result = run_import(session, KIND, open_source(path), folder / "errors.xlsx", utc_now(), ("en",))
    session.commit()
    if result.tally.created != result.tally.read:
        raise RuntimeError(f"not every row was created: {result.tally}")


def _measure(way: str, path: Path, url: str, folder: Path) -> None:
    """Do one import in this process; print seconds and the peak of memory in MB."""
    with _application(url, folder).app_context():
        began = time.perf_counter()
        _bare(path) if way == "bare" else _checked(path, folder)
        seconds = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak": peak}))


def _one(way: str, path: Path, server: str | None) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="sanbao-imports-", dir="/var/tmp") as folder, ExitStack() as stack:
        target = f"sqlite:///{folder}/bench.sqlite"
        if server:
            target = stack.enter_context(own_database(server, "sanbao_bench_imports")).replace("://", "+psycopg://", 1)
        done = subprocess.run(
            [sys.executable, "-m", "bench.imports", "--one", way, str(path), target, folder],
            check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return found


def run(rows: int = ROWS, rounds: int = 2) -> list[Result]:
    """Measure in turns, each import in a process of its own; ratios are of the best of each side."""
    results: list[Result] = []
    server = os.environ.get(POSTGRESQL)
    with tempfile.TemporaryDirectory(prefix="sanbao-imports-", dir="/var/tmp") as folder:
        path = Path(folder) / "cars.csv"
        write_cars(path, rows)
        for name, url, aim, driver in (("SQLite", None, 0.75, "executemany"), ("PostgreSQL", server, 0.9, "COPY")):
            if name == "SQLite" or url:
                results += _compare(name, aim, driver, [
                    {way: _one(way, path, url) for way in ("bare", "checked")} for _round in range(rounds)
                ])  # fmt: skip
    return results


def _compare(name: str, aim: float, driver: str, pairs: list[dict[str, dict[str, float]]]) -> list[Result]:
    bare, checked = (min(pair[way]["seconds"] for pair in pairs) for way in ("bare", "checked"))
    peak = max(pair["checked"]["peak"] for pair in pairs)
    share = bare / checked
    return [
        result(f"{name}: cars stored by the bare driver", bare, "s"),
        result(f"{name}: cars imported, checked", checked, "s"),
        result(f"{name}: checked import : {driver}", share, "ratio", f"≥ {aim}", met=share >= aim),
        result(f"{name}: peak memory of the import", peak, "MB", "≤ 500", met=peak <= 500),
    ]


def main() -> None:
    """Print the table."""
    if "--one" in sys.argv:
        way, path, url, folder = sys.argv[-4:]
        _measure(way, Path(path), url, Path(folder))
        return
    for line in run(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS):
        print(f"{line['name']:<55} {line['value']:>8.2f} {line['unit']:<5} {line['aim']}")


if __name__ == "__main__":
    main()
