"""The wheel holds everything: installed outside the checkout it migrates a database and serves pages."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.code import ROOT

START_SECONDS = 30


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation without its dependencies, which are taken from here."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", folder, wheel],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def surroundings(installed: Path, folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(installed), "SANBAO_VAR": str(folder / "var"),
        "SECRET_KEY": "a secret of the wheel's test, long enough", "SANBAO_ENV": "production",
    }  # fmt: skip


@pytest.fixture
def address(installed: Path, tmp_path: Path) -> Iterator[str]:
    """The installed portal, served by gunicorn from a folder that is not the checkout."""
    given = {"cwd": tmp_path, "env": surroundings(installed, tmp_path)}
    subprocess.run([installed / "bin" / "sanbao", "db", "upgrade"], check=True, capture_output=True, **given)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--no-control-socket", "wsgi:app"]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log, **given) as server:
        try:
            yield _answering(f"http://127.0.0.1:{port}", tmp_path / "log")
        finally:
            server.terminate()


def _answering(address: str, log: Path) -> str:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address + "/auth/sign-in", timeout=5):  # noqa: S310  (loopback)
                return address
        except OSError:  # refused, or accepted and not answered yet
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  (loopback)
        text: str = answer.read().decode()
        return text


def test_the_wheel_holds_what_is_built_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "wsgi.py", "portal/migrations/alembic.ini", "portal/migrations/env.py", "portal/ui/static/app.css",
        "portal/ui/static/vendor/htmx.min.js", "templates/layouts/page.html",
        "portal/translations/zh_CN/LC_MESSAGES/messages.mo", "portal/translations/en/LC_MESSAGES/messages.mo",
    } <= names  # fmt: skip
    assert any(name.startswith("portal/migrations/versions/0001") for name in names)
    made = {str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*.html")}
    assert made <= names
    assert not [name for name in names if name.startswith(("tests", "var", "bench", "script", "docs"))]


def test_the_installed_portal_serves_its_pages(address: str, installed: Path) -> None:
    text = get(address + "/auth/sign-in")
    assert "确定" in text  # the catalogue is there, compiled
    scripts = re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css)[^"]*)"', text)
    assert any("htmx" in one for one in scripts)
    for one in scripts:
        assert get(address + one.replace("&amp;", "&"))
    where = subprocess.run(
        [sys.executable, "-c", "import portal; print(portal.__file__)"],
        cwd=installed.parent, env={"PYTHONPATH": str(installed)}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert where.stdout.startswith(str(installed))
