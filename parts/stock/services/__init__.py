"""What can be done with stock. Every function takes the session, who acts and the moment; none commits."""

from parts.stock.services.issue import Portion, issue_parts, issue_scanned, return_parts
from parts.stock.services.move import (
    Limits,
    Line,
    adjust_stock,
    move_stock,
    receive_goods,
    scrap_stock,
    set_limits,
)
from parts.stock.services.post import Entry, Head, post
from parts.stock.services.take import add_found, cancel_take, count_lines, open_take, post_take
from parts.stock.services.transfer import Arrival, receive_transfer, send_parts, settle_transfer, take_back

__all__ = [
    "Arrival", "Entry", "Head", "Limits", "Line", "Portion", "add_found", "adjust_stock", "cancel_take",
    "count_lines", "issue_parts", "issue_scanned", "move_stock", "open_take", "post", "post_take", "receive_goods",
    "receive_transfer", "return_parts", "scrap_stock", "send_parts", "set_limits", "settle_transfer", "take_back",
]  # fmt: skip
