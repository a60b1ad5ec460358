"""The import of overlapping labour operations (重叠工时)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table

from dealers.service.models import LabourOperation, LabourOverlap
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_
from portal.kernel.importing.fields import Field, hundredths, memo, text
from portal.kernel.importing.kinds import Batch, Desk, ImportKind
from portal.kernel.importing.store import Store
from portal.kernel.importing.upsert import Upsert

OVERLAP, OPERATION = cast("Table", LabourOverlap.__table__), cast("Table", LabourOperation.__table__)
UNKNOWN = N_("No labour operation has this code. Import the operations first.")
ITSELF = N_("An operation does not contain itself.")
ROUND = N_("%(contained)s contains %(code)s already: two operations cannot contain each other.")


class OverlapDesk(Desk):
    """Files which operation contains which; a pair that is there already only gets other hours."""

    def __init__(self, store: Store, today: date) -> None:
        super().__init__(store, today)
        self._codes = {code for (code,) in store.rows("select distinct code from labour_operation")}
        self._pairs = {(code, inner) for code, inner in store.rows("select code, contained from labour_overlap")}
        self._overlaps = Upsert(store, OVERLAP, ("code", "contained"), {})

    def check(self, batch: Batch) -> None:
        """Refuse unknown codes, an operation within itself, and two that contain each other."""
        for index, (code, inner) in enumerate(zip(batch.column("code"), batch.column("contained"), strict=True)):
            for name, value in (("code", code), ("contained", inner)):
                if value and value not in self._codes:
                    batch.refuse(index, name, Fault(UNKNOWN))
            if code and code == inner:
                batch.refuse(index, "contained", Fault(ITSELF))
            elif (inner, code) in self._pairs:
                batch.refuse(index, "contained", Fault(ROUND, None, {"code": code, "contained": inner}))
            elif code and inner:
                self._pairs.add((code, inner))

    def write(self, values: dict[str, list[Any]]) -> Sequence[int]:
        """File overlaps by both codes."""
        columns = {name: values[name] for name in ("code", "contained")}
        columns["hours"] = values.get("hours", [None] * len(values["code"]))
        return self._overlaps.write(columns, {}).verdicts


KIND = ImportKind(
    key="labour-overlaps",
    title=N_("Overlapping labour operations"),
    fields=(
        Field("code", "工时代码", "Operation code", text(24, str.upper), required=True,
              aliases=("作业代码", "主作业代码", "code"), example="EN0801"),
        Field("contained", "包含工时代码", "Contained operation", text(24, str.upper), required=True,
              aliases=("重叠工时代码", "被包含作业", "contained"), example="CO0102"),
        Field("hours", "重叠工时", "Hours taken off", memo(hundredths(Decimal("0.00"), Decimal(999))),
              aliases=("扣减工时", "hours"), example="0.50",
              note=N_("The whole contained operation if empty; 0 takes nothing off any more.")),
    ),
    natural_key=("code", "contained"),
    tables=(OVERLAP,),
    desk=OverlapDesk,
)  # fmt: skip
