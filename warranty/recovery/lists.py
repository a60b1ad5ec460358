"""The room's lists: contracts, demands, their lines, what failed parts cost, the ledger; and the work that waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, select, type_coerce
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Supplier
from portal.kernel.access import Actor, Permission
from portal.kernel.db import Fen
from portal.kernel.i18n import N_, locale_key
from portal.kernel.listing import Column, Filter, ListSpec
from warranty.claims.models import Claim, ClaimLine
from warranty.recovery.models import Recovery, RecoveryAdjustment, RecoveryContract, RecoveryEntry, RecoveryLine
from warranty.recovery.queries.above import demands_above
from warranty.recovery.queries.costs import caused, with_part
from warranty.recovery.queries.figures import (
    ACCEPTED,
    BEARER,
    BORNE_OF_IT,
    CHARGED_BACK,
    CLAIMED,
    DECIDED_ON,
    DONE_ON,
    NET,
    STANDING,
)
from warranty.recovery.queries.recoveries import count_in
from warranty.recovery.states import BOOKED
from warranty.recovery.words import ABOVE, ACCOUNTS, COMPONENTS, KINDS, OUTCOMES, SCOPES, STANDINGS, STATES

VIEW = Permission.RECOVERY_VIEW


def _supplier(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(Supplier.code == value.strip().upper())


BY_SUPPLIER = Filter("supplier", N_("Supplier code"), _supplier)
CODE, NAME = Column("supplier", N_("Supplier code"), "code"), Column("supplier_name", N_("Supplier"))
_CODE = Supplier.code.label("supplier")


def _name() -> Any:
    """Return the supplier's name in the language in force."""
    return (Supplier.name_en if locale_key() == "en" else Supplier.name_zh).label("supplier_name")


def _contracts() -> Select[Any]:
    one = RecoveryContract
    statement = select(
        one.id, one.number, _CODE, _name(), one.scope, one.value, one.begins_on, one.until_on, one.labour_share,
        one.part_share, one.handling_share, one.claim_cap, one.year_cap, one.answer_days, one.paper_no, one.made_by,
        one.made_at, one.ended_by,
    ).join(Supplier, Supplier.id == one.supplier_id)  # fmt: skip
    return cast("Select[Any]", statement)


CONTRACTS = ListSpec(
    "recovery_contracts", N_("Recovery contracts"), VIEW, _contracts, RecoveryContract.id,
    (
        Column("number", N_("Recovery contract no."), "code", link=True), CODE, NAME,
        Column("scope", N_("Which parts"), words=SCOPES),
        Column("value", N_("Part or component"), words=COMPONENTS),
        Column("begins_on", N_("From"), "date"),
        Column("until_on", N_("Until"), "date"),
        Column("labour_share", N_("Labour share (percent)"), "num"),
        Column("part_share", N_("Material share (percent)"), "num"),
        Column("handling_share", N_("Handling fee share (percent)"), "num"),
        Column("claim_cap", N_("Cap of a claim"), "money"),
        Column("year_cap", N_("Cap of a year"), "money"),
        Column("answer_days", N_("Days to answer"), "num", default=False),
        Column("paper_no", N_("No. on the paper"), "code", default=False),
        Column("made_by", N_("Made by"), default=False),
        Column("made_at", N_("Made at"), "moment", default=False),
        Column("ended_by", N_("Ended early by"), default=False),
    ),
    {"number": RecoveryContract.number, "begins_on": RecoveryContract.begins_on, "until_on": RecoveryContract.until_on,
     "supplier": Supplier.code},
    "-begins_on", "recovery.contracts", "recovery.contract",
    (
        BY_SUPPLIER,
        Filter("scope", N_("Which parts"), lambda found, value: found.where(RecoveryContract.scope == value), "choice",
               SCOPES),
        Filter("part", N_("Part number"), lambda found, value: found.where(
            RecoveryContract.scope == "part", RecoveryContract.value == value.strip().upper())),
        Filter("holds_on", N_("Holds on"), lambda found, day: found.where(
            RecoveryContract.begins_on <= day, RecoveryContract.until_on >= day), "date"),
        Filter("ends_by", N_("Ends by"), lambda found, day: found.where(RecoveryContract.until_on <= day), "date"),
    ),
    N_("No contract is kept yet. Enter what the suppliers have signed; demands are reckoned by it."),
)  # fmt: skip


