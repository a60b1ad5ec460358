"""The door's tests sign in often: hashes that cost little."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal.auth import passwords
from tests.support.door import CHEAP


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash with little work."""
    monkeypatch.setattr(passwords, "HASHER", CHEAP)
    passwords.decoy.cache_clear()
    yield
    passwords.decoy.cache_clear()
