"""The life of a replacement or return case (换退车案件), from the demand to the certificate.

A refusal against the engine's finding is proposed by one person and confirmed by another.
"""

from __future__ import annotations

from portal.kernel.states import Machine, Step

#: States in which the owner still waits for something.
OPEN = ("received", "proposed", "accepted", "refused", "replied")

CASE = Machine(
    name="guarantee_case",
    initial="received",
    states=(*OPEN, "completed", "closed", "withdrawn"),
    steps=(
        Step("accept", ("received",), "accepted", "case.decide"),
        Step("refuse", ("received",), "refused", "case.decide"),
        Step("propose_refusal", ("received",), "proposed", "case.decide", needs_reason=True),
        Step("confirm_refusal", ("proposed",), "refused", "case.decide"),
        Step("reject_refusal", ("proposed",), "received", "case.decide", needs_reason=True),
        Step("reply", ("accepted",), "replied", "case.receive"),
        Step("reply", ("refused",), "closed", "case.receive"),
        Step("switch_to_return", ("accepted",), "accepted", "case.receive", needs_reason=True),
        Step("switch_to_return", ("replied",), "replied", "case.receive", needs_reason=True),
        Step("complete", ("replied",), "completed", "case.receive"),
        Step("withdraw", ("received", "accepted", "replied"), "withdrawn", "case.receive", needs_reason=True),
    ),
)
