"""Lists: policies and part warranties, version by version; contracts; goodwill."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.sql.elements import ColumnElement

from dealers.network.models import Dealer
from dealers.vehicles.models import VehicleModel
from dealers.vehicles.rules import clean_vin
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec
from warranty.coverage import words
from warranty.coverage.models import CoveragePolicy, Goodwill, PartWarranty, ServiceContract

VIEW = Permission.COVERAGE_VIEW


def _or_all(*columns: Any) -> ColumnElement[str]:
    """Return the first column that says something, else `words.ALL`: a scope that asks nothing."""
    return func.coalesce(*(func.nullif(column, "") for column in columns), words.ALL)


def _policies() -> Select[*tuple[Any, ...]]:
    return select(
        CoveragePolicy.id, CoveragePolicy.code, CoveragePolicy.version, CoveragePolicy.valid_from,
        _or_all(CoveragePolicy.component).label("component"),
        _or_all(VehicleModel.code, CoveragePolicy.series).label("range"), _or_all(CoveragePolicy.use).label("use"),
        CoveragePolicy.months, CoveragePolicy.km, CoveragePolicy.note, CoveragePolicy.made_by, CoveragePolicy.made_at,
    ).outerjoin(VehicleModel, VehicleModel.id == CoveragePolicy.model_id)  # fmt: skip


def _component(statement: Select[Any], chosen: str) -> Select[Any]:
    return statement.where(CoveragePolicy.component == ("" if chosen == words.ALL else chosen))


def _use(statement: Select[Any], chosen: str) -> Select[Any]:
    return statement.where(CoveragePolicy.use == ("" if chosen == words.ALL else chosen))


def _range(statement: Select[Any], typed: str) -> Select[Any]:
    return statement.where((VehicleModel.code == typed.upper()) | (CoveragePolicy.series == typed))


def _begun(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(CoveragePolicy.valid_from <= day)


POLICIES = ListSpec(
    key="coverage_policies",
    title=N_("Coverage policies"),
    permission=VIEW,
    statement=_policies,
    identity=CoveragePolicy.id,
    columns=(
        Column("code", N_("Policy"), "code", link=True),
        Column("component", N_("Component"), words=words.SCOPE_COMPONENTS),
        Column("range", N_("Model or series"), words=words.SCOPE_MODELS),
        Column("use", N_("Use"), words=words.SCOPE_USES),
        Column("months", N_("Months"), "num"),
        Column("km", N_("km"), "num"),
        Column("valid_from", N_("Cars sold from"), "date"),
        Column("version", N_("Version"), "num"),
        Column("note", N_("Reason"), default=False),
        Column("made_by", N_("Made by"), default=False),
        Column("made_at", N_("Made at"), "moment", default=False),
    ),
    sorts={"valid_from": CoveragePolicy.valid_from, "code": CoveragePolicy.code},
    default_sort="-valid_from",
    endpoint="coverage.policies",
    row_endpoint="coverage.policy",
    filters=(
        Filter("component", N_("Component"), _component, "choice", words.SCOPE_COMPONENTS),
        Filter("use", N_("Use"), _use, "choice", words.SCOPE_USES),
        Filter("range", N_("Model or series"), _range),
        Filter("sold_on", N_("Begun on this day"), _begun, "date"),
    ),
    empty=N_("No policy is kept yet, so cars have what the law and their certificate give them."),
)  # fmt: skip


def _part_warranties() -> Select[*tuple[Any, ...]]:
    return select(
        PartWarranty.id, PartWarranty.code, PartWarranty.version, PartWarranty.valid_from,
        _or_all(PartWarranty.number, PartWarranty.wear_class).label("about"), PartWarranty.months, PartWarranty.km,
        PartWarranty.note, PartWarranty.made_by, PartWarranty.made_at,
    )  # fmt: skip


def _about(statement: Select[Any], typed: str) -> Select[Any]:
    return statement.where((PartWarranty.number == typed.upper()) | (PartWarranty.wear_class == typed))


PART_WARRANTIES = ListSpec(
    key="coverage_part_warranties",
    title=N_("Warranty of parts"),
    permission=VIEW,
    statement=_part_warranties,
    identity=PartWarranty.id,
    columns=(
        Column("code", N_("Warranty of parts"), "code", link=True),
        Column("about", N_("Part number or wear class"), words=words.SCOPE_PARTS),
        Column("months", N_("Months"), "num"),
        Column("km", N_("km"), "num"),
        Column("valid_from", N_("Parts put in from"), "date"),
        Column("version", N_("Version"), "num"),
        Column("note", N_("Reason"), default=False),
        Column("made_by", N_("Made by"), default=False),
        Column("made_at", N_("Made at"), "moment", default=False),
    ),
    sorts={"valid_from": PartWarranty.valid_from, "code": PartWarranty.code},
    default_sort="-valid_from",
    endpoint="coverage.part_warranties",
    row_endpoint="coverage.part_warranty",
    filters=(Filter("about", N_("Part number or wear class"), _about),),
    empty=N_("No part warranty is kept yet: a part that is put in keeps what is left of the car's coverage."),
)  # fmt: skip


def _contracts() -> Select[*tuple[Any, ...]]:
    return select(
        ServiceContract.id, ServiceContract.number, ServiceContract.vin, ServiceContract.product,
        ServiceContract.begins_on, ServiceContract.until_on, ServiceContract.until_km, ServiceContract.cancelled_on,
        Dealer.code.label("seller"), ServiceContract.made_by, ServiceContract.made_at,
    ).outerjoin(Dealer, Dealer.id == ServiceContract.seller_id)  # fmt: skip


def own_contracts(statement: Select[Any], actor: Actor) -> Select[Any]:
    """Leave a dealer the contracts it sold; what covers a car at its station stands on the car's page."""
    return statement if actor.dealer_id is None else statement.where(ServiceContract.seller_id == actor.dealer_id)


