"""One Chromium a worker, one demo network a run, one portal a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import NOW
from tests.support.running import Network, Running, make_network, run
from tests.support.visit import ARGUMENTS, CHROMIUM, Findings, Person


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def network(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Network:
    """The demo network that tests copy."""
    return make_network(tmp_path_factory, empty_sqlite, NOW)


@pytest.fixture
def running(network: Network, tmp_path: Path) -> Iterator[Running]:
    """A portal with a worker, on a demo network of the test's own; what it could not do fails the test."""
    with run(network, tmp_path) as running:
        yield running
    assert running.failures == []


@pytest.fixture(params=["zh_CN", "en"])
def locale(request: pytest.FixtureRequest) -> str:
    """The language that people in this test read."""
    return str(request.param)


@pytest.fixture
def enter(chromium: Browser, running: Running, locale: str) -> Iterator[Callable[..., Person]]:
    """Bring somebody in by role: of the first station, or of headquarters; faults of pages fail the test at its end."""
    people: list[Person] = []
    findings = Findings()

    def enter(role: str, station: str | None = "") -> Person:
        """Sign somebody in; ``station`` None is headquarters."""
        person = Person(chromium, running, locale, findings)
        people.append(person)
        code = station if station is None else (station or running.network.station).lower()
        person.sign_in(role if code is None else f"{role}.{code}")
        return person

    yield enter
    for person in people:
        person.close()
    if findings.told:
        pytest.fail("What is wrong with the pages:\n" + "\n".join(findings.told))
