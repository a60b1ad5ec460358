"""The import of the maker's models."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import Table

from dealers.vehicles.models import VehicleModel
from dealers.vehicles.rules import CATEGORIES, POWERTRAINS, category_of, powertrain_of
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_
from portal.kernel.importing.fields import Field, memo, text, whole, word
from portal.kernel.importing.kinds import Batch, Desk, ImportKind
from portal.kernel.importing.store import Store
from portal.kernel.importing.upsert import Upsert

MODEL = cast("Table", VehicleModel.__table__)
_months, _km = memo(whole(1, 240)), memo(whole(1, 2_000_000))
#: What the law grants at least: 2 years or 50,000 km, and 3 years or 60,000 km of repair.
STATUTORY = {"guarantee_months": 24, "guarantee_km": 50_000, "repair_months": 36, "repair_km": 60_000}


class ModelDesk(Desk):
    """Files models; without an English name the Chinese one stands in."""

    def __init__(self, store: Store, today: date) -> None:
        super().__init__(store, today)
        defaults = {"category": "passenger_car", "powertrain": "petrol", **STATUTORY}
        self._models = Upsert(store, MODEL, ("code",), defaults)

    def check(self, batch: Batch) -> None:
        """No passenger car has less than the law grants."""
        categories = batch.column("category")
        for key, least in STATUTORY.items():
            for index, value in enumerate(batch.column(key)):
                if value is not None and value < least and categories[index] != "other":
                    batch.refuse(index, key, Fault(N_("The law grants at least %(least)s."), facts={"least": least}))

    def write(self, values: dict[str, list[Any]]) -> Sequence[int]:
        """File models by their codes."""
        english = values.get("name_en", [None] * len(values["code"]))
        names = [en or zh for en, zh in zip(english, values["name_zh"], strict=True)]
        return self._models.write(values, {"name_en": names}).verdicts


KIND = ImportKind(
    key="models",
    title=N_("Models"),
    fields=(
        Field("code", "车型代码", "Model code", text(32, str.upper), required=True, aliases=("代码", "code", "车型"),
              example="M001"),
        Field("series", "车系", "Series", text(64), required=True, example="远行"),
        Field("name_zh", "车型名称", "Name (Chinese)", text(120), required=True, aliases=("中文名称", "名称", "name"),
              example="远行 1.5T 舒适型"),
        Field("name_en", "英文名称", "Name (English)", text(120), aliases=("english name",),
              example="Voyager 1.5T Comfort"),
        Field("category", "车辆类别", "Category", memo(word(category_of, CATEGORIES)), aliases=("类别",),
                            example="乘用车",
              note=N_("Passenger car if empty.")),
        Field("powertrain", "动力类型", "Powertrain", memo(word(powertrain_of, POWERTRAINS)),
              aliases=("燃料类型", "能源类型"), example="汽油", note=N_("Petrol if empty.")),
        Field("guarantee_months", "三包有效期（月）", "Guarantee months", _months, aliases=("三包有效期月数",),
              example="24"),
        Field("guarantee_km", "三包有效期里程（公里）", "Guarantee km", _km, aliases=("三包里程",), example="50000"),
        Field("repair_months", "包修期（月）", "Repair months", _months, aliases=("包修期月数",), example="36"),
        Field("repair_km", "包修期里程（公里）", "Repair km", _km, aliases=("包修里程",), example="60000",
              note=N_("At least what the law grants: 24 months and 50,000 km, repair 36 months and 60,000 km.")),
    ),
    natural_key=("code",),
    tables=(MODEL,),
    desk=ModelDesk,
)  # fmt: skip
