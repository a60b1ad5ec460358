"""The import of fitments: a row for each part, model, production window and range of VINs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from parts.catalogue.imports.filing import News
from parts.catalogue.imports.numbers import PartNumbers
from parts.catalogue.models import Part, PartChange, PartFitment, PartTerm
from parts.catalogue.rules.fitment import Fitment, fitment_problems
from parts.catalogue.rules.words import model_term
from parts.catalogue.words import FAULTS
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_
from portal.kernel.importing.fields import Field, hundredths, lookup, memo, parse_day, text
from portal.kernel.importing.kinds import Batch, Desk, ImportKind
from portal.kernel.importing.store import Store
from portal.kernel.importing.upsert import CREATED, UNCHANGED, UPDATED

FITMENT, TERM, CHANGE, PART = (
    cast("Table", model.__table__) for model in (PartFitment, PartTerm, PartChange, Part)
)  # fmt: skip
_SCOPE = ("part_id", "model_id", "built_from", "built_until", "vin_from", "vin_until")


class FitmentDesk(Desk):
    """Files fitments. What says nothing new of a scope is unchanged; a new quantity or note updates it."""

    def __init__(self, store: Store, today: date) -> None:
        super().__init__(store, today)
        self._codes = {row_id: code for code, row_id in store.rows("select code, id from vehicle_model")}
        models = {code: row_id for row_id, code in self._codes.items()}
        self.parsers["model_id"] = lookup(models, N_("No model has this code."))
        self._news, self._told = News(), set[tuple[int, int]]()

    def check(self, batch: Batch) -> None:
        """The part is known, and days and VINs make sense."""
        numbers = batch.values["number"]
        known = self.store.existing(PART, "number", {number for number in numbers if number}, ("number",))
        ids = {number: row_id for row_id, number in known}
        for index, number in enumerate(numbers):
            if number is not None and number not in ids:
                batch.refuse(index, "number", Fault(N_("This part is not in the catalogue.")))
        rows = zip(*(batch.column(name) for name in ("model_id", *_SCOPE[2:])), strict=True)
        for index, (model_id, first, last, vin_from, vin_until) in enumerate(rows):
            days = [date.fromisoformat(day) if day else None for day in (first, last)]
            fitment = Fitment(model_id or 0, Decimal(1), days[0], days[1], vin_from, vin_until)
            for problem in fitment_problems(fitment, ()):
                batch.refuse(index, problem.field, Fault(FAULTS[problem.code]))

    def write(self, values: dict[str, list[Any]]) -> Sequence[int]:
        """File the rows; one that was withdrawn is made anew."""
        numbers = values["number"]
        ids = {number: row_id for row_id, number in self.store.existing(PART, "number", set(numbers), ("number",))}
        size = len(numbers)
        columns = {name: values.get(name, [None] * size) for name in _SCOPE[1:]}
        columns["part_id"] = [ids[number] for number in numbers]
        kept = self._kept(set(columns["part_id"]))
        verdicts, fresh, changed = [], [], []
        for index, scope in enumerate(zip(*(columns[name] for name in _SCOPE), strict=True)):
            said = values["quantity"][index], values.get("note", [None] * size)[index]
            known = kept.get(scope)
            if known is None:
                fresh.append(index)
                verdicts.append(CREATED)
            elif known[1:] == (said[0], said[1] or known[2]):
                verdicts.append(UNCHANGED)
            else:
                changed.append((known[0], said[0], said[1] or known[2]))
                verdicts.append(UPDATED)
        self._insert(values, columns, fresh)
        if changed:
            row_ids, quantities, notes = (list(column) for column in zip(*changed, strict=True))
            self.store.update(FITMENT, row_ids, {"quantity": quantities, "note": notes})
        self._tell(columns, verdicts)
        return verdicts

    def _kept(self, part_ids: set[int]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        """Return id, quantity and note of the rows of these parts that hold, by scope."""
        names = [*_SCOPE, "quantity", "note", "withdrawn_on"]
        today, wide = self.today.isoformat(), 1 + len(_SCOPE)
        return {
            row[1:wide]: (row[0], row[wide], row[wide + 1])
            for row in self.store.existing(FITMENT, "part_id", part_ids, names)
            if row[-1] is None or row[-1] > today
        }

    def _insert(self, values: dict[str, list[Any]], columns: dict[str, list[Any]], fresh: list[int]) -> None:
        if not fresh:
            return
        notes = values.get("note", [None] * len(values["number"]))
        rows = {name: [columns[name][i] for i in fresh] for name in _SCOPE}
        rows |= {
            "quantity": [values["quantity"][i] for i in fresh], "note": [notes[i] or "" for i in fresh],
            "row_version": [1] * len(fresh),
        }  # fmt: skip
        self.store.insert(FITMENT, rows)
        wanted = dict.fromkeys((model_term(self._codes[columns["model_id"][i]]), values["number"][i]) for i in fresh)
        numbers = {number for _term, number in wanted}
        for _id, term, number in self.store.existing(TERM, "number", numbers, ("term", "number")):
            wanted.pop((term, number), None)
        if wanted:
            terms, named = (list(column) for column in zip(*wanted, strict=True))
            self.store.insert(TERM, {"term": terms, "number": named})

    def _tell(self, columns: dict[str, list[Any]], verdicts: Sequence[int]) -> None:
        """Note each part and model once."""
        for part_id, model_id, verdict in zip(columns["part_id"], columns["model_id"], verdicts, strict=True):
            if verdict != UNCHANGED and (part_id, model_id) not in self._told:
                self._told.add((part_id, model_id))
                self._news.add(part_id, "fitment", None, self._codes[model_id])

    def complete(self, session: Session, source: str, now: datetime) -> None:
        """Tell everybody what is new."""
        del source
        self._news.publish(session, now)


KIND = ImportKind(
    key="fitments",
    title=N_("What fits which car"),
    fields=(
        Field("number", "配件号", "Part number", PartNumbers, required=True,
              aliases=("零件号", "配件编号", "number"), example="4L0698151A"),
        Field("model_id", "车型代码", "Model code", text(32, str.upper), required=True, aliases=("适用车型", "车型"),
              example="M001"),
        Field("quantity", "单车用量", "Quantity per vehicle", memo(hundredths(Decimal("0.01"), Decimal(9999))),
              required=True, aliases=("用量",), example="1"),
        Field("built_from", "生产日期起", "Built from", memo(parse_day), example="2024-03-01",
              note=N_("Empty: from the model's first car on.")),
        Field("built_until", "生产日期止", "Built until", memo(parse_day), example="2025-08-31",
              note=N_("Empty: until its last one.")),
        Field("vin_from", "起始VIN", "First VIN", text(17, str.upper), aliases=("VIN起",), example="",
              note=N_("A range of VINs needs both ends; empty: every VIN.")),
        Field("vin_until", "截止VIN", "Last VIN", text(17, str.upper), aliases=("VIN止",), example=""),
        Field("note", "备注", "Note", text(120), example=""),
    ),
    natural_key=("number", "model_id", "built_from", "built_until", "vin_from", "vin_until"),
    tables=(PART, FITMENT, TERM, CHANGE),
    desk=FitmentDesk,
)  # fmt: skip
