"""What can go wrong in a way that a person can mend.

A `DomainError` carries a code, the field it belongs to and the facts; the words are chosen at the
edge, in the reader's language, by `portal.kernel.i18n.say`. Everything else is a fault of ours.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Fault:
    """One thing that is wrong: a message id (English, translatable, %(name)s facts) at a field."""

    message: str
    field: str | None = None
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class DomainError(Exception):
    """A request that is well formed but not possible; shown at its field, answered with 422."""

    status = 422

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = faults

    @classmethod
    def at(cls, field_name: str | None, message: str, **facts: Any) -> DomainError:
        """Return the error for one field."""
        return cls(Fault(message, field_name, facts))


class NotFoundError(DomainError):
    """The object does not exist, or exists for somebody else only: the answer is the same 404."""

    status = 404


class ConflictError(DomainError):
    """Somebody else was faster; the page they see is out of date."""

    status = 409


class OperatorError(Exception):
    """A fault on the command line: printed in one line, exit 2, no traceback."""
