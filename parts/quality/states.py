"""The life of a parts quality report (配件质量信息跟踪卡).

A dealer's report is *submitted*, *returned* to be completed, *rejected* for good, *joined* to another report
of the same thing, or taken up; headquarters begins one of its own from claims. What is taken up goes through
analysis, measures and the check of their effect; a measure that does not help leads back to the analysis.
"""

from __future__ import annotations

from portal.kernel.states import Machine, Step

#: The dealer has it.
HELD = ("draft", "returned")
#: Headquarters works on it: the eight steps can be written.
WORKED = ("in_analysis", "measures", "checking")
#: The dealer waits for headquarters.
ANSWERED = ("rejected", "joined", "closed")

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
