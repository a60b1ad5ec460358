"""The life of a demand to a supplier (追偿单).

The supplier answers line by line; what headquarters does not accept is disputed and sent again as the next round.
Suppliers are no users: headquarters records what they say, and corrects what it recorded wrongly. Until it is booked
an agreement can be reopened, into the state before it. Withdrawn, its claims can be recovered anew.
"""

from __future__ import annotations

from portal.kernel.states import Machine, Step

#: States in which it may still be given up.
OPEN = ("draft", "sent", "answered", "disputed")
#: States whose money stands in the ledger.
BOOKED = ("booked", "paid")

RECOVERY = Machine(
    name="recovery",
    initial="draft",
    states=("draft", "sent", "answered", "disputed", "agreed", "booked", "paid", "withdrawn"),
    steps=(
        Step("send", ("draft", "disputed"), "sent", "recovery.edit"),
        Step("answer", ("sent",), "answered", "recovery.edit"),
        Step("correct", ("answered",), "sent", "recovery.edit", needs_reason=True),
        Step("dispute", ("answered",), "disputed", "recovery.edit", needs_reason=True),
        Step("agree", ("answered", "disputed"), "agreed", "recovery.edit"),
        # back to where it was agreed on: one of the two, told by the demand's history
        Step("reopen", ("agreed",), "answered", "recovery.edit", needs_reason=True),
        Step("reopen_dispute", ("agreed",), "disputed", "recovery.edit", needs_reason=True),
        Step("book", ("agreed",), "booked", "recovery.book"),
        Step("pay", ("booked",), "paid", "recovery.book"),
        Step("withdraw", OPEN, "withdrawn", "recovery.edit", needs_reason=True),
    ),
)