_NET: ColumnElement[Decimal] = type_coerce(Recovery.agreed - Recovery.given_back, Fen())


def _recoveries() -> Select[Any]:
    one = Recovery
    statement = select(
        one.id, one.number, one.state, _CODE, _name(), one.first_on, one.last_on, one.round, one.claims, one.claimed,
        one.asked, one.accepted, one.agreed, one.given_back, _NET.label("net"), one.made_at, one.made_by,
        one.sent_at, one.due_on, one.answered_at, one.booked_at, one.paid_on, one.payment_ref,
    ).join(Supplier, Supplier.id == one.supplier_id)  # fmt: skip
    return cast("Select[Any]", statement)


def _state(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(Recovery.state == value)


RECOVERIES = ListSpec(
    "recoveries", N_("Demands to suppliers"), VIEW, _recoveries, Recovery.id,
    (
        Column("number", N_("Demand no."), "code", link=True),
        Column("state", N_("State"), "state", words=STATES), CODE, NAME,
        Column("first_on", N_("Claims from"), "date", default=False),
        Column("last_on", N_("Claims until"), "date", default=False),
        Column("claims", N_("Claims"), "num"),
        Column("claimed", N_("Claimed"), "money"),
        Column("asked", N_("Asked now"), "money"),
        Column("accepted", N_("Accepted"), "money"),
        Column("agreed", N_("Agreed"), "money", default=False),
        Column("given_back", N_("Given back"), "money", default=False),
        Column("net", N_("Agreed, less what went back"), "money"),
        Column("round", N_("Round"), "num", default=False),
        Column("made_at", N_("Made at"), "moment", default=False),
        Column("made_by", N_("Made by"), default=False),
        Column("sent_at", N_("Sent at"), "moment", default=False),
        Column("due_on", N_("Answer due"), "date"),
        Column("answered_at", N_("Answered at"), "moment", default=False),
        Column("booked_at", N_("Booked at"), "moment", default=False),
        Column("paid_on", N_("Paid on"), "date", default=False),
        Column("payment_ref", N_("Payment reference"), "code", default=False),
    ),
    {"number": Recovery.number, "made_at": Recovery.id, "claimed": Recovery.claimed, "supplier": Supplier.code},
    "-made_at", "recovery.recoveries", "recovery.recovery",
    (
        Filter("state", N_("State"), _state, "choice", STATES), BY_SUPPLIER,
        Filter("number", N_("Demand no."), lambda found, value: found.where(
            Recovery.number.startswith(value.strip().upper(), autoescape=True))),
        Filter("overdue_on", N_("Answer overdue on"), lambda found, day: found.where(
            Recovery.state == "sent", Recovery.due_on < day), "date"),
        Filter("above", N_("Beside what is borne by now"), lambda found, which: found.where(
            Recovery.id.in_(demands_above(which))), "choice", ABOVE),
    ),
    N_("No demand yet. Enter the contracts first, then make demands of the approved claims."),
)  # fmt: skip


def _lines() -> Select[Any]:
    line = RecoveryLine
    statement = (
        select(
            line.id, Recovery.number.label("key"), Recovery.number, line.position, Recovery.state, _CODE, _name(),
            Claim.number.label("claim"), Dealer.code.label("station"), Claim.vin, line.part, line.kind,
            ClaimLine.name, RecoveryContract.number.label("contract"), line.year, line.decided_on, line.done_on,
            line.charged_back, line.basis, line.share, line.wanted, line.cut_claim, line.cut_year, line.amount,
            line.asked, line.outcome, ACCEPTED.label("accepted"), line.reason, line.agreed,
            line.given_back, NET.label("net"),
        )
        .join(Recovery, Recovery.id == line.recovery_id).join(Supplier, Supplier.id == Recovery.supplier_id)
        .join(Claim, Claim.id == line.claim_id).join(Dealer, Dealer.id == Claim.dealer_id)
        .join(ClaimLine, ClaimLine.id == line.claim_line_id)
        .join(RecoveryContract, RecoveryContract.id == line.contract_id)
        .where(line.live)
    )  # fmt: skip
    return cast("Select[Any]", statement)


#: How far a line's money has come: what stands behind the figures of the page of shares.
REACHED = {
    "accepted": N_("Accepted, wholly or partly"), "booked": N_("Booked or paid"), "paid": N_("Paid"),
}  # fmt: skip


def _reached(statement: Select[Any], value: str) -> Select[Any]:
    conditions = {"accepted": ACCEPTED > 0, "booked": Recovery.state.in_(BOOKED), "paid": Recovery.state == "paid"}
    return statement.where(conditions[value])


LINES = ListSpec(
    "recovery_lines", N_("Lines of the demands"), VIEW, _lines, RecoveryLine.id,
    (
        Column("number", N_("Demand no."), "code", link=True),
        Column("position", N_("Line"), "num"),
        Column("state", N_("State"), "state", words=STATES), CODE,
        Column("supplier_name", N_("Supplier"), default=False),
        Column("claim", N_("Claim no."), "code"),
        Column("station", N_("Station"), "code", default=False),
        Column("vin", N_("VIN"), "code", default=False),
        Column("part", N_("Causal part"), "code"),
        Column("kind", N_("Kind"), words=KINDS),
        Column("name", N_("Name"), default=False),
        Column("contract", N_("Recovery contract no."), "code", default=False),
        Column("year", N_("Contract year"), "num", default=False),
        Column("decided_on", N_("Decided"), "date", default=False),
        Column("done_on", N_("Repair completed"), "date", default=False),
        Column("charged_back", N_("Taken back from the station"), "money", default=False),
        Column("basis", N_("Borne by headquarters"), "money"),
        Column("share", N_("Share (percent)"), "num"),
        Column("wanted", N_("By the share"), "money", default=False),
        Column("cut_claim", N_("Cut by the claim's cap"), "money", default=False),
        Column("cut_year", N_("Cut by the year's cap"), "money", default=False),
        Column("amount", N_("Claimed"), "money"),
        Column("asked", N_("Asked now"), "money", default=False),
        Column("outcome", N_("Answer"), words=OUTCOMES),
        Column("accepted", N_("Accepted"), "money"),
        Column("reason", N_("Supplier's reason"), default=False),
        Column("agreed", N_("Agreed"), "money", default=False),
        Column("given_back", N_("Given back"), "money", default=False),
        Column("net", N_("Agreed, less what went back"), "money"),
    ),
    {"decided_on": RecoveryLine.decided_on, "amount": RecoveryLine.amount, "claim": Claim.number},
    "-decided_on", "recovery.lines", "recovery.recovery",
    (
        BY_SUPPLIER,
        Filter("since", N_("Decided from"), lambda found, day: found.where(RecoveryLine.decided_on >= day), "date"),
        Filter("until", N_("Decided until"), lambda found, day: found.where(RecoveryLine.decided_on <= day), "date"),
        Filter("reached", N_("Come as far as"), _reached, "choice", REACHED),
        Filter("state", N_("State"), _state, "choice", STATES),
        Filter("outcome", N_("Answer"), lambda found, value: found.where(RecoveryLine.outcome == value), "choice",
               OUTCOMES),
        Filter("number", N_("Demand no."), lambda found, value: found.where(Recovery.number == value.strip().upper())),
        Filter("part", N_("Causal part"), lambda found, value: found.where(RecoveryLine.part == value.strip().upper())),
        Filter("contract", N_("Recovery contract no."), lambda found, value: found.where(
            RecoveryContract.number == value.strip().upper())),
    ),
    N_("No line yet: lines come with the demands that are made of approved claims."),
)  # fmt: skip


def _costs() -> Select[Any]:
    statement = (
        select(
            Claim.id, Claim.number, Dealer.code.label("station"), _CODE, _name(), Claim.causal_part.label("part"),
            Claim.vin, DECIDED_ON.label("decided_on"), DONE_ON.label("done_on"), Claim.audited.label("approved"),
            CHARGED_BACK.label("charged_back"), BORNE_OF_IT.label("cost"), CLAIMED.label("claimed"),
            STANDING.label("standing"),
        )
        .select_from(Claim).join(Dealer, Dealer.id == Claim.dealer_id)
        .where(caused())
    )  # fmt: skip
    return with_part(cast("Select[Any]", statement)).join(Supplier, Supplier.id == BEARER)


def _decided_since(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(day <= DECIDED_ON)


def _decided_until(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(day >= DECIDED_ON)


COSTS = ListSpec(
    "recovery_costs", N_("What failed parts cost"), VIEW, _costs, Claim.id,
    (
        Column("number", N_("Claim no."), "code", link=True),
        Column("station", N_("Station"), "code"), CODE, NAME,
        Column("part", N_("Causal part"), "code"),
        Column("vin", N_("VIN"), "code", default=False),
        Column("decided_on", N_("Decided"), "date"),
        Column("done_on", N_("Repair completed"), "date", default=False),
        Column("approved", N_("Approved amount"), "money", default=False),
        Column("charged_back", N_("Taken back from the station"), "money", default=False),
        Column("cost", N_("Borne by headquarters"), "money"),
        Column("claimed", N_("Claimed"), "money"),
        Column("standing", N_("Asked back"), words=STANDINGS),
    ),
    {"number": Claim.number, "id": Claim.id}, "-id", "recovery.costs", "claims.claim",
    (
        BY_SUPPLIER,
        Filter("since", N_("Decided from"), _decided_since, "date"),
        Filter("until", N_("Decided until"), _decided_until, "date"),
        Filter("standing", N_("Asked back"), lambda found, value: found.where(value == STANDING), "choice", STANDINGS),
        Filter("part", N_("Causal part"), lambda found, value: found.where(Claim.causal_part == value.strip().upper())),
    ),
    N_("No approved claim names a causal part whose supplier is known."),
)  # fmt: skip


def _ledger() -> Select[Any]:
    entry = RecoveryEntry
    statement = (
        select(entry.id, Recovery.number, _CODE, _name(), entry.month, entry.account, entry.amount, entry.booked_at,
               entry.booked_by, Recovery.paid_on, Recovery.payment_ref,
               RecoveryAdjustment.number.label("adjustment"), RecoveryAdjustment.happened_on, RecoveryAdjustment.reason,
               RecoveryAdjustment.reference)
        .join(Recovery, Recovery.id == entry.recovery_id).join(Supplier, Supplier.id == entry.supplier_id)
        .outerjoin(RecoveryAdjustment, RecoveryAdjustment.id == entry.adjustment_id)
    )  # fmt: skip
    return cast("Select[Any]", statement)


LEDGER = ListSpec(
    "recovery_ledger", N_("Ledger of recoveries"), VIEW, _ledger, RecoveryEntry.id,
    (
        Column("number", N_("Demand no."), "code", link=True), CODE, NAME,
        Column("month", N_("Month"), "code"),
        Column("account", N_("Ledger account"), words=ACCOUNTS),
        Column("amount", N_("Yuan"), "money"),
        Column("adjustment", N_("Adjustment no."), "code"),
        Column("booked_at", N_("Booked at"), "moment"),
        Column("booked_by", N_("Booked by"), default=False),
        Column("paid_on", N_("Paid on"), "date", default=False),
        Column("payment_ref", N_("Payment reference"), "code", default=False),
        Column("happened_on", N_("Adjusted on"), "date", default=False),
        Column("reason", N_("Reason of the adjustment"), default=False),
        Column("reference", N_("Reference of the adjustment"), "code", default=False),
    ),
    {"booked_at": RecoveryEntry.id, "month": RecoveryEntry.month, "amount": RecoveryEntry.amount}, "-booked_at",
    "recovery.ledger", "recovery.recovery",
    (
        BY_SUPPLIER,
        Filter("month", N_("Month, as 2026-01"), lambda found, value: found.where(RecoveryEntry.month == value)),
        Filter("account", N_("Ledger account"), lambda found, value: found.where(RecoveryEntry.account == value),
               "choice", ACCOUNTS),
    ),
    N_("Nothing is booked yet. Demands that both sides agreed on are booked on their page."),
)  # fmt: skip


def waiting_in(state: str) -> Callable[[Session, Actor, datetime], int]:
    """Return the count of demands in a state, for the work list."""
    return lambda session, _actor, _now: count_in(session, state)
