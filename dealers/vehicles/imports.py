"""The import of cars with their sale and owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Table

from dealers.customers.models import Customer
from dealers.vehicles.columns import PlateColumn, VinColumn, usual_plates
from dealers.vehicles.models import Ownership, Vehicle
from dealers.vehicles.ports import open_cases
from dealers.vehicles.rules import TAIL, USES, plate_kind, use_of
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_
from portal.kernel.importing.fields import Field, lookup, memo, parse_amount, parse_day, text, word
from portal.kernel.importing.kinds import Batch, Desk, ImportKind
from portal.kernel.importing.store import Store
from portal.kernel.importing.upsert import Change, Upsert

VEHICLE = cast("Table", Vehicle.__table__)
_ODD_PLATES = N_("%(count)s plates fit no known pattern; they were imported as they are. Rows: %(rows)s.")
CUSTOMER = cast("Table", Customer.__table__)
OWNERSHIP = cast("Table", Ownership.__table__)

_OWNER_KINDS = {
    "person": ("个人", "自然人", "private", "person"),
    "company": ("单位", "企业", "公司", "法人", "company", "business"),
}
_OWNER_KIND_OF = {spoken: key for key, words in _OWNER_KINDS.items() for spoken in words}


_TAKEN_BACK = N_("This car was taken back under the three guarantees. Its next owner is recorded on its page.")
_OPEN_CASE = N_("A replacement or return case about this car is open: its owner and its seller stay until it is over.")


@dataclass(frozen=True)
class GuardedCar:
    """A car that was taken back or has an open case, with its seller and owner (name, phone)."""

    taken_back: bool
    has_case: bool
    seller: int | None
    owner: tuple[str | None, str | None]


class VehicleDesk(Desk):
    """Checks a sale's days and files cars with their owners."""

    def __init__(self, store: Store, today: date) -> None:
        super().__init__(store, today)
        self.parsers = {
            "model": lookup(
                dict(store.rows("select code, id from vehicle_model")),
                N_("No model has this code. Import the models first."),
            ),
            "dealer": lookup(
                dict(store.rows("select code, id from dealer")),
                N_("No dealer has this code. Import the dealers first."),
            ),
        }
        self._cars = Upsert(store, VEHICLE, ("vin",), {"use": "household"})
        self._owners = Owners(store)
        self._kept: dict[str, GuardedCar] | None = None

    def check(self, batch: Batch) -> None:
        """Days are past, production comes first, an owner has a name; odd plates are told only."""
        days = {key: batch.values[key] for key in _DAYS if key in batch.values}
        today = self.today.isoformat()
        for key, column in days.items():
            if max(filter(None, column), default="") > today:
                for index, day in enumerate(column):
                    if day and day > today:
                        batch.refuse(index, key, Fault(N_("This day is in the future.")))
        for key in ("invoiced_on", "delivered_on"):
            if key in days and "produced_on" in days:
                pairs = zip(days["produced_on"], days[key], strict=True)
                early = [index for index, (made, day) in enumerate(pairs) if made and day and day < made]
                for index in early:
                    batch.refuse(index, key, Fault(N_("This day is before the day of production.")))
        names, phones = batch.column("owner_name"), batch.column("owner_phone")
        for index in [i for i, (name, phone) in enumerate(zip(names, phones, strict=True)) if phone and not name]:
            batch.refuse(index, "owner_phone", Fault(N_("There is a phone, but no name of the owner.")))
        self._odd_plates(batch)
        self._guard(batch)

    def _odd_plates(self, batch: Batch) -> None:
        plates = batch.values.get("plate")
        if plates is None or usual_plates([plate or "" for plate in plates]):
            return
        odd = [batch.numbers[i] for i, plate in enumerate(plates) if plate and plate_kind(plate) is None]
        if odd:
            self.warnings[
                N_("%(count)s plates fit no known pattern; they were imported as they are. Rows: %(rows)s.")
            ] += odd

    def _guard(self, batch: Batch) -> None:
        """A car that was taken back, or is about to be, changes hands on its page only."""
        guarded = self._guarded()
        if not guarded:
            return
        names, phones, dealers = (batch.column(key) for key in ("owner_name", "owner_phone", "dealer"))
        for index in [index for index, vin in enumerate(batch.values["vin"]) if vin in guarded]:
            car = guarded[batch.values["vin"][index]]
            if names[index] and (names[index], phones[index] or "") != car.owner:
                batch.refuse(index, "owner_name", Fault(_TAKEN_BACK if car.taken_back else _OPEN_CASE))
            if car.has_case and dealers[index] is not None and dealers[index] != car.seller:
                batch.refuse(index, "dealer", Fault(_OPEN_CASE))

    def _guarded(self) -> dict[str, GuardedCar]:
        """Read once, and only for lists with cars that are known: they are few."""
        if self._kept is None:
            cases = open_cases().open_cars(self.store)
            wanted = (  # noqa: S608  (own names only)
                "select v.id, v.vin, v.taken_back, v.selling_dealer_id, c.name, c.phone from vehicle v "
                "left join customer c on c.id = v.owner_id where v.taken_back is not null or "
            ) + self.store.among("v.id")
            rows = self.store.rows(wanted, self.store.several(cases))
            self._kept = {
                vin: GuardedCar(taken_back is not None, key in cases, seller, (name, phone))
                for key, vin, taken_back, seller, name, phone in rows
            }
        return self._kept

    def write(self, values: dict[str, list[Any]]) -> Sequence[int]:
        """File owners, then cars; a new owner of a known car leaves the earlier one on record."""
        vins = values["vin"]
        columns: dict[str, Sequence[Any]] = {
            "vin": vins, "vin_tail": [vin[-TAIL:] for vin in vins], "model_id": values["model"],
        }  # fmt: skip
        columns |= {name: values[name] for name in _PLAIN if name in values}
        if "dealer" in values:
            columns["selling_dealer_id"] = values["dealer"]
        if "owner_name" in values:
            columns["owner_id"] = self._owners.find(values)
        since = self._since(values)
        sorting = self._cars.write(columns, {"owner_since": since})
        self._hand_over(sorting.changes, since)
        return sorting.verdicts

    @staticmethod
    def _since(values: dict[str, list[Any]]) -> list[Any]:
        """The first owner has the car since delivery, else since the invoice."""
        none = [None] * len(values["vin"])
        names = values.get("owner_name", none)
        days = zip(names, values.get("delivered_on", none), values.get("invoiced_on", none), strict=True)
        return [(delivered or invoiced) if name else None for name, delivered, invoiced in days]

    def _hand_over(self, changes: list[Change], since: list[Any]) -> None:
        """Keep earlier owners on record; a car's first owner has it since its sale."""
        moved = [change for change in changes if change.new.get("owner_id") != change.old.get("owner_id")]
        if not moved:
            return
        today = self.today.isoformat()
        before = dict(self.store.existing(VEHICLE, "id", [change.row_id for change in moved], ("owner_since",)))
        earlier = [change for change in moved if change.old["owner_id"] is not None]
        if earlier:
            self.store.insert(OWNERSHIP, {
                "vehicle_id": [change.row_id for change in earlier],
                "customer_id": [change.old["owner_id"] for change in earlier],
                "since": [before[change.row_id] for change in earlier],
                "until": [today] * len(earlier),
            })  # fmt: skip
        first = [since[change.index] if change.old["owner_id"] is None else today for change in moved]
        self.store.update(VEHICLE, [change.row_id for change in moved], {"owner_since": first})


