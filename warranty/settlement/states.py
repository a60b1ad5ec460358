"""The life of a dealer's monthly statement."""

from __future__ import annotations

from portal.kernel.states import Machine, Step

SETTLEMENT = Machine(
    name="settlement",
    initial="generated",
    states=("generated", "disputed", "confirmed", "reviewed", "invoiced", "paid"),
    steps=(
        Step("confirm", ("generated",), "confirmed", "settlement.confirm"),
        Step("dispute", ("generated",), "disputed", "settlement.confirm", needs_reason=True),
        Step("answer", ("disputed",), "generated", "settlement.review", needs_reason=True),
        Step("review", ("confirmed",), "reviewed", "settlement.review"),
        Step("invoice", ("reviewed",), "invoiced", "settlement.review"),
        Step("pay", ("invoiced",), "paid", "settlement.pay"),
    ),
)
