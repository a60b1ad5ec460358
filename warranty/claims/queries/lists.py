"""The lists of claims: of one dealer, of the network, and the queue of headquarters."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from sqlalchemy import Select, and_, exists, select

from dealers.network.models import Dealer
from dealers.service.models import RepairJob, RepairOrder
from dealers.vehicles.models import Vehicle
from dealers.vehicles.rules import TAIL
from portal.kernel.access import Permission
from portal.kernel.clock import day_bounds
from portal.kernel.i18n import N_
from portal.kernel.incoming import whole
from portal.kernel.listing import Column, Filter, ListSpec
from warranty.claims.models import Claim, RuleTrialChange
from warranty.claims.words import STATES, TYPES, WAYS

WAITING = {name: STATES[name] for name in ("submitted", "in_review", "countersign", "appealed")}


def _claims() -> Select[Any]:
    statement = select(
        Claim.id.label("id"), Claim.number.label("number"), Claim.vin.label("vin"), Claim.type.label("type"),
        Claim.state.label("state"), Claim.version.label("version"), Claim.causal_part.label("causal_part"),
        Claim.applied.label("applied"), Claim.audited.label("audited"), Claim.created_at.label("created_at"),
        Claim.submitted_at.label("submitted_at"), Claim.decided_at.label("decided_at"),
        Claim.row_version.label("row_version"), Claim.by_rules.label("by_rules"), Claim.due_at.label("due_at"),
        Claim.taken_by.label("taken_by"),
    )  # fmt: skip
    return cast("Select[Any]", statement)


def with_dealer() -> Select[Any]:
    """Return claims with their stations."""
    return _claims().add_columns(Dealer.code.label("dealer_code"), Dealer.name.label("dealer")).join(
        Dealer, Dealer.id == Claim.dealer_id
    )  # fmt: skip


def _unclaimed() -> Select[Any]:
    taken = exists().where(and_(Claim.job_id == RepairJob.id, Claim.state != "withdrawn"))
    statement = (
        select(
            RepairOrder.id.label("id"), RepairOrder.number.label("number"), RepairOrder.vin.label("vin"),
            RepairOrder.completed_at.label("completed_at"), RepairOrder.odometer_km.label("odometer_km"),
        )
        .where(
            RepairOrder.state == "completed",
            RepairOrder.id.in_(select(RepairJob.order_id).where(RepairJob.payer == "warranty", ~taken)),
        )
    )  # fmt: skip
    return cast("Select[Any]", statement)


def of_state(statement: Select[Any], value: str) -> Select[Any]:
    """Narrow to claims in a state."""
    return statement.where(Claim.state == value)


def _type(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(Claim.type == value)


def _vin(statement: Select[Any], value: str) -> Select[Any]:
    """A whole VIN, or its last characters as the counter has them: from six on by the index."""
    tidy = value.strip().upper()
    if len(tidy) >= TAIL:
        cars = select(Vehicle.id).where(Vehicle.vin_tail == tidy[-TAIL:], Vehicle.vin.endswith(tidy, autoescape=True))
        return statement.where(Claim.vehicle_id.in_(cars))
    return statement.where(Claim.vin.endswith(tidy, autoescape=True))


def _number(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(Claim.number.startswith(value.strip().upper(), autoescape=True))


def _from(statement: Select[Any], value: date) -> Select[Any]:
    return statement.where(Claim.created_at >= day_bounds(value, value)[0])


def _until(statement: Select[Any], value: date) -> Select[Any]:
    return statement.where(Claim.created_at < day_bounds(value, value)[1])


def of_dealer_code(statement: Select[Any], value: str) -> Select[Any]:
    """Narrow to the claims of a station by its code."""
    return statement.where(Dealer.code == value.strip().upper())


def _sampled(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(Claim.sampled.is_(value == "yes"))


def _objected(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(Claim.objected.is_(value == "yes"))


FILTERS = (
    Filter("state", N_("State"), of_state, "choice", STATES),
    Filter("type", N_("Claim type"), _type, "choice", TYPES),
    Filter("vin", N_("VIN or its end"), _vin),
    Filter("number", N_("Claim no."), _number),
    Filter("since", N_("Made from"), _from, "date"),
    Filter("until", N_("Made until"), _until, "date"),
)
COLUMNS = (
    Column("number", N_("Claim no."), "code", link=True),
    Column("state", N_("State"), "state", words=STATES),
    Column("type", N_("Claim type"), words=TYPES),
    Column("vin", N_("VIN"), "code"),
    Column("causal_part", N_("Causal part"), "code"),
    Column("applied", N_("Applied for"), "money"),
    Column("audited", N_("Audited"), "money"),
    Column("version", N_("Version"), "num", default=False),
    Column("created_at", N_("Made at"), "moment", default=False),
    Column("submitted_at", N_("Submitted at"), "moment"),
    Column("decided_at", N_("Decided"), "moment"),
    Column("by_rules", N_("Decided by the rules"), "flag", default=False),
    Column("due_at", N_("Due"), "moment", default=False),
)
DEALER = (Column("dealer_code", N_("Station"), "code"), Column("dealer", N_("Name of the station"), default=False))
#: Claims get their ids in the order in which they are made: the key serves the sort by that moment.
SORTS = {"number": Claim.number, "created_at": Claim.id}
EMPTY = N_("No claims yet. They are made from completed repair orders with work under warranty.")

CLAIMS = ListSpec(
    "claims", N_("Claims"), Permission.CLAIM_VIEW, _claims, Claim.id, COLUMNS, SORTS, "-created_at", "claims.claims",
    "claims.claim", FILTERS, EMPTY, steady=True,
)  # fmt: skip
NETWORK_CLAIMS = ListSpec(
    "network_claims", N_("Claims"), Permission.CLAIM_VIEW, with_dealer, Claim.id,
    (COLUMNS[0], *DEALER, *COLUMNS[1:]), SORTS, "-created_at", "claims.claims", "claims.claim",
    (
        *FILTERS, Filter("dealer", N_("Station code"), of_dealer_code),
        Filter("sampled", N_("Sample to look at"), _sampled, "choice", {"yes": N_("Yes")}),
        Filter("objected", N_("Sample objected to"), _objected, "choice", {"yes": N_("Yes")}),
    ),
    EMPTY, steady=True,
)  # fmt: skip


def _changes() -> Select[Any]:
    change = RuleTrialChange
    statement = select(
        change.id, change.number, change.dealer, change.before, change.after, change.amount_before,
        change.amount_after, change.rules,
    )  # fmt: skip
    return cast("Select[Any]", statement)


def _trial(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(RuleTrialChange.trial_id == (whole(value) or 0))


#: What a tried rule book decides otherwise; always of one trial.
TRIAL_CHANGES = ListSpec(
    "claim_trial_changes", N_("Claims that a rule book decides otherwise"), Permission.CLAIM_RULES, _changes,
    RuleTrialChange.id,
    (
        Column("number", N_("Claim no."), "code", link=True), Column("dealer", N_("Station"), "code"),
        Column("before", N_("Before"), "state", words=WAYS), Column("after", N_("After"), "state", words=WAYS),
        Column("amount_before", N_("Applied for, before"), "money"),
        Column("amount_after", N_("Applied for, after"), "money"), Column("rules", N_("Checks that differ")),
    ),
    {"number": RuleTrialChange.number}, "number", "claims.rule_changes", "claims.claim",
    (
        Filter("trial", N_("Trial"), _trial),
        Filter("dealer", N_("Station code"), lambda found, value: found.where(RuleTrialChange.dealer == value.upper())),
        Filter("before", N_("Before"), lambda found, value: found.where(RuleTrialChange.before == value), "choice",
               WAYS),
        Filter("after", N_("After"), lambda found, value: found.where(RuleTrialChange.after == value), "choice",
               WAYS),
    ),
    N_("This rule book decides no claim otherwise."),
)  # fmt: skip
#: Completed orders with work under warranty that nobody claimed: money left lying, with a last day.
UNCLAIMED = ListSpec(
    "claims_unclaimed", N_("Completed warranty orders without a claim"), Permission.CLAIM_WRITE, _unclaimed,
    RepairOrder.id,
    (
        Column("number", N_("Repair order"), "code", link=True), Column("vin", N_("VIN"), "code"),
        Column("completed_at", N_("Completed at"), "moment"), Column("odometer_km", N_("Odometer"), "num"),
    ),
    {"number": RepairOrder.number}, "number", "claims.unclaimed", "service.order",
    empty=N_("Every completed warranty order has its claim."),
)  # fmt: skip
