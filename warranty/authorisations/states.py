"""The life of a pre-authorisation. *Returned* can be asked again, *refused* is final.

The dealer withdraws what it has not used; headquarters revokes what it passed, with a reason.
"""

from __future__ import annotations

from portal.kernel.states import Machine, Step

#: States in which it is not decided yet.
OPEN = ("draft", "submitted", "returned")

PRE_AUTHORISATION = Machine(
    name="pre_authorisation",
    initial="draft",
    states=("draft", "submitted", "returned", "passed", "refused", "withdrawn"),
    steps=(
        Step("submit", ("draft", "returned"), "submitted", "claim.write"),
        Step("pass", ("submitted",), "passed", "authorisation.decide"),
        Step("return", ("submitted",), "returned", "authorisation.decide", needs_reason=True),
        Step("refuse", ("submitted",), "refused", "authorisation.decide", needs_reason=True),
        Step("withdraw", (*OPEN, "passed"), "withdrawn", "claim.write"),
        Step("revoke", ("passed",), "withdrawn", "authorisation.decide", needs_reason=True),
    ),
)