class Owners:
    """Finds or makes the customers of a run: the same name with the same phone is the same one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._fresh = store.is_empty(CUSTOMER)
        self._ids: dict[str, int] = {}

    def find(self, values: dict[str, list[Any]]) -> list[int | None]:
        """Return the customer of each row, None where there is no owner."""
        names = values["owner_name"]
        phones = values.get("owner_phone") or [None] * len(names)
        keys = [f"{phone or ''}\0{name}" if name else "" for name, phone in zip(names, phones, strict=True)]
        known = self._ids
        missing = {key: place for place, key in enumerate(keys) if key and key not in known}
        if missing and not self._fresh:
            self._load(missing)
            missing = {key: place for key, place in missing.items() if key not in known}
        if missing:
            self._make(missing, values)
        return [known[key] if key else None for key in keys]

    def _load(self, missing: dict[str, int]) -> None:
        phones = {key.split("\0")[0] for key in missing}
        for row_id, phone, name in self._store.existing(CUSTOMER, "phone", phones, ("phone", "name")):
            self._ids[f"{phone}\0{name}"] = row_id

    def _make(self, missing: dict[str, int], values: dict[str, list[Any]]) -> None:
        ids = self._store.allocate(CUSTOMER, len(missing))
        kinds = values.get("owner_kind")
        pairs = [key.split("\0", 1) for key in missing]
        self._store.insert(CUSTOMER, {
            "id": ids, "phone": [pair[0] for pair in pairs], "name": [pair[1] for pair in pairs],
            "kind": [(kinds[place] if kinds else None) or "person" for place in missing.values()],
        })  # fmt: skip
        self._ids.update(zip(missing, ids, strict=True))


_DAYS = ("produced_on", "invoiced_on", "delivered_on")
_PLAIN = ("configuration", "colour", "engine_no", *_DAYS, "use", "plate", "invoice_no", "price")
_day, _amount = memo(parse_day), memo(parse_amount)
_owner_kind = memo(word(lambda spoken: _OWNER_KIND_OF.get(spoken.lower()), tuple(_OWNER_KINDS)))

KIND = ImportKind(
    key="vehicles",
    title=N_("Vehicles"),
    fields=(
        Field("vin", "车架号", "VIN", VinColumn, required=True, aliases=("VIN码", "车辆识别代号", "底盘号"),
              example="LSVAM4187R2000001", note=N_("17 characters with a right check digit.")),
        Field("model", "车型代码", "Model code", memo(str), required=True, aliases=("车型", "model"),
              example="M001", note=N_("The code of a model that was imported before.")),
        Field("configuration", "配置", "Configuration", text(64), aliases=("配置代码",), example="1.5T 舒适型"),
        Field("engine_no", "发动机号", "Engine no.", text(32, str.upper),
              aliases=("电机号", "发动机/电机号", "engine number"), example="EA211-0001234",
              note=N_("Engine or motor number.")),
        Field("produced_on", "生产日期", "Production date", _day, aliases=("制造日期", "下线日期", "produced"),
              example="2026-01-31"),
        Field("invoice_no", "发票号", "Invoice no.", text(32), aliases=("发票号码", "购车发票号", "invoice number"),
              example="01234567"),
        Field("invoiced_on", "开票日期", "Invoice date", _day, aliases=("发票日期", "销售日期", "购车日期", "sold on"),
              example="2026-02-28", note=N_("Not before the day of production; the guarantee counts from it.")),
        Field("delivered_on", "交车日期", "Delivery date", _day, aliases=("交付日期", "delivered"),
              example="2026-03-01", note=N_("Not before the day of production.")),
        Field("price", "车价", "Price", _amount, aliases=("销售价格", "成交价", "购车价格", "价格"),
              example="129800.00", note=N_("Yuan with tax, at most two decimal places.")),
        Field("dealer", "销售经销商代码", "Selling dealer code", memo(str),
              aliases=("经销商代码", "经销商", "销售经销商", "dealer", "selling dealer", "dealer code"),
              example="A12075", note=N_("The code of a dealer that was imported before.")),
        Field("owner_name", "车主姓名", "Owner name", text(80), aliases=("车主", "客户姓名", "owner"), example="王小明",
              note=N_("The same name with the same phone is the same customer.")),
        Field("owner_phone", "车主电话", "Owner phone", text(32), aliases=("车主手机", "联系电话", "电话", "手机号"),
              example="13800000001"),
        Field("owner_kind", "车主类型", "Owner kind", _owner_kind,
              aliases=("客户类型",), example="个人", note=N_("个人 (person) or 单位 (company).")),
        Field("use", "车辆用途", "Use", memo(word(use_of, USES)), aliases=("用途", "使用性质", "vehicle use"),
              example="家用",
              note=N_("家用 household, 营运 commercial, 公务 official or 租赁 rental; household if empty.")),
        Field("plate", "车牌号", "Plate", PlateColumn, aliases=("牌照", "牌照号", "车牌", "车牌号码"),
              example="沪A12345"),
        Field("colour", "颜色", "Colour", text(32), aliases=("车身颜色", "color"), example="珍珠白"),
    ),
    natural_key=("vin",),
    tables=(VEHICLE, CUSTOMER, OWNERSHIP),
    desk=VehicleDesk,
)  # fmt: skip
