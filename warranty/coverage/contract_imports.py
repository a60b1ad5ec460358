"""The import of extended-service contracts: new ones come in, those that are kept must say the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from dealers.service.operation_imports import COMPONENTS, component_of
from dealers.vehicles.models import Vehicle
from dealers.vehicles.rules import clean_vin
from portal.kernel.access import Permission
from portal.kernel.clock import known_day
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_
from portal.kernel.importing.fields import (
    CellError,
    Field,
    lookup,
    memo,
    parse_day,
    parse_flag,
    text,
    whole,
    word,
)
from portal.kernel.importing.kinds import Batch, Desk, ImportKind
from portal.kernel.importing.store import Store
from portal.kernel.importing.upsert import CREATED, UNCHANGED
from portal.kernel.scoping import actor_of
from warranty.coverage.models import ServiceContract
from warranty.coverage.services.agreements import NUMBER, NUMBER_LENGTH, PRODUCT_LENGTH
from warranty.coverage.services.versions import MOST_KM

CONTRACT, VEHICLE = cast("Table", ServiceContract.__table__), cast("Table", Vehicle.__table__)
#: What of a kept contract a list must not say otherwise.
SAID = ("vin", "product", "begins_on", "until_on", "until_km")
_PARTED = re.compile(r"[、,，;；/]+")
_component = word(component_of, COMPONENTS)


def _day(written: str) -> str:
    found = parse_day(written)
    if not known_day(date.fromisoformat(found)):
        raise CellError(N_("This day is too far away."))
    return found


def _number(written: str) -> str:
    number = written.upper()
    if not NUMBER.fullmatch(number):
        raise CellError(N_("Only letters, figures and hyphens."))
    if len(number) > NUMBER_LENGTH:
        raise CellError(N_("At most %(limit)s characters."), limit=NUMBER_LENGTH)
    return number


def _components(written: str) -> tuple[str, ...]:
    return tuple(sorted({_component(one.strip()) for one in _PARTED.split(written) if one.strip()}))


class ContractDesk(Desk):
    """Finds each contract's car, gathers the new ones, and files them when every row stays."""

    def __init__(self, store: Store, today: date) -> None:
        super().__init__(store, today)
        dealers = dict(store.rows("select code, id from dealer"))
        self.parsers = {"seller": lookup(dealers, N_("This dealer is not known."))}
        self._new: list[dict[str, Any]] = []

    def check(self, batch: Batch) -> None:
        """Refuse unknown cars, days in the wrong order, and numbers under which another contract is kept."""
        vins = {vin for vin in batch.column("vin") if vin}
        known = {vin for _id, vin in self.store.existing(VEHICLE, "vin", vins, ("vin",))}
        kept = self._kept(batch.column("number"))
        for index in range(len(batch.numbers)):
            row = {name: batch.column(name)[index] for name in ("number", *SAID)}
            if row["vin"] and row["vin"] not in known:
                batch.refuse(index, "vin", Fault(N_("This car is not known.")))
            if row["begins_on"] and row["until_on"] and row["until_on"] < row["begins_on"]:
                batch.refuse(index, "until_on", Fault(N_("The last day is before the first one.")))
            if kept.get(row["number"], _said(row)) != _said(row):
                message = N_("Another contract is kept under this number. Cancel that one, or correct the number.")
                batch.refuse(index, "number", Fault(message))

    def write(self, values: dict[str, list[Any]]) -> Sequence[int]:
        """Take contracts in whose number is new."""
        size, kept = len(values["number"]), self._kept(values["number"])
        cars = {vin: key for key, vin in self.store.existing(VEHICLE, "vin", set(values["vin"]), ("vin",))}
        for index in range(size):
            row = {name: column[index] for name, column in values.items()}
            if row["number"] not in kept:
                self._new.append(_contract(row, cars[row["vin"]]))
        return [UNCHANGED if number in kept else CREATED for number in values["number"]]

    def complete(self, session: Session, source: str, now: datetime) -> None:
        """File the new contracts."""
        del source
        actor = actor_of(session)
        made_by = actor.name if actor is not None else "sanbao"
        if self._new:
            session.execute(insert(ServiceContract), [{**row, "made_by": made_by, "made_at": now} for row in self._new])

    def _kept(self, numbers: Sequence[Any]) -> dict[str, tuple[str, ...]]:
        rows = self.store.existing(CONTRACT, "number", {one for one in numbers if one}, ("number", *SAID))
        return {row[1]: tuple("" if cell is None else str(cell) for cell in row[2:]) for row in rows}


def _said(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple("" if row[name] is None else str(row[name]) for name in SAID)


def _contract(row: dict[str, Any], vehicle_id: int) -> dict[str, Any]:
    return {
        "number": row["number"], "vin": row["vin"], "vehicle_id": vehicle_id, "product": row["product"],
        "components": list(row.get("components") or ()), "wear_parts": bool(row.get("wear_parts")),
        "begins_on": date.fromisoformat(row["begins_on"]), "until_on": date.fromisoformat(row["until_on"]),
        "until_km": row.get("until_km"), "seller_id": row.get("seller"),
    }  # fmt: skip


KIND = ImportKind(
    key="contracts",
    title=N_("Extended-service contracts"),
    fields=(
        Field("number", "合同号", "Contract no.", memo(_number), required=True,
              aliases=("合同编号", "number"), example="YB2026-00001"),
        Field("vin", "车架号", "VIN", text(17, clean_vin), required=True, aliases=("车辆识别代号", "VIN码", "vin"),
              example="LSVAM4187R2000001"),
        Field("product", "产品", "Product", text(PRODUCT_LENGTH), required=True, aliases=("延保产品", "product"),
              example="整车延保2年"),
        Field("components", "总成", "Components", memo(_components), aliases=("保障范围", "components"),
              example="发动机、变速器", note=N_("The whole car if empty.")),
        Field("wear_parts", "含易损件", "Wear parts", memo(parse_flag), aliases=("易损件", "wear parts"), example="否"),
        Field("begins_on", "起始日", "From", memo(_day), required=True, aliases=("生效日期", "from"),
              example="2026-01-01"),
        Field("until_on", "截止日", "Until", memo(_day), required=True, aliases=("到期日期", "until"),
              example="2027-12-31"),
        Field("until_km", "截止里程", "Until km", memo(whole(1, MOST_KM)), aliases=("里程上限", "until km"),
              example="150000", note=N_("Of the odometer. Left empty: any mileage.")),
        Field("seller", "经销商代码", "Dealer code", memo(str), aliases=("销售方", "dealer"), example="A0001",
              note=N_("Left empty: sold by headquarters.")),
    ),
    natural_key=("number",),
    tables=(CONTRACT,),
    desk=ContractDesk,
    permission=Permission.COVERAGE_EDIT,
)  # fmt: skip
