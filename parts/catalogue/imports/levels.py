"""The import of the levels between model and part: systems, and the assemblies of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import Table

from parts.catalogue.imports.suppliers import parse_code
from parts.catalogue.models import PartGroup
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_
from portal.kernel.importing.fields import Field, memo, text
from portal.kernel.importing.kinds import Batch, Desk, ImportKind
from portal.kernel.importing.store import Store
from portal.kernel.importing.upsert import Upsert

GROUP = cast("Table", PartGroup.__table__)


class LevelDesk(Desk):
    """Files systems, then their assemblies; a system stands above its assemblies in the list, or is known."""

    def __init__(self, store: Store, today: date) -> None:
        super().__init__(store, today)
        self._levels = Upsert(store, GROUP, ("code",))
        self._parents = dict(store.rows("select code, parent_id from part_group"))
        self._ids = dict(store.rows("select code, id from part_group"))

    def check(self, batch: Batch) -> None:
        """An assembly's system is a system, and no level moves."""
        for index, (code, parent) in enumerate(zip(batch.values["code"], batch.column("parent"), strict=True)):
            if code is None:
                continue
            if parent is not None and self._parents.get(parent, "") is not None:
                batch.refuse(index, "parent", Fault(N_("No system has this code; it stands above its assemblies.")))
                continue
            known = self._parents.get(code, "")
            moved = known != "" and known != (parent if isinstance(known, str) else self._ids.get(parent))
            if moved:
                batch.refuse(index, "code", Fault(N_("This level stands elsewhere already, and stays there.")))
            elif known == "" and index not in batch.wrong:
                self._parents[code] = parent

    def write(self, values: dict[str, list[Any]]) -> Sequence[int]:
        """File systems first, so that their keys are known to their assemblies."""
        size = len(values["code"])
        parents = values.get("parent", [None] * size)
        verdicts = [0] * size
        for wanted in (False, True):
            places = [index for index, parent in enumerate(parents) if (parent is not None) is wanted]
            for place, verdict in zip(places, self._file(values, parents, places), strict=True):
                verdicts[place] = verdict
        return verdicts

    def _file(self, values: dict[str, list[Any]], parents: list[str | None], places: list[int]) -> Sequence[int]:
        if not places:
            return []
        names = [name for name in ("code", "name_zh", "name_en") if name in values]
        columns: dict[str, list[Any]] = {name: [values[name][i] for i in places] for name in names}
        columns["parent_id"] = [self._ids.get(parents[i] or "") for i in places]
        english = zip(columns.get("name_en", [None] * len(places)), columns["name_zh"], strict=True)
        verdicts = self._levels.write(columns, {"name_en": [en or zh for en, zh in english]}).verdicts
        rows = self.store.existing(GROUP, "code", set(columns["code"]), ("code",))
        self._ids.update({code: row_id for row_id, code in rows})
        return verdicts


KIND = ImportKind(
    key="part-levels",
    title=N_("Systems and assemblies"),
    fields=(
        Field("code", "代码", "Code", memo(parse_code), required=True, aliases=("组号", "分组号", "总成代码", "code"),
              example="3501"),
        Field("parent", "上级代码", "Belongs to", memo(parse_code), aliases=("系统代码", "上级"), example="35",
              note=N_("Empty for a system; the system's code for an assembly.")),
        Field("name_zh", "名称", "Name (Chinese)", text(80), required=True, aliases=("中文名称", "name"),
              example="前制动器"),
        Field("name_en", "英文名称", "Name (English)", text(120), aliases=("english name",), example="Front brakes"),
    ),
    natural_key=("code",),
    tables=(GROUP,),
    desk=LevelDesk,
)  # fmt: skip
