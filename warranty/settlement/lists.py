"""The lists of statements and of deductions: a dealer's own, or everybody's at headquarters."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Select, case, select

from dealers.network.models import Dealer
from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec
from warranty.settlement.models import Deduction, Settlement
from warranty.settlement.rules import DEDUCTION_KINDS
from warranty.settlement.words import ENTRY_STATES, KINDS, STATES


def _statement() -> Select[*tuple[Any, ...]]:
    columns = (
        Settlement.id, Settlement.number, Settlement.month, Dealer.code.label("dealer"), Dealer.name.label("name"),
        Settlement.claims, Settlement.net, Settlement.tax, Settlement.gross, Settlement.state,
        Settlement.generated_at, Settlement.confirmed_at, Settlement.invoice_no, Settlement.paid_at,
    )  # fmt: skip
    return select(*columns).join(Dealer, Dealer.id == Settlement.dealer_id)


SETTLEMENTS = ListSpec(
    key="settlements",
    title=N_("Statements"),
    permission=Permission.SETTLEMENT_VIEW,
    statement=_statement,
    identity=Settlement.id,
    columns=(
        Column("number", N_("Statement no."), "code", link=True),
        Column("month", N_("Month"), "code"),
        Column("dealer", N_("Dealer code"), "code"),
        Column("name", N_("Dealer")),
        Column("claims", N_("Claims"), "num"),
        Column("net", N_("Before tax"), "money", default=False),
        Column("tax", N_("Tax"), "money", default=False),
        Column("gross", N_("With tax"), "money"),
        Column("state", N_("State"), "state", words=STATES),
        Column("generated_at", N_("Statement date"), "moment", default=False),
        Column("confirmed_at", N_("Confirmed on"), "moment", default=False),
        Column("invoice_no", N_("Invoice no."), "code", default=False),
        Column("paid_at", N_("Paid on"), "moment", default=False),
    ),
    sorts={"number": Settlement.number, "month": Settlement.month, "dealer": Dealer.code, "gross": Settlement.gross},
    default_sort="-month",
    endpoint="settlement.settlements",
    row_endpoint="settlement.settlement",
    filters=(
        Filter("month", N_("Month, as 2026-01"), lambda found, value: found.where(Settlement.month == value)),
        Filter("state", N_("State"), lambda found, value: found.where(Settlement.state == value), "choice", STATES),
        Filter(
            "dealer", N_("Dealer code"),
            lambda found, value: found.where(Dealer.code.startswith(value.upper(), autoescape=True)),
        ),
    ),
    empty=N_("No statement yet. Headquarters makes them when it closes a month."),
)  # fmt: skip

#: Where an entry stands, told by the statement that took it and by its striking out.
ENTRY_STATE = case(
    (Deduction.settlement_id.is_not(None), "taken"), (Deduction.cancelled_at.is_not(None), "cancelled"), else_="waiting"
)


def _entries() -> Select[Any]:
    columns = (
        Deduction.id, Deduction.id.label("key"), Deduction.source, Deduction.kind, Dealer.code.label("dealer"),
        Dealer.name.label("name"), Deduction.claim_number, Deduction.amount, ENTRY_STATE.label("state"),
        Settlement.number.label("statement"), Deduction.booked_at, Deduction.booked_by,
    )  # fmt: skip
    return cast(
        "Select[Any]",
        select(*columns)
        .join(Dealer, Dealer.id == Deduction.dealer_id)
        .outerjoin(Settlement, Settlement.id == Deduction.settlement_id),
    )


DEDUCTIONS = ListSpec(
    key="deductions",
    title=N_("Deductions and credits"),
    permission=Permission.SETTLEMENT_VIEW,
    statement=_entries,
    identity=Deduction.id,
    columns=(
        Column("source", N_("Comes from"), "code", link=True),
        Column("kind", N_("Item"), words=KINDS),
        Column("dealer", N_("Dealer code"), "code"),
        Column("name", N_("Dealer"), default=False),
        Column("claim_number", N_("Claim"), "code"),
        Column("amount", N_("Yuan before tax"), "money"),
        Column("state", N_("State"), "state", words=ENTRY_STATES),
        Column("statement", N_("Statement no."), "code"),
        Column("booked_at", N_("Booked on"), "moment"),
        Column("booked_by", N_("Booked by"), default=False),
    ),
    sorts={"booked_at": Deduction.booked_at, "amount": Deduction.amount, "dealer": Dealer.code},
    default_sort="-booked_at",
    endpoint="settlement.deductions",
    row_endpoint="settlement.deduction",
    filters=(
        Filter("state", N_("State"), lambda found, value: found.where(value == ENTRY_STATE), "choice", ENTRY_STATES),
        Filter(
            "kind", N_("Item"), lambda found, value: found.where(Deduction.kind == value), "choice",
            {kind: KINDS[kind] for kind in DEDUCTION_KINDS},
        ),
        Filter(
            "dealer", N_("Dealer code"),
            lambda found, value: found.where(Dealer.code.startswith(value.upper(), autoescape=True)),
        ),
        Filter(
            "claim", N_("Claim no."),
            lambda found, value: found.where(Deduction.claim_number.startswith(value.strip().upper(), autoescape=True)),
        ),
    ),
    empty=N_("Nothing was deducted or credited. What an inspection of old parts finds comes here by itself."),
)  # fmt: skip
