"""The life of a replacement or return case (换退车案件), from the demand to the certificate.

A refusal against the engine's finding, and days of delay laid to the owner, are proposed by one person
and confirmed by another.
"""

from __future__ import annotations

from portal.kernel.states import Machine, Step

#: States in which the owner still waits for something.
OPEN = ("received", "proposed", "accepted", "refused", "replied")
#: States in which the days for completion run, where the car is to be taken back.
COMPLETING = ("received", "proposed", "accepted", "replied")

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
        Step("retract_refusal", ("proposed",), "received", "case.decide", needs_reason=True),
        Step("reconsider", ("refused",), "received", "case.decide", needs_reason=True),
        Step("reply", ("accepted",), "replied", "case.receive"),
        Step("reply", ("refused",), "closed", "case.receive"),
        Step("switch_to_return", ("accepted",), "accepted", "case.receive", needs_reason=True),
        Step("switch_to_return", ("replied",), "replied", "case.receive", needs_reason=True),
        Step("propose_delay", ("accepted",), "accepted", "case.receive", needs_reason=True),
        Step("propose_delay", ("replied",), "replied", "case.receive", needs_reason=True),
        Step("confirm_delay", ("accepted",), "accepted", "case.decide"),
        Step("confirm_delay", ("replied",), "replied", "case.decide"),
        Step("reject_delay", ("accepted",), "accepted", "case.decide", needs_reason=True),
        Step("reject_delay", ("replied",), "replied", "case.decide", needs_reason=True),
        Step("complete", ("replied",), "completed", "case.receive"),
        # What the law carries, or headquarters granted, no dealer ends alone: see `services.decide.withdraw_case`.
        Step("withdraw", ("received",), "withdrawn", "case.receive", needs_reason=True),
        Step("accept_withdrawal", COMPLETING, "withdrawn", "case.decide", needs_reason=True),
    ),
)
