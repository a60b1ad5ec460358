"""The import of parts: a row for each part and each day from which a price is valid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from dealers.service.operation_imports import COMPONENTS, component_of
from parts.catalogue.imports.filing import News, Terms
from parts.catalogue.imports.numbers import PartNumbers
from parts.catalogue.imports.prices import PRICE, Key, PriceBook
from parts.catalogue.imports.suppliers import SUPPLIER, SupplierBook, parse_code
from parts.catalogue.models import Part, PartChange, PartTerm
from parts.catalogue.rules.chains import circles
from parts.catalogue.rules.words import plain
from parts.catalogue.words import INTERCHANGE_OF, WEAR_OF
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_
from portal.kernel.importing.fields import (
    Field,
    hundredths,
    lookup,
    memo,
    parse_amount,
    parse_day,
    parse_flag,
    text,
    word,
)
from portal.kernel.importing.kinds import Agreement, Batch, Desk, ImportKind
from portal.kernel.importing.store import Store
from portal.kernel.importing.upsert import CREATED, UNCHANGED, UPDATED, Sorting, Upsert
from portal.kernel.pinyin import initials

PART, TERM, CHANGE = (cast("Table", model.__table__) for model in (Part, PartTerm, PartChange))
_STORED = (
    "name_zh", "name_en", "unit", "component", "per_vehicle", "wear_class", "special", "superseded_by",
    "superseded_on", "interchange", "group_id",
)  # fmt: skip
_AGREED = ("supplier_code", "supplier", *_STORED)


class PartDesk(Desk):
    """Files parts, then their prices; no part may replace itself, not even by way of others."""

    def __init__(self, store: Store, today: date) -> None:
        super().__init__(store, today)
        defaults = {"unit": "件", "component": "other", "per_vehicle": 100, "special": False, "row_version": 1}
        self._parts = Upsert(store, PART, ("number",), defaults)
        self._prices = PriceBook(store, today)
        self._suppliers, self._terms, self._news = SupplierBook(store), Terms(store), News()
        groups = store.rows("select code, id from part_group where parent_id is not null")
        self.parsers["group_id"] = lookup(dict(groups), N_("No assembly has this code. Import the levels first."))
        self._filed: set[str] = set()
        self._linked: dict[str, list[Key]] = defaultdict(list)  # replaced numbers → keys of their rows

    def check(self, batch: Batch) -> None:
        """A part does not replace itself, and its prices follow their rule."""
        self._suppliers.check(batch)
        pairs = zip(batch.values["number"], batch.column("superseded_by"), strict=True)
        for index, (number, following) in enumerate(pairs):
            if number and number == following:
                batch.refuse(index, "superseded_by", Fault(N_("A part cannot be replaced by itself.")))
        self._prices.check(batch)

    def write(self, values: dict[str, list[Any]]) -> Sequence[int]:
        """File the parts not filed yet, then every price."""
        numbers = values["number"]
        places, sorting = self._file_parts(values)
        ids = {number: row_id for row_id, number in self.store.existing(PART, "number", set(numbers), ("number",))}
        self._tell(values, places, sorting, ids)
        fresh = {numbers[place] for place, kind in zip(places, sorting.verdicts, strict=True) if kind == CREATED}
        verdicts = self._prices.write(values, [ids[number] for number in numbers])
        following = values.get("superseded_by", [None] * len(numbers))
        changed = {place for place, kind in zip(places, sorting.verdicts, strict=True) if kind != UNCHANGED}
        for index, number in enumerate(numbers):
            if following[index]:
                self._linked[number].append((number, values["valid_from"][index]))
            if verdicts[index] != UNCHANGED and number not in fresh:
                self._news.add(ids[number], "price", values["valid_from"][index])
            if index in changed and verdicts[index] == UNCHANGED:
                verdicts[index] = UPDATED
        return verdicts

    def _file_parts(self, values: dict[str, list[Any]]) -> tuple[list[int], Sorting]:
        """File parts by their first row; return the places of those rows and what became of them."""
        first = {number: i for i, number in reversed(list(enumerate(values["number"]))) if number not in self._filed}
        places = sorted(first.values())
        if not places:
            return [], Sorting([])
        columns = {name: [values[name][i] for i in places] for name in ("number", *_STORED) if name in values}
        suppliers = self._suppliers.ids(values)
        columns["supplier_id"] = [suppliers[i] for i in places]
        self._filed.update(columns["number"])
        columns["initials"] = [initials(name) for name in columns["name_zh"]]
        given = columns.get("name_en", [None] * len(places))
        english = [en or zh for en, zh in zip(given, columns["name_zh"], strict=True)]
        first_only = {"name_en": english, "plain": list(map(plain, columns["number"]))}
        sorting = self._parts.write(columns, first_only)
        self._terms.file(columns, english, sorting)
        return places, sorting

    def _tell(self, values: dict[str, list[Any]], places: list[int], sorting: Sorting, ids: dict[str, int]) -> None:
        """Note what is new for everybody: parts, and replacements of known ones."""
        for place, verdict in zip(places, sorting.verdicts, strict=True):
            if verdict == CREATED:
                self._news.add(ids[values["number"][place]], "new")
        for change in sorting.changes:
            part_id, new = change.row_id, change.new
            if change.old.get("superseded_by") != new.get("superseded_by"):
                self._news.add(part_id, "superseded", new.get("superseded_on"), new["superseded_by"])
            elif any(change.old[name] != new[name] for name in new if name != "initials"):
                self._news.add(part_id, "facts")

    def finish(self) -> dict[Any, Fault]:
        """Refuse the rows that close a circle of replacements, or leave a gap or an overlap of prices."""
        self._terms.finish()
        return self._prices.finish() | (self._circles() if self._linked else {})

    def _circles(self) -> dict[Any, Fault]:
        links = dict(self.store.rows("select number, superseded_by from part where superseded_by is not null"))
        wrong = circles(links) & self._linked.keys()
        fault = N_("The replacements go round in a circle: %(parts)s.")
        return {
            key: Fault(fault, facts={"parts": " → ".join((number, links[number], "…"))})
            for number in wrong
            for key in self._linked[number]
        }

    def complete(self, session: Session, source: str, now: datetime) -> None:
        """Tell everybody what is new, and who was registered as a supplier."""
        del source
        self._news.publish(session, now)
        if self._suppliers.registered:
            listed = "、".join(self._suppliers.registered[:20])
            message = N_("Suppliers registered by their names, %(count)s: %(suppliers)s")
            self.notes.append(Fault(message, facts={"count": len(self._suppliers.registered), "suppliers": listed}))


_amount = memo(parse_amount)

KIND = ImportKind(
    key="parts",
    title=N_("Parts catalogue"),
    fields=(
        Field("number", "配件号", "Part number", PartNumbers, required=True,
              aliases=("零件号", "配件编号", "备件号", "number"), example="4L0698151A"),
        Field("name_zh", "配件名称", "Name (Chinese)", text(120), required=True,
              aliases=("零件名称", "中文名称", "名称", "name"), example="前制动片"),
        Field("name_en", "英文名称", "Name (English)", text(120), aliases=("english name",),
              example="Front brake pads"),
        Field("unit", "单位", "Unit", text(8), aliases=("计量单位",), example="套"),
        Field("supplier_code", "供应商代码", "Supplier code", memo(parse_code), aliases=("供应商编号",),
              example="G1042"),
        Field("supplier", "供应商", "Supplier", text(80), aliases=("供货商", "供应商名称"), example="华东制动",
              note=N_("A supplier that is not known yet is registered by its name.")),
        Field("group_id", "总成代码", "Assembly code", text(16), aliases=("分组号", "总成号"), example="3501",
              note=N_("The part's place in the levels; import the levels first.")),
        Field("component", "总成", "Component", memo(word(component_of, COMPONENTS)), aliases=("系统", "总成类别"),
              example="制动系统"),
        Field("per_vehicle", "单车用量", "Quantity per vehicle", memo(hundredths(Decimal("0.01"), Decimal(9999))),
              example="1"),
        Field("wear_class", "易损件类别", "Wear class", text(24, lambda spoken: WEAR_OF.get(spoken, spoken)),
              aliases=("易损件",), example="制动衬片"),
        Field("special", "特殊零部件", "Special part", memo(parse_flag), example="否"),
        Field("superseded_by", "替代件号", "Superseded by", PartNumbers, aliases=("替换件号", "新件号"),
              example="4L0698151B", note=N_("The number that replaces this part; no circles.")),
        Field("superseded_on", "替代日期", "Superseded on", memo(parse_day), aliases=("替换日期",),
              example="2026-06-01"),
        Field("interchange", "互换性", "Interchangeability", memo(word(INTERCHANGE_OF.get, ("单向", "双向"))),
              aliases=("互换",), example="单向",
              note=N_("单向: the new part goes in for the old one. 双向: the old one for the new one too.")),
        Field("valid_from", "价格生效日期", "Price valid from", memo(parse_day), required=True,
              aliases=("生效日期", "valid from"), example="2026-01-01",
              note=N_("A row for each part and each day from which a price is valid. Prices that are stored stay as "
                      "they are; a new one begins today at the earliest, only a part's first ones earlier.")),
        Field("valid_until", "价格截止日期", "Price valid until", memo(parse_day), aliases=("截止日期", "valid until"),
              example="", note=N_("The last day; empty if the price holds until a later one begins.")),
        Field("dealer", "经销商价", "Dealer price", _amount, required=True, aliases=("进货价", "网点价"),
                            example="180.00", note=N_("Yuan before tax.")),
        Field("warranty", "索赔价", "Warranty price", _amount, required=True, aliases=("保修价", "三包价"),
              example="198.00", note=N_("Yuan before tax.")),
        Field("retail", "零售价", "Retail price", _amount, required=True, aliases=("销售价",), example="260.00",
              note=N_("Yuan before tax.")),
    ),
    natural_key=("number", "valid_from"),
    tables=(PART, PRICE, SUPPLIER, TERM, CHANGE),
    desk=PartDesk,
    agreements=(
        Agreement(("number",), _AGREED,
                  N_("Row %(other)s says something else about the same part. Neither was imported.")),
    ),
)  # fmt: skip
