"""The room of orders for parts, as the house sees it."""

from __future__ import annotations

from parts.orders.documents import delivery_note, file_name
from parts.orders.lists import (
    DELIVERIES,
    NETWORK_DELIVERIES,
    NETWORK_ORDERS,
    ORDERS,
    deliveries_in,
    differing_invoices,
    late_orders,
    orders_in,
    proposed,
    supplied_repairs,
    undelivered_repairs,
    waiting_repairs,
)
from parts.orders.views import bp
from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Paper, Room, WorkItem

VIEW, WRITE, FULFIL = Permission.STOCK_VIEW, Permission.PART_ORDER_WRITE, Permission.PART_ORDER_FULFIL
LIST, DELIVERED = "part_orders.orders", "part_orders.deliveries"

ROOM = Room(
    blueprint=bp,
    lists=(ORDERS, NETWORK_ORDERS, DELIVERIES, NETWORK_DELIVERIES),
    papers=(
        Paper("delivery_note", N_("Delivery note"), VIEW, delivery_note, "documents/delivery_note.html", file_name,
              ("part_orders.delivery", "key")),
    ),
    work=(
        WorkItem("repairs_waiting", N_("Repairs that wait for parts"), WRITE, waiting_repairs,
                 "service.orders", "waits=waiting&sort=received_at", "dealer"),
        WorkItem("repairs_undelivered", N_("Repairs whose parts headquarters will not deliver"), VIEW,
                 undelivered_repairs, "service.orders", "waits=undelivered&sort=received_at", "dealer"),
        WorkItem("repairs_supplied", N_("Repairs whose ordered parts are all here"), Permission.SERVICE_WRITE,
                 supplied_repairs, "service.orders", "waits=arrived&sort=received_at", "dealer"),
        WorkItem("deliveries_coming", N_("Deliveries to sign for"), WRITE, deliveries_in("shipped"),
                 DELIVERED, "state=shipped", "dealer"),
        WorkItem("part_orders_draft", N_("Part orders not submitted yet"), WRITE, orders_in("draft"),
                 LIST, "state=draft", "dealer"),
        WorkItem("parts_proposed", N_("Parts below their minimum"), WRITE, proposed, "part_orders.proposed", "",
                 "dealer"),
        WorkItem("urgent_to_confirm", N_("Urgent part orders to confirm"), FULFIL, orders_in("submitted", "urgent"),
                 LIST, "state=submitted&kind=urgent", "head_office"),
        WorkItem("orders_to_confirm", N_("Part orders to confirm"), FULFIL, orders_in("submitted"),
                 LIST, "state=submitted", "head_office"),
        WorkItem("orders_late", N_("Part orders past the promised day"), FULFIL, late_orders,
                 LIST, "stands=late", "head_office"),
        WorkItem("deliveries_differing", N_("Deliveries short or damaged"), FULFIL, deliveries_in("differing"),
                 DELIVERED, "state=differing", "head_office"),
        WorkItem("invoices_differing", N_("Invoices that differ from their delivery"), FULFIL, differing_invoices,
                 DELIVERED, "invoice=differs", "head_office"),
    ),
    menu=(MenuItem(N_("Part orders"), LIST, VIEW, 56, "cart"),),
)  # fmt: skip
