"""The lists of stock: parts, documents, parts to issue, transfers, stock-take sheets; and the work that waits there."""

from parts.stock.lists.issue import TO_ISSUE, to_issue_count
from parts.stock.lists.items import DOCUMENTS, NETWORK_DOCUMENTS, NETWORK_STOCK, STOCK
from parts.stock.lists.sheets import TAKES, TRANSFERS, arriving_count, counting, short_count

__all__ = [
    "DOCUMENTS", "NETWORK_DOCUMENTS", "NETWORK_STOCK", "STOCK", "TAKES", "TO_ISSUE", "TRANSFERS", "arriving_count",
    "counting", "short_count", "to_issue_count",
]  # fmt: skip
