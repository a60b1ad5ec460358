"""What can be done with orders for parts. Every function takes the session, who acts and the moment; none commits."""

from parts.orders.services.draft import (
    Wanted,
    draft_for_repair,
    draft_from_proposals,
    draft_order,
    save_order,
    submit_order,
    withdraw_order,
)
from parts.orders.services.fulfil import (
    Promise,
    Shipment,
    answer_delivery,
    close_order,
    confirm_order,
    deliver,
    promise_lines,
    refuse_order,
)
from parts.orders.services.receive import Got, Receipt, enter_invoice, receive_delivery

__all__ = [
    "Got", "Promise", "Receipt", "Shipment", "Wanted", "answer_delivery", "close_order", "confirm_order", "deliver",
    "draft_for_repair", "draft_from_proposals", "draft_order", "enter_invoice", "promise_lines", "receive_delivery",
    "refuse_order", "save_order", "submit_order", "withdraw_order",
]  # fmt: skip
