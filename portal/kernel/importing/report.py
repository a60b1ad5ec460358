"""Workbooks of an import: the rejected rows with their reasons, and the empty template."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from portal.kernel.errors import Fault
from portal.kernel.i18n import N_, _, force_locale, say
from portal.kernel.importing.binding import REPORT_HEADINGS, Binding
from portal.kernel.importing.kinds import CellFault, ImportKind

#: Rows of one sheet; Excel's own limit is a little above.
SHEET_ROWS = 1_000_000
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class ErrorBook:
    """The workbook of rejected rows: number, columns, values, reasons, then the row as it was.

    It is written row by row and can be mended and imported again. Nothing is put in place before
    `close`: a run that begins anew drops the book.
    """

    def __init__(self, path: Path, binding: Binding, locales: Sequence[str]) -> None:
        from xlsxwriter import Workbook

        self.path, self._binding, self._locales = path, binding, tuple(locales)
        self._folder = Path(tempfile.mkdtemp(prefix="sanbao-import-"))
        self._book = Workbook(str(self._folder / "errors.xlsx"), {**_OPTIONS, "tmpdir": str(self._folder)})
        self._bold = self._book.add_format({"bold": True, "bg_color": "#F2F2F2", "bottom": 1})
        self._text = self._book.add_format({"num_format": "@"})
        self._wrap = self._book.add_format({"text_wrap": True, "valign": "top", "font_color": "#9C0006"})
        self._words: dict[tuple[Any, ...], str] = {}
        self._next = 0
        self._begin_sheet()

    def add(self, number: int, row: Sequence[str], faults: Sequence[CellFault]) -> None:
        """Write one rejected row."""
        if self._next > SHEET_ROWS:
            self._begin_sheet()
        lead = self._locales[0]
        columns = list(dict.fromkeys(item.field.heading(lead) for item in faults if item.field is not None))
        values = list(dict.fromkeys(item.value for item in faults if item.value))
        cells = [number, "; ".join(columns), "; ".join(values)]
        cells += [
            "\n".join(dict.fromkeys(self._say(item.fault, locale) for item in faults)) for locale in self._locales
        ]
        sheet, at = self._sheet, self._next
        sheet.write_number(at, 0, number)
        for place, cell in enumerate(cells[1:], 1):
            sheet.write_string(at, place, str(cell), self._wrap)
        for place, source in enumerate(self._binding.originals, len(cells)):
            sheet.write_string(at, place, row[source] if source < len(row) else "", self._text)
        self._next += 1

    def close(self) -> None:
        """Put the workbook in its place."""
        self._book.close()
        shutil.move(self._folder / "errors.xlsx", self.path)
        shutil.rmtree(self._folder, ignore_errors=True)

    def drop(self) -> None:
        """Forget the workbook; its temporary files are closed first."""
        self._book.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _begin_sheet(self) -> None:
        self._sheet = self._book.add_worksheet()
        english = int(self._locales[0] == "en")
        lead = [REPORT_HEADINGS[key][english] for key in ("row", "columns", "values")]
        lead += [REPORT_HEADINGS[locale][english] for locale in self._locales]
        self._sheet.freeze_panes(1, 0)
        widths = [8, 18, 24, *([48] * len(self._locales))]
        for place, width in enumerate(widths):
            self._sheet.set_column(place, place, width)
        self._sheet.set_column(len(widths), len(widths) + len(self._binding.headings), 16)
        headings = [self._binding.headings[place] for place in self._binding.originals]
        for place, heading in enumerate([*lead, *headings]):
            self._sheet.write_string(0, place, heading, self._bold)
        self._next = 1

    def _say(self, fault: Fault, locale: str) -> str:
        key = (locale, fault.message, *fault.facts.values())
        if key not in self._words:
            with force_locale(locale):
                if len(self._words) > SHEET_ROWS // 10:
                    self._words.clear()
                self._words[key] = say(fault)
        return self._words[key]


def write_template(kind: ImportKind, path: Path, locale: str) -> None:
    """Write an empty list to fill in: the headings on the first sheet, what they mean on the second."""
    from xlsxwriter import Workbook

    with Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book, force_locale(locale):
        required = book.add_format({"bold": True, "bg_color": "#FCE4D6", "bottom": 1})
        optional = book.add_format({"bold": True, "bg_color": "#F2F2F2", "bottom": 1})
        text = book.add_format({"num_format": "@"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        sheet, notes = book.add_worksheet(_(kind.title)[:31]), book.add_worksheet(_("How to fill it in"))
        sheet.freeze_panes(1, 0)
        for place, item in enumerate(kind.fields):
            sheet.set_column(place, place, max(12, len(item.example) + 4), text)
            sheet.write_string(0, place, item.heading(locale), required if item.required else optional)
        for place, (heading, width) in enumerate(
            ((_("Column"), 22), (_("Required"), 10), (_("Example"), 24), (_("Meaning"), 70))
        ):
            notes.set_column(place, place, width)
            notes.write_string(0, place, heading, optional)
        for at, item in enumerate(kind.fields, 1):
            notes.write_string(at, 0, item.heading(locale))
            notes.write_string(at, 1, _("yes") if item.required else "")
            notes.write_string(at, 2, item.example)
            notes.write_string(at, 3, _(item.note) if item.note else "", wrap)


def sentence(counts: Mapping[str, int]) -> Fault:
    """Return one plain sentence about what an import did."""
    return Fault(
        N_("%(read)s rows read: %(created)s created, %(updated)s updated, %(unchanged)s unchanged, "
           "%(rejected)s rejected."),
        facts=dict(counts),
    )  # fmt: skip
