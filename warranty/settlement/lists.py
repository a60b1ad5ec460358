"""The list of statements: a dealer's own, or everybody's at headquarters."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from dealers.network.models import Dealer
from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec
from warranty.settlement.models import Settlement
from warranty.settlement.words import STATES


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
        Column("number", N_("Statement no."), link=True),
        Column("month", N_("Month")),
        Column("dealer", N_("Dealer code")),
        Column("name", N_("Dealer")),
        Column("claims", N_("Claims"), "num"),
        Column("net", N_("Before tax"), "money", default=False),
        Column("tax", N_("Tax"), "money", default=False),
        Column("gross", N_("With tax"), "money"),
        Column("state", N_("State"), "state", words=STATES),
        Column("generated_at", N_("Statement date"), "moment", default=False),
        Column("confirmed_at", N_("Confirmed on"), "moment", default=False),
        Column("invoice_no", N_("Invoice no."), default=False),
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
