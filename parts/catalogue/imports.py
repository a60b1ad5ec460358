"""The import of parts: a row for each part and each day from which a price is valid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table

from dealers.service.operation_imports import COMPONENTS, component_of
from parts.catalogue.models import Part, PartPrice
from parts.catalogue.rules import circles
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_
from portal.kernel.importing.fields import Field, hundredths, memo, parse_amount, parse_day, parse_flag, text, word
from portal.kernel.importing.kinds import Agreement, Batch, Desk, ImportKind
from portal.kernel.importing.store import Store
from portal.kernel.importing.upsert import CREATED, UNCHANGED, UPDATED, Upsert
from portal.kernel.pinyin import initials

PART, PRICE = cast("Table", Part.__table__), cast("Table", PartPrice.__table__)
_PART_FIELDS = (
    "name_zh", "name_en", "unit", "supplier", "component", "per_vehicle", "wear_class", "special", "superseded_by",
    "superseded_on",
)  # fmt: skip
_AMOUNTS = ("dealer", "warranty", "retail")


class PartDesk(Desk):
    """Files parts, then their prices; no part may replace itself, not even by way of others."""

    def __init__(self, store: Store, today: date) -> None:
        super().__init__(store, today)
        defaults = {"unit": "件", "component": "other", "per_vehicle": 100, "special": False}
        self._parts = Upsert(store, PART, ("number",), defaults)
        self._prices = Upsert(store, PRICE, ("part_id", "valid_from"))
        self._filed: set[str] = set()
        self._replaced: dict[str, list[tuple[str, str]]] = defaultdict(list)  # number → keys of its rows

    def check(self, batch: Batch) -> None:
        """A part does not replace itself."""
        for index, (number, following) in enumerate(
            zip(batch.values["number"], batch.column("superseded_by"), strict=True)
        ):
            if number and number == following:
                batch.refuse(index, "superseded_by", Fault(N_("A part cannot be replaced by itself.")))

    def write(self, values: dict[str, list[Any]]) -> Sequence[int]:
        """File the parts not filed yet, then every price."""
        numbers = values["number"]
        changed = self._file_parts(values)
        ids = {number: row_id for row_id, number in self.store.existing(PART, "number", set(numbers), ("number",))}
        prices = {"part_id": [ids[number] for number in numbers], "valid_from": values["valid_from"]}
        prices |= {name: values[name] for name in _AMOUNTS}
        verdicts = self._prices.write(prices).verdicts
        for index, number in enumerate(numbers):
            if values.get("superseded_by") and values["superseded_by"][index]:
                self._replaced[number].append((number, values["valid_from"][index]))
            if index in changed and verdicts[index] == UNCHANGED:
                verdicts[index] = UPDATED
        return verdicts

    def _file_parts(self, values: dict[str, list[Any]]) -> set[int]:
        """File parts by their first row; return the places of rows that created or changed one."""
        first = {number: i for i, number in reversed(list(enumerate(values["number"]))) if number not in self._filed}
        places = sorted(first.values())
        if not places:
            return set()
        columns = {name: [values[name][i] for i in places] for name in ("number", *_PART_FIELDS) if name in values}
        self._filed.update(columns["number"])
        columns["initials"] = [initials(name) for name in columns["name_zh"]]
        english = zip(columns.get("name_en", [None] * len(places)), columns["name_zh"], strict=True)
        sorting = self._parts.write(columns, {"name_en": [en or zh for en, zh in english]})
        return {place for place, verdict in zip(places, sorting.verdicts, strict=True) if verdict in {CREATED, UPDATED}}

    def finish(self) -> dict[Any, Fault]:
        """Refuse the rows that close a circle of replacements."""
        if not self._replaced:
            return {}
        links = dict(self.store.rows("select number, superseded_by from part where superseded_by is not null"))
        wrong = circles(links) & self._replaced.keys()
        fault = N_("The replacements go round in a circle: %(parts)s.")
        return {
            key: Fault(fault, facts={"parts": " → ".join((number, links[number], "…"))})
            for number in wrong
            for key in self._replaced[number]
        }


_amount = memo(parse_amount)

KIND = ImportKind(
    key="parts",
    title=N_("Parts catalogue"),
    fields=(
        Field("number", "配件号", "Part number", text(32, str.upper), required=True,
              aliases=("零件号", "配件编号", "备件号", "number"), example="4L0698151A"),
        Field("name_zh", "配件名称", "Name (Chinese)", text(120), required=True,
              aliases=("零件名称", "中文名称", "名称", "name"), example="前制动片"),
        Field("name_en", "英文名称", "Name (English)", text(120), aliases=("english name",),
              example="Front brake pads"),
        Field("unit", "单位", "Unit", text(8), aliases=("计量单位",), example="套"),
        Field("supplier", "供应商", "Supplier", text(80), aliases=("供货商",), example="华东制动"),
        Field("component", "总成", "Component", memo(word(component_of, COMPONENTS)), aliases=("系统", "总成类别"),
              example="制动系统"),
        Field("per_vehicle", "单车用量", "Quantity per vehicle", memo(hundredths(Decimal("0.01"), Decimal(9999))),
              example="1"),
        Field("wear_class", "易损件类别", "Wear class", text(24), aliases=("易损件",), example="brake_lining"),
        Field("special", "特殊零部件", "Special part", memo(parse_flag), example="否"),
        Field("superseded_by", "替代件号", "Superseded by", text(32, str.upper), aliases=("替换件号", "新件号"),
              example="4L0698151B", note=N_("The number that replaces this part; no circles.")),
        Field("superseded_on", "替代日期", "Superseded on", memo(parse_day), aliases=("替换日期",),
              example="2026-06-01"),
        Field("valid_from", "价格生效日期", "Price valid from", memo(parse_day), required=True,
              aliases=("生效日期", "valid from"), example="2026-01-01",
              note=N_("A row for each part and each day from which a price is valid.")),
        Field("dealer", "经销商价", "Dealer price", _amount, required=True, aliases=("进货价", "网点价"),
                            example="180.00", note=N_("Yuan before tax.")),
        Field("warranty", "索赔价", "Warranty price", _amount, required=True, aliases=("保修价", "三包价"),
              example="198.00", note=N_("Yuan before tax.")),
        Field("retail", "零售价", "Retail price", _amount, required=True, aliases=("销售价",), example="260.00",
              note=N_("Yuan before tax.")),
    ),
    natural_key=("number", "valid_from"),
    tables=(PART, PRICE),
    desk=PartDesk,
    agreements=(
        Agreement(("number",), _PART_FIELDS,
                  N_("Row %(other)s says something else about the same part. Neither was imported.")),
    ),
)  # fmt: skip