CONTRACTS = ListSpec(
    key="coverage_contracts",
    title=N_("Extended-service contracts"),
    permission=VIEW,
    statement=_contracts,
    narrow=own_contracts,
    identity=ServiceContract.id,
    columns=(
        Column("number", N_("Contract no."), "code", link=True),
        Column("vin", N_("VIN"), "code"),
        Column("product", N_("Product")),
        Column("begins_on", N_("From"), "date"),
        Column("until_on", N_("Until"), "date"),
        Column("until_km", N_("Until km"), "num"),
        Column("cancelled_on", N_("Cancelled from"), "date"),
        Column("seller", N_("Seller")),
        Column("made_by", N_("Made by"), default=False),
        Column("made_at", N_("Made at"), "moment", default=False),
    ),
    sorts={"begins_on": ServiceContract.begins_on, "until_on": ServiceContract.until_on},
    default_sort="-begins_on",
    endpoint="coverage.contracts",
    row_endpoint="coverage.contract",
    filters=(
        Filter("vin", N_("VIN"), lambda found, typed: found.where(ServiceContract.vin == clean_vin(typed))),
        Filter("until", N_("Until, at the latest"), lambda found, day: found.where(ServiceContract.until_on <= day),
               "date"),
        Filter("seller", N_("Dealer code"), lambda found, typed: found.where(Dealer.code == typed.upper())),
    ),
    empty=N_("No extended-service contract is kept here yet. Headquarters enters them."),
)  # fmt: skip


def _goodwill() -> Select[*tuple[Any, ...]]:
    return select(
        Goodwill.id, Goodwill.number, Goodwill.vin, _or_all(Goodwill.component).label("component"),
        Goodwill.begins_on, Goodwill.until_on, Goodwill.until_km, Goodwill.headquarters_share, Goodwill.dealer_share,
        Goodwill.customer_share, Dealer.code.label("station"), Goodwill.reason, Goodwill.granted_by,
        Goodwill.granted_at,
    ).outerjoin(Dealer, Dealer.id == Goodwill.station_id)  # fmt: skip


def own_goodwill(statement: Select[Any], actor: Actor) -> Select[Any]:
    """Leave a dealer what was granted at its asking."""
    return statement if actor.dealer_id is None else statement.where(Goodwill.station_id == actor.dealer_id)


GOODWILL = ListSpec(
    key="coverage_goodwill",
    title=N_("Goodwill"),
    permission=VIEW,
    statement=_goodwill,
    narrow=own_goodwill,
    identity=Goodwill.id,
    columns=(
        Column("number", N_("Grant no."), "code"),
        Column("vin", N_("VIN"), "code", link=True),
        Column("component", N_("Component"), words=words.SCOPE_COMPONENTS),
        Column("begins_on", N_("From"), "date"),
        Column("until_on", N_("Until"), "date"),
        Column("until_km", N_("Until km"), "num"),
        Column("headquarters_share", N_("Headquarters' share"), "num"),
        Column("dealer_share", N_("Dealer's share"), "num"),
        Column("customer_share", N_("Customer's share"), "num"),
        Column("station", N_("Asked for by"), "code"),
        Column("reason", N_("Reason"), default=False),
        Column("granted_by", N_("Granted by")),
        Column("granted_at", N_("Granted at"), "moment", default=False),
    ),
    sorts={"begins_on": Goodwill.begins_on, "until_on": Goodwill.until_on},
    default_sort="-begins_on",
    endpoint="coverage.goodwill",
    row_endpoint="coverage.car",
    filters=(
        Filter("vin", N_("VIN"), lambda found, typed: found.where(Goodwill.vin == clean_vin(typed))),
        Filter("station", N_("Dealer code"), lambda found, typed: found.where(Dealer.code == typed.upper())),
    ),
    empty=N_("No goodwill is granted yet."),
)  # fmt: skip
