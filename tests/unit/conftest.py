"""A unit test has no database: connecting to one fails."""

from __future__ import annotations

from typing import Any, NoReturn

import psycopg
import pytest
from sqlalchemy import Engine


def _refuse(*_args: Any, **_kwargs: Any) -> NoReturn:
    raise RuntimeError("a unit test may not connect to a database; write an integration test")


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "connect", _refuse)
    monkeypatch.setattr(Engine, "raw_connection", _refuse)
    monkeypatch.setattr(psycopg, "connect", _refuse)
