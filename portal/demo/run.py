"""``script/demo``: make the demo network, run the main job through the running portal, serve it."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from flask_migrate import upgrade
from sqlalchemy import text

from portal.app import create_app
from portal.config import from_environment
from portal.demo.base import PASSWORD, World
from portal.demo.network import Size, fill
from portal.demo.story import Story
from portal.demo.visitor import VisitError
from portal.kernel.clock import utc_now
from portal.kernel.db import db

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path("var") / "demo"
START_SECONDS = 30


def say(words: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"demo: {words}\n")
    sys.stdout.flush()


def main(argv: list[str] | None = None) -> int:
    """Run the demo; exit 0 after ``--once``, 2 when the port is taken, 1 when the main job fails."""
    options = _options(argv)
    if not _free(options.port):
        sys.stderr.write(f"demo: port {options.port} is taken; choose another with --port\n")
        return 2
    folder = FOLDER.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings = {"SANBAO_ENV": "development", "SANBAO_VAR": str(folder), "SECRET_KEY": secrets.token_hex(32)}
    world, vin, km = _fill(settings, Size(options.dealers, options.vehicles, options.months))
    home = f"http://127.0.0.1:{options.port}"
    with _served({**os.environ, **settings}, options.port):
        story = Story(home, folder, world.stations[0].code, vin, km, utc_now(), say)
        try:
            story.run()
        except VisitError as error:
            sys.stderr.write(f"demo: {error}\n")
            return 1
        _tell(home, world, story)
        if not options.once:
            say(f"serving on {home} until you stop it (Ctrl+C)")
            _wait_for_the_end()
    return 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/demo", description="Show the portal on this machine.")
    parser.add_argument("--once", action="store_true", help="end after the main job")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--dealers", type=int, default=Size.dealers)
    parser.add_argument("--vehicles", type=int, default=Size.vehicles)
    parser.add_argument("--months", type=int, default=Size.months)
    return parser.parse_args(argv)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _fill(settings: dict[str, str], size: Size) -> tuple[World, str, int]:
    """Make the network; return it with a car of the first station that is due for a visit."""
    app = create_app(from_environment(settings))
    with app.app_context():
        upgrade()
        start = time.monotonic()
        world = fill(db.engine, size, utc_now(), lambda _words: None)
        with db.engine.connect() as connection:
            counts = {
                name: connection.execute(text(f"select count(*) from {name}")).scalar_one()
                for name in ("dealer", "vehicle", "repair_order", "claim", "settlement")
            }
        db.engine.dispose()
    figures = ", ".join(f"{count:,} {name.replace('_', ' ')}s" for name, count in counts.items())
    say(f"made a network in {time.monotonic() - start:.1f} s: {figures}")
    last = world.today.toordinal()
    car = next(c for c in world.cars if c.station == 0 and 200 < last - c.sold < 500 and len(c.owner) < 4)
    return world, car.vin, (last - car.sold) * car.daily_km + 260


@contextmanager
def _served(environment: dict[str, str], port: int) -> Iterator[None]:
    """Run the web server and one worker; both are stopped by process id."""
    web = subprocess.Popen(  # noqa: S603  (our own server)
        [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "deploy" / "gunicorn.conf.py"), "--bind",
         f"127.0.0.1:{port}", "--log-level", "warning", "wsgi:app"],
        cwd=ROOT, env=environment,
    )  # fmt: skip
    worker = subprocess.Popen([sys.executable, "-m", "portal.cli", "worker"], cwd=ROOT, env=environment)
    try:
        until = time.monotonic() + START_SECONDS
        while _free(port):
            if web.poll() is not None or time.monotonic() > until:
                raise SystemExit("demo: the web server did not start")
            time.sleep(0.1)
        yield
    finally:
        for process in (web, worker):
            process.send_signal(signal.SIGTERM)
        for process in (web, worker):
            process.wait(timeout=30)


def _wait_for_the_end() -> None:
    """Sleep until somebody stops the demo."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        signal.pause()
    except KeyboardInterrupt:
        say("stopped")


def _tell(home: str, world: World, story: Story) -> None:
    for path in story.papers:
        say(f"saved {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")
    say(f"the portal: {home}")
    say(f"accounts (password of all: {PASSWORD}):")
    for username, name, role, station in world.accounts:
        say(f"  {username:<28} {name:<5} {role:<20} {station or 'headquarters'}")


if __name__ == "__main__":
    sys.exit(main())
