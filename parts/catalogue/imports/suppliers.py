"""The import of suppliers, and how a list of parts names them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import Table

from parts.catalogue.models import Supplier
from parts.catalogue.rules.facts import is_code
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_
from portal.kernel.importing.fields import CellError, Field, memo, parse_day, text
from portal.kernel.importing.kinds import Batch, Desk, ImportKind
from portal.kernel.importing.store import Store
from portal.kernel.importing.upsert import Upsert
from portal.kernel.pinyin import initials

SUPPLIER = cast("Table", Supplier.__table__)
#: The codes of suppliers that came with a name only.
_MADE = re.compile(r"S(\d{4,})")


def parse_code(written: str) -> str:
    """Read a code that can stand in an address."""
    code = written.upper()
    if not is_code(code):
        raise CellError(N_("A code has letters, figures, hyphens and dots only."))
    return code


class SupplierDesk(Desk):
    """Files suppliers; without an English name the Chinese one stands in."""

    def __init__(self, store: Store, today: date) -> None:
        super().__init__(store, today)
        self._suppliers = Upsert(store, SUPPLIER, ("code",), {"row_version": 1})

    def write(self, values: dict[str, list[Any]]) -> Sequence[int]:
        """File suppliers by their codes."""
        english = values.get("name_en", [None] * len(values["code"]))
        names = [en or zh for en, zh in zip(english, values["name_zh"], strict=True)]
        columns = {**values, "initials": [initials(name) for name in values["name_zh"]]}
        return self._suppliers.write(columns, {"name_en": names}).verdicts


class SupplierBook:
    """Finds the suppliers that a list of parts names, by code or by name; registers those it does not find.

    A list that has only names cannot wait until somebody has typed codes for all of them: such a
    supplier gets the next free code ``S0001``, and the import tells so.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        rows = store.rows("select id, code, name_zh from supplier")
        self._by_code = {code: row_id for row_id, code, _name in rows}
        self._by_name = {name: row_id for row_id, _code, name in rows}
        numbers = [int(found[1]) for code in self._by_code if (found := _MADE.fullmatch(code))]
        self._last = max(numbers, default=0)
        self.registered: list[str] = []

    def check(self, batch: Batch) -> None:
        """Refuse a code that nobody has where no name says whose it is."""
        for index, (code, name) in enumerate(zip(batch.column("supplier_code"), batch.column("supplier"), strict=True)):
            if code is not None and name is None and code not in self._by_code:
                message = N_("No supplier has this code. Write the supplier's name beside it, or import the suppliers.")
                batch.refuse(index, "supplier_code", Fault(message))

    def ids(self, values: dict[str, list[Any]]) -> list[int | None]:
        """Return the key of each row's supplier, None where the row names none."""
        size = len(values["number"])
        codes, names = values.get("supplier_code", [None] * size), values.get("supplier", [None] * size)
        wanted = dict.fromkeys(zip(codes, names, strict=True))
        self._register([pair for pair in wanted if pair != (None, None) and self._find(*pair) is None])
        return [self._find(code, name) for code, name in zip(codes, names, strict=True)]

    def _find(self, code: str | None, name: str | None) -> int | None:
        return self._by_code.get(code) if code is not None else self._by_name.get(name or "")

    def _register(self, pairs: list[tuple[str | None, str | None]]) -> None:
        fresh: dict[str, str] = {}
        for code, name in pairs:
            assert name is not None  # noqa: S101  (`check` refused the others; narrows the type)
            if code is None and name in fresh.values():
                continue
            if code is None:
                self._last += 1
                code = f"S{self._last:04d}"  # noqa: PLW2901  (the code that the supplier gets)
            fresh.setdefault(code, name)
        if not fresh:
            return
        ids = self._store.allocate(SUPPLIER, len(fresh))
        names = list(fresh.values())
        self._store.insert(SUPPLIER, {
            "id": list(ids), "code": list(fresh), "name_zh": names, "name_en": names,
            "initials": [initials(name) for name in names], "row_version": [1] * len(names),
        })  # fmt: skip
        for row_id, (code, name) in zip(ids, fresh.items(), strict=True):
            self._by_code[code] = row_id
            self._by_name.setdefault(name, row_id)
            self.registered.append(f"{code} {name}")


KIND = ImportKind(
    key="suppliers",
    title=N_("Suppliers"),
    fields=(
        Field("code", "供应商代码", "Supplier code", memo(parse_code), required=True,
              aliases=("代码", "供应商编号", "code"), example="G1042"),
        Field("name_zh", "供应商名称", "Name (Chinese)", text(80), required=True,
              aliases=("名称", "中文名称", "name"), example="烟台信制汽车制动有限公司"),
        Field("name_en", "英文名称", "Name (English)", text(120), aliases=("english name",),
              example="Yantai Xinzhi Brake"),
        Field("contact", "联系人", "Contact", text(80), example="王工"),
        Field("phone", "电话", "Phone", text(32), aliases=("联系电话",), example="0535-6000001"),
        Field("email", "电子邮箱", "E-mail", text(120), aliases=("邮箱", "email"), example="quality@example.cn"),
        Field("address", "地址", "Address", text(255), example="山东省烟台市福山区永达街1号"),
        Field("closed_on", "停用日期", "Closed on", memo(parse_day), example="",
              note=N_("From this day on nothing new is bought from the supplier.")),
    ),
    natural_key=("code",),
    tables=(SUPPLIER,),
    desk=SupplierDesk,
)  # fmt: skip
