"""What was told where something was refused."""

from __future__ import annotations

from typing import Any

import pytest


def told(error: pytest.ExceptionInfo[Any]) -> dict[str | None, str]:
    """Return the messages with their figures, in English, by field."""
    return {fault.field: fault.message % dict(fault.facts) for fault in error.value.faults}


def faults_of(error: pytest.ExceptionInfo[Any]) -> set[str | None]:
    """Return the fields at which something was told."""
    return {fault.field for fault in error.value.faults}
