"""What a check is: data about it, and one pure function from the facts to a finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from warranty.claims.rules.facts import ClaimFacts

Figures = Mapping[str, str | int]


class Severity(StrEnum):
    """An error keeps a claim from being submitted; a warning goes along with it."""

    ERROR = "error"
    WARNING = "warning"


class Outcome(StrEnum):
    """What the check would have become of the claim."""

    PASS = "pass"  # noqa: S105  (noted only; no secret)
    RETURN = "return"
    REFUSE = "refuse"
    PERSON = "person"


def N_(message: str) -> str:  # noqa: N802  (the customary mark for extraction; the kernel's comes with Flask)
    """Mark a message for the catalogues."""
    return message


@dataclass(frozen=True)
class Hit:
    """What a check saw: the figures it read, and the field where that can be mended."""

    figures: Figures = field(default_factory=dict)
    field: str | None = None


@dataclass(frozen=True)
class Check:
    """One rule. Texts are message ids whose %(names)s are figures.

    ``field`` is where the fault is mended: a field of the claim, ``line-3``, or on the repair order
    (``order``, ``order:odometer``, ``order:line-3``: `rules.places`).
    ``since`` is the generation of the rules that it came with: what was decided before is replayed without it.
    ``reason_code`` is the short code that a machine reads, in the manner of X12 1172.
    """

    id: str
    severity: Severity
    outcome: Outcome
    reason_code: str
    title: str
    message: str
    mend: str
    field: str
    test: Callable[[ClaimFacts], Hit | None]
    active: bool = True
    since: int = 1


@dataclass(frozen=True)
class Finding:
    """What one check found in one claim; kept with the version that was submitted."""

    check: str
    severity: Severity
    outcome: Outcome
    reason_code: str
    field: str
    figures: Figures

    @property
    def blocks(self) -> bool:
        """Tell whether it keeps the claim from being submitted."""
        return self.severity is Severity.ERROR

    def as_json(self) -> dict[str, Any]:
        """Return it as a version keeps it."""
        return {
            "check": self.check, "severity": self.severity.value, "outcome": self.outcome.value,
            "reason_code": self.reason_code, "field": self.field, "figures": dict(self.figures),
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Finding:
        """Read what a version kept."""
        return cls(
            kept["check"], Severity(kept["severity"]), Outcome(kept["outcome"]), kept["reason_code"], kept["field"],
            kept["figures"],
        )  # fmt: skip
