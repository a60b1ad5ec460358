"""The workbook that a supplier gets and answers on: the lines of a demand, with three empty columns at the end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.money import ZERO
from warranty.recovery.imports import CHOICES, KIND
from warranty.recovery.models import Recovery, RecoveryLine
from warranty.recovery.queries.recoveries import shown_lines, supplier_of
from warranty.recovery.rules.answers import ACCEPTED, PARTLY, REJECTED

#: It goes to a Chinese company, with English beside, whatever language its sender reads.
KIND_NAMES = {"labour": "工时 Labour", "part": "材料 Material", "handling": "配件管理费 Handling fee"}
SAID = dict(zip((ACCEPTED, PARTLY, REJECTED), CHOICES, strict=True))
#: Heading, width, and what stands in a cell; the headings that the import reads are its own.
COLUMNS: tuple[tuple[str, int, str], ...] = (
    ("追偿单号", 24, "number"), ("明细序号", 10, "position"), ("索赔单号 Claim", 24, "claim"),
    ("车架号 VIN", 20, "vin"), ("主因件 Causal part", 18, "part"), ("类别 Kind", 20, "kind"), ("名称 Name", 24, "name"),
    ("完工日期 Completed", 12, "done_on"), ("协议号 Contract", 24, "contract"), ("总部承担 Borne", 14, "basis"),
    ("比例 Share %", 10, "share"), ("本次追偿 Asked", 14, "asked"),
    ("供应商答复", 12, "outcome"), ("认可金额", 14, "accepted"), ("供应商说明", 36, "reason"),
)  # fmt: skip
MONEY, FIGURES = ("basis", "asked", "accepted"), ("position", "share")
ANSWERS = tuple(field.zh for field in KIND.fields if field.key in ("outcome", "amount", "reason"))


def write_answer_list(session: Session, recovery: Recovery, path: Path) -> int:
    """Write the workbook and return how many lines it has; answers that are known already stand in it."""
    from xlsxwriter import Workbook

    rows = session.execute(shown_lines(recovery.id).where(RecoveryLine.asked > ZERO)).all()
    book = Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    try:
        sheet = book.add_worksheet(supplier_of(session, recovery).code)
        _head(book, sheet, len(rows))
        money, answer = book.add_format({"num_format": "#,##0.00"}), book.add_format({"bg_color": "#FFF8D6"})
        priced = book.add_format({"bg_color": "#FFF8D6", "num_format": "#,##0.00"})
        for line, row in enumerate(rows, start=1):
            for place, (heading, _width, key) in enumerate(COLUMNS):
                shape = (priced if key in MONEY else answer) if heading in ANSWERS else money if key in MONEY else None
                _cell(sheet, (line, place), _value(row, key, recovery), shape)
    finally:
        book.close()
    return len(rows)


def _head(book: Any, sheet: Any, lines: int) -> None:
    bold = book.add_format({"bold": True, "bg_color": "#EEF2F6", "bottom": 1})
    sheet.freeze_panes(1, 2)
    for place, (heading, width, key) in enumerate(COLUMNS):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, bold)
        if key == "outcome":
            sheet.data_validation(1, place, max(lines, 1), place, {"validate": "list", "source": list(CHOICES)})


def _value(row: Any, key: str, recovery: Recovery) -> Any:
    if key == "number":
        return recovery.number
    value = getattr(row, key)
    if key == "kind":
        return KIND_NAMES.get(value, value)
    if key == "outcome":
        return SAID.get(value, "")
    if key == "accepted" and row.outcome != PARTLY:
        return None
    return value.isoformat() if key == "done_on" else value


def _cell(sheet: Any, place: tuple[int, int], value: Any, shape: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(*place, None, shape)
    elif isinstance(value, str):
        sheet.write_string(*place, value, shape)
    else:
        sheet.write_number(*place, value, shape)
