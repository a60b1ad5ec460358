"""The life of an order for parts, and of a delivery on it.

An order is confirmed line by line with what comes later and when; it is delivered in as many parts as
it takes. A delivery is headquarters' until the station signs; what was short or damaged is answered.
"""

from __future__ import annotations

from portal.kernel.states import Machine, Step

WRITE, FULFIL = "part_order.write", "part_order.fulfil"
#: States in which headquarters owes something on an order.
OWED = ("confirmed", "partly_delivered")
#: States in which parts of an order may still come.
LIVE = ("submitted", *OWED, "delivered", "closed")

PART_ORDER = Machine(
    name="part_order",
    initial="draft",
    states=(
        "draft", "submitted", "confirmed", "partly_delivered", "delivered", "refused", "closed", "cancelled",
    ),
    steps=(
        Step("submit", ("draft",), "submitted", WRITE),
        Step("withdraw", ("draft", "submitted"), "cancelled", WRITE),
        Step("confirm", ("submitted",), "confirmed", FULFIL),
        Step("refuse", ("submitted",), "refused", FULFIL, needs_reason=True),
        Step("deliver_part", OWED, "partly_delivered", FULFIL),
        Step("deliver_rest", OWED, "delivered", FULFIL),
        Step("close", OWED, "closed", FULFIL, needs_reason=True),
        Step("owe_again", ("delivered", "partly_delivered", "closed"), "partly_delivered", FULFIL),
    ),
)  # fmt: skip

PART_DELIVERY = Machine(
    name="part_delivery",
    initial="shipped",
    states=("shipped", "received", "differing", "answered"),
    steps=(
        Step("receive", ("shipped",), "received", WRITE),
        Step("receive_differing", ("shipped",), "differing", WRITE, needs_reason=True),
        Step("answer", ("differing",), "answered", FULFIL, needs_reason=True),
    ),
)
