"""The lists of old parts, boxes, overdue parts by dealer, rules, and lists of what left the store."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from flask import current_app
from sqlalchemy import Date, Select, and_, bindparam, false, func, not_, or_, select

from dealers.network.models import Dealer
from dealers.service.words import COMPONENTS
from dealers.vehicles.rules import clean_vin
from parts.catalogue.queries.names import name_of
from parts.returns import words
from parts.returns.models import OldPart, OldPartDispute, PartDisposal, ReturnBox, ReturnRuleVersion, still_deducted
from parts.returns.queries.overdue import claims_late, late
from parts.returns.queries.pages import long_shipped
from portal.kernel.access import Permission
from portal.kernel.clock import local_date
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec

VIEW = Permission.RETURN_VIEW


def _today() -> Any:
    """Return the day as a parameter that is asked for whenever the statement runs."""
    return bindparam("today", callable_=_day, type_=Date())


def _day() -> date:
    return local_date(current_app.config["CLOCK"]())


def _parts() -> Select[Any]:
    columns = (
        OldPart.id, OldPart.number, OldPart.state, OldPart.part_number,
        name_of(OldPart.part_number, OldPart.part_name).label("part_name"), OldPart.maker,
        OldPart.vin, OldPart.claim_number, OldPart.due_on, OldPart.cost, OldPart.outcome,
        still_deducted().label("deducted"), OldPart.place,
        OldPart.asked_at, OldPart.inspected_at, OldPart.inspected_by, OldPart.liability,
        ReturnBox.number.label("box"), OldPartDispute.state.label("dispute"),
    )  # fmt: skip
    return cast(
        "Select[Any]",
        select(*columns)
        .outerjoin(ReturnBox, ReturnBox.id == OldPart.box_id)
        .outerjoin(OldPartDispute, OldPartDispute.old_part_id == OldPart.id),
    )


def _network_parts() -> Select[Any]:
    return (
        _parts().add_columns(Dealer.code.label("dealer"), Dealer.name.label("dealer_name"))
        .join(Dealer, Dealer.id == OldPart.dealer_id)
    )  # fmt: skip


def _state(found: Select[Any], value: str) -> Select[Any]:
    return found.where(OldPart.state == value)


def _outcome(found: Select[Any], value: str) -> Select[Any]:
    return found.where(OldPart.outcome == value)


def _late(found: Select[Any], value: str) -> Select[Any]:
    return found.where(late(_today()) if value == "yes" else ~late(_today()))


def _dispute(found: Select[Any], value: str) -> Select[Any]:
    return found.where(OldPartDispute.state == value)


def _number(found: Select[Any], value: str) -> Select[Any]:
    typed = value.strip().upper()
    return found.where(
        or_(OldPart.number.startswith(typed, autoescape=True), OldPart.claim_number.startswith(typed, autoescape=True))
    )  # fmt: skip


def _vin(found: Select[Any], value: str) -> Select[Any]:
    return found.where(OldPart.vin.endswith(clean_vin(value), autoescape=True))


def _part(found: Select[Any], value: str) -> Select[Any]:
    return found.where(OldPart.part_number.startswith(value.strip().upper(), autoescape=True))


def _maker(found: Select[Any], value: str) -> Select[Any]:
    return found.where(OldPart.maker.contains(value.strip(), autoescape=True))


def _place(found: Select[Any], value: str) -> Select[Any]:
    return found.where(OldPart.place.startswith(value.strip().upper(), autoescape=True))


def _dealer(found: Select[Any], value: str) -> Select[Any]:
    return found.where(Dealer.code == value.strip().upper())


YES_NO = {"yes": N_("yes"), "no": N_("no")}
FILTERS = (
    Filter("state", N_("State"), _state, "choice", words.STATES),
    Filter("late", N_("Overdue"), _late, "choice", YES_NO),
    Filter("outcome", N_("Inspection"), _outcome, "choice", words.OUTCOMES),
    Filter("dispute", N_("Dispute of the deduction"), _dispute, "choice", words.DISPUTE_STATES),
    Filter("number", N_("Old part or claim no."), _number),
    Filter("vin", N_("VIN or its end"), _vin),
    Filter("part", N_("Part no."), _part),
    Filter("maker", N_("Maker of the part"), _maker),
)
COLUMNS = (
    Column("number", N_("Old part"), "code", link=True),
    Column("state", N_("State"), "state", words=words.STATES),
    Column("part_number", N_("Part no."), "code"),
    Column("part_name", N_("Name")),
    Column("maker", N_("Maker of the part"), default=False),
    Column("vin", N_("VIN"), "code", default=False),
    Column("claim_number", N_("Claim"), "code", default=False),
    Column("due_on", N_("Send by"), "date"),
    Column("box", N_("Box"), "code"),
    Column("cost", N_("Paid by the claim (yuan)"), "money"),
    Column("outcome", N_("Inspection"), words=words.OUTCOMES),
    Column("deducted", N_("Deducted (yuan)"), "money"),
    Column("dispute", N_("Dispute of the deduction"), "state", default=False, words=words.DISPUTE_STATES),
    Column("place", N_("Place"), "code", default=False),
    Column("asked_at", N_("Asked for on"), "moment", default=False),
    Column("inspected_at", N_("Inspected on"), "moment", default=False),
    Column("inspected_by", N_("Inspected by"), default=False),
)
SORTS = {"number": OldPart.number, "due_on": OldPart.due_on, "cost": OldPart.cost, "asked_at": OldPart.asked_at}
EMPTY = N_("No old part is asked for. They come here when claims are approved.")
PLACE = ("returns.parts", "returns.part")
OLD_PARTS = ListSpec(
    "old_parts", N_("Old parts"), VIEW, _parts, OldPart.id, COLUMNS, SORTS, "-asked_at", *PLACE, FILTERS, EMPTY
)
NETWORK_OLD_PARTS = ListSpec(
    "network_old_parts", N_("Old parts"), VIEW, _network_parts, OldPart.id,
    (COLUMNS[0], Column("dealer", N_("Station"), "code"), *COLUMNS[1:]), SORTS, "-asked_at", *PLACE,
    (*FILTERS, Filter("place", N_("Place"), _place), Filter("dealer", N_("Station code"), _dealer)), EMPTY,
)  # fmt: skip


def _boxes() -> Select[Any]:
    inside = select(func.count()).where(OldPart.box_id == ReturnBox.id).correlate(ReturnBox).scalar_subquery()
    columns = (
        ReturnBox.id, ReturnBox.number, ReturnBox.state, Dealer.code.label("dealer"), Dealer.name.label("dealer_name"),
        inside.label("parts"), ReturnBox.carrier, ReturnBox.waybill, ReturnBox.opened_at, ReturnBox.shipped_at,
        ReturnBox.signed_at, ReturnBox.signed_by, ReturnBox.lacking,
    )  # fmt: skip
    return cast("Select[Any]", select(*columns).join(Dealer, Dealer.id == ReturnBox.dealer_id))


def _box_late(found: Select[Any], value: str) -> Select[Any]:
    late = and_(*long_shipped(_day()))
    return found.where(late if value == "yes" else not_(func.coalesce(late, false())))


BOXES = ListSpec(
    key="return_boxes", title=N_("Boxes of old parts"), permission=VIEW, statement=_boxes, identity=ReturnBox.id,
    columns=(
        Column("number", N_("Box"), "code", link=True),
        Column("state", N_("State"), "state", words=words.BOX_STATES),
        Column("dealer", N_("Station"), "code"),
        Column("dealer_name", N_("Name of the station"), default=False),
        Column("parts", N_("Number of parts"), "num"),
        Column("carrier", N_("Carrier")),
        Column("waybill", N_("Waybill no."), "code"),
        Column("opened_at", N_("Box opened on"), "moment", default=False),
        Column("shipped_at", N_("Shipped on"), "moment"),
        Column("signed_at", N_("Signed for on"), "moment"),
        Column("signed_by", N_("Signed for by"), default=False),
        Column("lacking", N_("Were lacking"), "num", default=False),
    ),
    sorts={"number": ReturnBox.number, "opened_at": ReturnBox.opened_at, "dealer": Dealer.code},
    default_sort="-opened_at", endpoint="returns.boxes", row_endpoint="returns.box",
    filters=(
        Filter("state", N_("State"), lambda found, value: found.where(ReturnBox.state == value), "choice",
               words.BOX_STATES),
        Filter("late", N_("On the way for more than 30 days"), _box_late, "choice", YES_NO),
        Filter("number", N_("Box or waybill no."), lambda found, value: found.where(
            or_(ReturnBox.number.startswith(value.strip().upper(), autoescape=True),
                ReturnBox.waybill.startswith(value.strip(), autoescape=True)))),
        Filter("dealer", N_("Station code"), _dealer),
    ),
    empty=N_("No box yet. A station opens one to send old parts back."),
)  # fmt: skip


def _overdue() -> Select[Any]:
    claims = claims_late(_today())
    columns = (
        Dealer.id, Dealer.code.label("dealer"), Dealer.name.label("dealer_name"),
        func.sum(claims.c.parts).label("parts"), func.sum(claims.c.cost).label("cost"),
        func.min(claims.c.since).label("since"),
    )  # fmt: skip
    return cast(
        "Select[Any]",
        select(*columns).join(claims, claims.c.dealer_id == Dealer.id).group_by(Dealer.id, Dealer.code, Dealer.name),
    )


OVERDUE = ListSpec(
    key="overdue_old_parts", title=N_("Overdue old parts"), permission=VIEW, statement=_overdue, identity=Dealer.id,
    columns=(
        Column("dealer", N_("Station"), "code", link=True),
        Column("dealer_name", N_("Name of the station")),
        Column("parts", N_("Overdue parts"), "num"),
        Column("cost", N_("What they will cost (yuan)"), "money"),
        Column("since", N_("Overdue since"), "date"),
    ),
    sorts={"dealer": Dealer.code}, default_sort="dealer", endpoint="returns.overdue",
    row_endpoint="returns.overdue_of", filters=(Filter("dealer", N_("Station code"), _dealer),),
    empty=N_("Nothing is overdue."),
)  # fmt: skip


def _rules() -> Select[Any]:
    row = ReturnRuleVersion
    return cast(
        "Select[Any]",
        select(row.id, row.scope, row.subject, row.demand, func.nullif(row.percent, 0).label("percent"), row.days,
               row.valid_from, row.note, row.made_by, row.made_at),
    )  # fmt: skip


RULES = ListSpec(
    key="return_rules", title=N_("What must come back"), permission=VIEW, statement=_rules,
    identity=ReturnRuleVersion.id,
    columns=(
        Column("valid_from", N_("Valid from"), "date"),
        Column("scope", N_("Holds for"), words=words.SCOPES),
        Column("subject", N_("Component or part"), "code", words=COMPONENTS),
        Column("demand", N_("What is asked"), words=words.DEMANDS),
        Column("percent", N_("Share, per cent"), "num"),
        Column("days", N_("Days to send it"), "num"),
        Column("note", N_("Note")),
        Column("made_by", N_("Written by"), default=False),
        Column("made_at", N_("Written on"), "moment", default=False),
    ),
    sorts={"valid_from": ReturnRuleVersion.valid_from, "subject": ReturnRuleVersion.subject},
    default_sort="-valid_from", endpoint="returns.rules",
    filters=(
        Filter("scope", N_("Holds for"), lambda found, value: found.where(ReturnRuleVersion.scope == value), "choice",
               words.SCOPES),
        Filter("subject", N_("Component or part"), lambda found, value: found.where(
            ReturnRuleVersion.subject.startswith(value.strip(), autoescape=True))),
    ),
    empty=N_("No rule yet: every part that failed first comes back within 30 days."),
)  # fmt: skip


def _disposals() -> Select[Any]:
    row = PartDisposal
    return cast(
        "Select[Any]",
        select(row.id, row.number, row.kind, row.receiver, row.parts, row.note, row.made_by, row.made_at),
    )


DISPOSALS = ListSpec(
    key="part_disposals", title=N_("Handed over and scrapped"), permission=Permission.RETURN_STORE,
    statement=_disposals, identity=PartDisposal.id,
    columns=(
        Column("number", N_("List no."), "code", link=True),
        Column("kind", N_("What became of them"), words=words.DISPOSED),
        Column("receiver", N_("Taken by")),
        Column("parts", N_("Number of parts"), "num"),
        Column("made_at", N_("Made on"), "moment"),
        Column("made_by", N_("Made by")),
        Column("note", N_("Note"), default=False),
    ),
    sorts={"number": PartDisposal.number, "made_at": PartDisposal.made_at}, default_sort="-made_at",
    endpoint="returns.disposals", row_endpoint="returns.disposal",
    filters=(
        Filter("kind", N_("What became of them"), lambda found, value: found.where(PartDisposal.kind == value),
               "choice", words.DISPOSED),
        Filter("receiver", N_("Taken by"), lambda found, value: found.where(
            PartDisposal.receiver.contains(value.strip(), autoescape=True))),
    ),
    empty=N_("No list yet. Choose stored parts to hand over to their supplier, or to scrap."),
)  # fmt: skip
