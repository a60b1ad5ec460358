"""Lists to import, for tests."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from portal.imports.kinds import kind_of
from portal.kernel.clock import local_date
from portal.kernel.importing.reading import open_source
from portal.kernel.importing.run import Result, run_import
from tests.conftest import NOW

TODAY = local_date(NOW)


def write_list(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write rows as CSV, the first one's keys as headings."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def import_list(session: Session, kind: str, path: Path, locales: Sequence[str] = ("en",), **more: Any) -> Result:
    """Import a file and commit."""
    found = kind_of(kind)
    assert found is not None
    session.commit()  # an import begins its own transaction
    result = run_import(session, found, open_source(path), path.parent / "errors.xlsx", NOW, locales, **more)
    session.commit()
    return result


def counts(result: Result) -> tuple[int, int, int, int, int]:
    """Return read, created, updated, unchanged, rejected."""
    tally = result.tally
    return tally.read, tally.created, tally.updated, tally.unchanged, tally.rejected


def rejected_rows(result: Result) -> list[dict[str, str]]:
    """Return the rows of the error workbook by heading."""
    if result.errors is None:
        return []
    heading, *rows = CalamineWorkbook.from_path(str(result.errors)).get_sheet_by_index(0).to_python()
    return [{str(name): str(cell) for name, cell in zip(heading, row, strict=True)} for row in rows]
