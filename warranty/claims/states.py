"""The life of a warranty claim. *Returned* can be mended, *refused* is final."""

from __future__ import annotations

from portal.kernel.states import Machine, Step

CLAIM = Machine(
    name="claim",
    initial="draft",
    states=(
        "draft", "submitted", "in_review", "returned", "approved", "refused", "withdrawn",
        "in_settlement", "settled",
    ),
    steps=(
        Step("submit", ("draft", "returned"), "submitted", "claim.write"),
        Step("withdraw", ("draft", "returned"), "withdrawn", "claim.write", needs_reason=True),
        Step("approve", ("submitted",), "approved", "claim.decide"),
        Step("return", ("submitted",), "returned", "claim.decide", needs_reason=True),
        Step("refuse", ("submitted",), "refused", "claim.decide", needs_reason=True),
        Step("refer", ("submitted",), "in_review", "claim.decide", needs_reason=True),
        Step("approve", ("in_review",), "approved", "claim.decide_senior"),
        Step("return", ("in_review",), "returned", "claim.decide_senior", needs_reason=True),
        Step("refuse", ("in_review",), "refused", "claim.decide_senior", needs_reason=True),
        Step("settle", ("approved",), "in_settlement"),
        Step("release", ("in_settlement",), "approved"),
        Step("pay", ("in_settlement",), "settled"),
    ),
)  # fmt: skip
