"""The life of a parts quality report (配件质量信息跟踪卡).

A dealer's report is *submitted*, *returned* to be completed, *rejected* for good, *joined* to another report
of the same thing, or taken up; headquarters begins one of its own from claims. What is taken up goes through
analysis, measures and the check of their effect; a measure that does not help leads back to the analysis.
Headquarters withdraws its own as a station withdraws its own; nobody returns or refuses what he opened himself.
"""

from __future__ import annotations

from collections.abc import Iterable

from portal.kernel.states import Machine, Step

#: The dealer has it.
HELD = ("draft", "returned")
#: Headquarters works on it: the eight steps can be written.
WORKED = ("in_analysis", "measures", "checking")
#: What another report can be joined to: one that headquarters works on or has closed.
LEADING = (*WORKED, "closed")
#: Steps of a station's report alone, and of headquarters' own alone.
OF_STATION = frozenset({"submit", "withdraw", "take_up", "return", "reject"})
OF_HEADQUARTERS = frozenset({"begin", "withdraw_own"})
#: Steps by which a report leaves headquarters' work: what was joined to it would wait for nobody.
LEAVING = frozenset({"return", "reject", "withdraw_own"})

QUALITY_REPORT = Machine(
    name="quality_report",
    initial="draft",
    states=(
        "draft", "submitted", "returned", "in_analysis", "measures", "checking", "closed", "rejected", "joined",
        "withdrawn",
    ),
    steps=(
        Step("submit", HELD, "submitted", "quality.report"),
        Step("withdraw", HELD, "withdrawn", "quality.report"),
        Step("begin", ("draft",), "in_analysis", "quality.handle"),
        Step("withdraw_own", ("draft", "in_analysis"), "withdrawn", "quality.handle", needs_reason=True),
        Step("take_up", ("submitted",), "in_analysis", "quality.handle"),
        Step("return", ("submitted", "in_analysis"), "returned", "quality.handle", needs_reason=True),
        Step("reject", ("submitted", "in_analysis"), "rejected", "quality.handle", needs_reason=True),
        Step("join", ("submitted", "in_analysis"), "joined", "quality.handle", needs_reason=True),
        Step("decide", ("in_analysis",), "measures", "quality.handle"),
        Step("enforce", ("measures",), "checking", "quality.handle"),
        Step("resume", ("measures", "checking"), "in_analysis", "quality.handle", needs_reason=True),
        Step("close", ("checking",), "closed", "quality.handle"),
    ),
)  # fmt: skip


def fitting(actions: Iterable[str], *, station: bool) -> set[str]:
    """Return the steps that a report can take, of a station or of headquarters itself."""
    return set(actions) - (OF_HEADQUARTERS if station else OF_STATION)
