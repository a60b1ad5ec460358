"""Where on the repair order a finding is mended: the one mapping from a check's field to the order page's anchor.

A field that begins with ``order:`` is of the order; any other is of the claim's own page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from warranty.claims.rules.money import LABOUR, PART, SUBLET

ORDER, OF_ORDER = "order", "order:"
#: Anchors by what comes after ``order:``; ``{job}`` is the job that the claim is about.
ANCHORS = {
    "odometer": "odometer_km",
    "photos": "photos",
    "causal": "job-{job}-causal",
    "work": "job-{job}-add_labour",
    "component": "job-{job}-component",
}
#: The field of a line of the order by its kind.
LINES = {LABOUR: "labour-{line}-hours", PART: "part-{line}-quantity", SUBLET: "sublet-{line}-invoice_no"}


@dataclass(frozen=True)
class Coded:
    """A line of the claim or of the order: its kind and code. ``key`` is its position, or its id."""

    kind: str
    code: str
    key: int


def on_order(field: str) -> bool:
    """Tell whether a fault is mended on the repair order."""
    return field == ORDER or field.startswith(OF_ORDER)


def anchor(field: str, job: int, claimed: Sequence[Coded] = (), ordered: Sequence[Coded] = ()) -> str:
    """Return the order page's anchor of a field ``order:…``; empty where only its top is left."""
    name = field.removeprefix(OF_ORDER)
    if name.startswith("line-"):
        return _line(int(name.removeprefix("line-")), job, claimed, ordered)
    return ANCHORS.get(name, "").format(job=job)


def _line(position: int, job: int, claimed: Sequence[Coded], ordered: Sequence[Coded]) -> str:
    """Find a claim's line on the order: of several with its code, the one that stands in the same place."""
    line = next((one for one in claimed if one.key == position), None)
    if line is None or line.kind not in LINES:
        return ANCHORS["work"].format(job=job)
    alike = [one.key for one in claimed if (one.kind, one.code) == (line.kind, line.code)]
    there = [one.key for one in ordered if (one.kind, one.code) == (line.kind, line.code)]
    nth = min(alike.index(position), len(there) - 1)
    return LINES[line.kind].format(line=there[nth]) if there else ANCHORS["work"].format(job=job)


def needs_lines(fields: Mapping[str, object] | Sequence[str]) -> bool:
    """Tell whether the lines of the order have to be read to say where the faults are mended."""
    return any(field.startswith(f"{OF_ORDER}line-") for field in fields)
