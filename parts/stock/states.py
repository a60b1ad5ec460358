"""The life of a transfer between two dealers, and of a stock-take sheet.

What is sent belongs to the sender until the receiver signs for it; what did not arrive stays the
sender's, who takes it back into stock or writes it off.
"""

from __future__ import annotations

from portal.kernel.states import Machine, Step

MOVE = "stock.move"

STOCK_TRANSFER = Machine(
    name="stock_transfer",
    initial="sent",
    states=("sent", "received", "short", "settled", "taken_back"),
    steps=(
        Step("receive", ("sent",), "received", MOVE),
        Step("receive_less", ("sent",), "short", MOVE, needs_reason=True),
        Step("take_back", ("sent",), "taken_back", MOVE, needs_reason=True),
        Step("settle", ("short",), "settled", MOVE, needs_reason=True),
    ),
)

STOCK_TAKE = Machine(
    name="stock_take",
    initial="counting",
    states=("counting", "posted", "cancelled"),
    steps=(
        Step("post", ("counting",), "posted", MOVE),
        Step("cancel", ("counting",), "cancelled", MOVE, needs_reason=True),
    ),
)
