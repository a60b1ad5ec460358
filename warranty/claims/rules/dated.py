"""What holds from a day on: limits and rates are versions with a date, the youngest begun holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class Dated(Protocol):
    """Anything with a first day."""

    @property
    def valid_from(self) -> date:
        """The first day on which it holds."""


Version = TypeVar("Version", bound=Dated)


def in_force(versions: Iterable[Version], day: date) -> Version:
    """Return the version that holds on a day; before all of them the oldest one."""
    ordered = sorted(versions, key=lambda version: version.valid_from)
    begun = [version for version in ordered if version.valid_from <= day]
    return begun[-1] if begun else ordered[0]
