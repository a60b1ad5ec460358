"""The lists of parts in stock and of the documents by which they moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select

from dealers.network.models import Dealer
from parts.catalogue.models import Part
from parts.stock.lists.common import BY_DEALER, DEALER, PART, VIEW, by_part, typed
from parts.stock.models import (
    StockBin,
    StockDocument,
    StockItem,
    StockMovement,
)
from parts.stock.queries.issues import below_minimum
from parts.stock.words import KINDS, REASONS
from portal.kernel.clock import at, day_bounds
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec


def _items() -> Select[Any]:
    return typed(
        select(
            StockItem.id, (Dealer.code + ":" + Part.number).label("key"), Part.number, Part.name_zh, Part.name_en,
            Part.unit, StockItem.quantity, StockItem.value, StockItem.minimum, StockItem.maximum,
            StockItem.home_bin, below_minimum().label("low"), Dealer.code.label("dealer_code"),
            Dealer.name.label("dealer"),
        )
        .join(Part, Part.id == StockItem.part_id)
        .join(Dealer, Dealer.id == StockItem.dealer_id)
    )  # fmt: skip


def _in_bin(statement: Select[Any], text: str) -> Select[Any]:
    bins = select(StockBin.item_id).where(
        StockBin.bin.startswith(text.strip().upper(), autoescape=True), StockBin.quantity > 0
    )
    return statement.where(StockItem.id.in_(bins))


def _level(statement: Select[Any], value: str) -> Select[Any]:
    conditions = {"low": below_minimum(), "there": StockItem.quantity > 0, "none": StockItem.quantity == 0}
    return statement.where(conditions[value])


STOCK = ListSpec(
    key="stock",
    title=N_("Stock"),
    permission=VIEW,
    statement=_items,
    identity=StockItem.id,
    columns=(
        Column("number", N_("Part number"), "code", link=True),
        *PART,
        Column("quantity", N_("In stock"), "num"),
        Column("value", N_("Value (yuan)"), "money"),
        Column("home_bin", N_("Bin"), "code"),
        Column("minimum", N_("Minimum"), "num", default=False),
        Column("maximum", N_("Maximum"), "num", default=False),
        Column("low", N_("Below the minimum"), "flag"),
    ),
    sorts={"number": Part.number, "quantity": StockItem.quantity, "value": StockItem.value},
    default_sort="number",
    endpoint="stock.items",
    row_endpoint="stock.item",
    filters=(
        Filter("q", N_("Number, name or initials"), by_part),
        Filter("bin", N_("Bin begins with"), _in_bin),
        Filter("level", N_("Stock level"), _level, "choice",
               {"low": N_("Below the minimum"), "there": N_("In stock"), "none": N_("None left")}),
    ),
    empty=N_("Nothing in stock yet. Take goods in, or write the opening stock."),
)  # fmt: skip
NETWORK_STOCK = replace(
    STOCK, key="network_stock", title=N_("Stock of all stations"),
    columns=(STOCK.columns[0], *DEALER, *STOCK.columns[1:]), filters=(BY_DEALER, *STOCK.filters),
    empty=N_("No station keeps stock here yet."),
)  # fmt: skip


def _documents() -> Select[Any]:
    return typed(
        select(
            StockDocument.id, StockDocument.number, StockDocument.kind, StockDocument.reason_code,
            StockDocument.reason, StockDocument.reference, StockDocument.value, StockDocument.posted_at,
            StockDocument.posted_by, Dealer.code.label("dealer_code"), Dealer.name.label("dealer"),
        ).join(Dealer, Dealer.id == StockDocument.dealer_id)
    )  # fmt: skip


def _kind(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(StockDocument.kind == value)


def _document_number(statement: Select[Any], text: str) -> Select[Any]:
    key = text.strip().upper()
    return statement.where(
        or_(StockDocument.number.startswith(key, autoescape=True), StockDocument.reference == text.strip())
    )


def _document_part(statement: Select[Any], text: str) -> Select[Any]:
    moved = (
        select(StockMovement.document_id)
        .join(Part, Part.id == StockMovement.part_id)
        .where(Part.number == text.strip().upper())
    )
    return statement.where(StockDocument.id.in_(moved))


def _since(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(StockDocument.posted_at >= at(day))


def _until(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(StockDocument.posted_at < day_bounds(day, day)[1])


DOCUMENTS = ListSpec(
    key="stock_documents",
    title=N_("Stock documents"),
    permission=VIEW,
    statement=_documents,
    identity=StockDocument.id,
    columns=(
        Column("number", N_("Document"), "code", link=True),
        Column("kind", N_("Kind"), words=KINDS),
        Column("reference", N_("About"), "code"),
        Column("reason_code", N_("Reason"), words=REASONS),
        Column("reason", N_("In words"), default=False),
        Column("value", N_("Value (yuan)"), "money"),
        Column("posted_at", N_("Posted at"), "moment"),
        Column("posted_by", N_("Posted by")),
    ),
    sorts={"posted_at": StockDocument.id, "number": StockDocument.number},  # documents get their ids as they are posted
    default_sort="-posted_at",
    endpoint="stock.documents",
    row_endpoint="stock.document",
    filters=(
        Filter("q", N_("Document or what it is about"), _document_number),
        Filter("kind", N_("Kind"), _kind, "choice", KINDS),
        Filter("part", N_("Part number"), _document_part),
        Filter("since", N_("Posted from"), _since, "date"),
        Filter("until", N_("Posted to"), _until, "date"),
    ),
    empty=N_("No stock has moved yet. Take goods in to begin."),
)
NETWORK_DOCUMENTS = replace(
    DOCUMENTS, key="network_stock_documents", title=N_("Stock documents of all stations"),
    columns=(DOCUMENTS.columns[0], *DEALER, *DOCUMENTS.columns[1:]), filters=(BY_DEALER, *DOCUMENTS.filters),
)  # fmt: skip
