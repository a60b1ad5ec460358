"""What the measurements share: the machine's name, servers of their own, rounds, a table."""

from __future__ import annotations

import os
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from sqlalchemy import Boolean, Connection, Date, DateTime, Table, text

ROOT = Path(__file__).resolve().parents[1]
VAR = ROOT / "var" / "bench"
#: Set by the harness: a PostgreSQL URL of a durable server (fsync on) for the measurements.
POSTGRESQL = "BENCH_POSTGRESQL_URL"

Result = dict[str, Any]


def result(name: str, value: float, unit: str, aim: str = "", *, met: bool | None = None, note: str = "") -> Result:
    """Return one line of the table; ``met`` is None where there is no aim."""
    return {"name": name, "value": value, "unit": unit, "aim": aim, "met": met, "note": note}


def machine() -> dict[str, Any]:
    """Name the machine the figures hold for."""
    model = ""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    return {
        "cpu": model, "cores": os.cpu_count(), "memory_mb": int(memory.group(1)) // 1024 if memory else None,
        "system": platform.platform(), "python": platform.python_version(),
    }  # fmt: skip


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def in_turn(rounds: int, **measures: Callable[[], float]) -> dict[str, list[float]]:
    """Measure A B C, A B C, …: the machine's moods fall on all of them alike."""
    taken: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            taken[name].append(measure())
    return taken


def ratio(above: list[float], below: list[float]) -> float:
    """Return the median of the ratios of a round."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def seconds(work: Callable[[], Any]) -> float:
    """Return how long some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@contextmanager
def gunicorn(application: str, environment: dict[str, str]) -> Iterator[str]:
    """Serve an application by one worker on a free port; stopped by process id."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--config",
         str(ROOT / "deploy" / "gunicorn.conf.py"), "--log-level", "error", application],
        cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError("the server ended before it served")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server does not answer")


def _answers(url: str) -> None:
    """Wait until the server does more than listen: on a busy machine it takes its time to start up."""
    until = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def requests_per_second(url: str, cookie: str = "", duration: int = 3) -> float:
    """Let two connections of ``wrk`` ask for a page; a single answer that is no 2xx is an error."""
    command = ["wrk", "-t1", "-c2", f"-d{duration}s", "--timeout", "10s", "--latency", url]
    if cookie:
        command[1:1] = ["-H", f"Cookie: {cookie}"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise RuntimeError(text)
    found = re.search(r"Requests/sec:\s+([\d.]+)", text)
    if found is None:
        raise RuntimeError(text)
    return float(found.group(1))


@contextmanager
def postgresql() -> Iterator[str | None]:
    """Start a durable PostgreSQL (fsync on) of Debian's for the measurements; None where there is none."""
    given = os.environ.get(POSTGRESQL)
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if given or not programs:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="sanbao-bench-", dir="/var/tmp"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    port = free_port()
    log = (folder / "log").open("wb")
    subprocess.run(
        [programs[-1] / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"],
        check=True, stdout=log, stderr=log, user=user, cwd=folder,
    )  # fmt: skip
    options = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": str(folder),
               "shared_buffers": "512MB", "max_wal_size": "4GB", "checkpoint_timeout": "30min"}  # fmt: skip
    server = subprocess.Popen(
        [str(programs[-1] / "postgres"), "-D", str(folder / "data"), *(f"--{k}={v}" for k, v in options.items())],
        stdout=log, stderr=log, user=user, cwd=folder,
    )  # fmt: skip
    try:
        _wait(port, server)
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        _answers(url)
        yield url
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=60)
        log.close()
        shutil.rmtree(folder)


@contextmanager
def own_database(server: str, name: str) -> Iterator[str]:
    """Make an empty database on the server, and drop it afterwards; yield its URL."""
    plain = server.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)".encode())
        connection.execute(f"create database {name}".encode())
        try:
            yield urlunsplit(urlsplit(plain)._replace(path=f"/{name}"))
        finally:
            connection.execute(f"drop database if exists {name} with (force)".encode())


def sow(connection: Connection, table: Table, rows: int, **given: str) -> None:
    """Insert rows 1 … n by SQL of their number ``i``; what is not given and may not be null gets a blank."""
    values = {"id": "i"}
    for column in table.columns:
        if column.name in given:
            values[column.name] = given[column.name]
        elif column.name != "id" and not column.nullable:
            values[column.name] = _blank(column.type)
    connection.execute(
        text(
            f"with recursive n(i) as (select 1 union all select i + 1 from n where i < {rows})"
            f" insert into {table.name} ({', '.join(values)}) select {', '.join(values.values())} from n"
        )
    )


def _blank(kind: Any) -> str:
    inner = getattr(kind, "impl", kind)
    if isinstance(inner, Boolean):
        return "false"
    if isinstance(inner, DateTime | Date):
        return "'2026-10-15 04:00:00.000000'"
    return "1" if "INT" in str(inner).upper() else "''"
