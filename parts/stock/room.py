"""The room of stock, as the house sees it."""

from __future__ import annotations

from parts.stock.documents import file_name, stock_take_sheet
from parts.stock.lists import (
    DOCUMENTS,
    NETWORK_DOCUMENTS,
    NETWORK_STOCK,
    STOCK,
    TAKES,
    TO_ISSUE,
    TRANSFERS,
    arriving_count,
    counting,
    short_count,
    to_issue_count,
)
from parts.stock.views import bp
from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Paper, Room, WorkItem

VIEW, MOVE = Permission.STOCK_VIEW, Permission.STOCK_MOVE

ROOM = Room(
    blueprint=bp,
    lists=(STOCK, NETWORK_STOCK, DOCUMENTS, NETWORK_DOCUMENTS, TO_ISSUE, TRANSFERS, TAKES),
    papers=(
        Paper("stock_take", N_("Stock-take sheet"), VIEW, stock_take_sheet, "documents/stock_take.html", file_name,
              ("stock.take", "key")),
    ),
    work=(
        WorkItem("parts_to_issue", N_("Parts to issue to repairs"), MOVE, to_issue_count,
                 "stock.to_issue", "enough=yes", "dealer"),
        WorkItem("transfers_arriving", N_("Transfers on their way to you"), MOVE, arriving_count,
                 "stock.transfers", "state=sent", "dealer"),
        WorkItem("transfers_short", N_("Transfers of which less arrived"), MOVE, short_count,
                 "stock.transfers", "state=short", "dealer"),
        WorkItem("takes_open", N_("Stock-takes to finish"), MOVE, counting,
                 "stock.takes", "state=counting", "dealer"),
    ),
    menu=(
        MenuItem(N_("Parts to issue"), "stock.to_issue", MOVE, 54, "box-arrow-up"),
        MenuItem(N_("Stock"), "stock.items", VIEW, 55, "boxes"),
    ),
)  # fmt: skip
