"""What takes long to make and is only copied afterwards: made once a test run, by the worker that asks first."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Let one worker after the other into the block."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder of this name that all workers of the run share; ``make`` fills it when nobody has yet."""
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    shared.mkdir(exist_ok=True)
    folder, growing = shared / name, shared / f"{name}-growing"
    with only_one(shared / f"{name}.lock"):
        if not folder.exists():
            shutil.rmtree(growing, ignore_errors=True)  # another worker failed half-way
            growing.mkdir()
            make(growing)
            growing.rename(folder)
    return folder
