from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.models import VehicleModel
from portal.kernel.audit import AuditEntry
from portal.kernel.errors import DomainError
from tests.support.lists import counts, import_list, rejected_rows, write_list

REAL = Path(__file__).parents[2] / "data" / "dealers-real.csv"


def test_a_real_network_is_imported_and_its_double_code_refused_on_both_rows(session: Session, tmp_path: Path) -> None:
    path = Path(shutil.copy(REAL, tmp_path))
    result = import_list(session, "dealers", path, ("zh_CN", "en"))
    assert counts(result) == (573, 571, 0, 0, 2)
    assert [(row["行号"], row["出错列"], row["出错值"]) for row in rejected_rows(result)] == [
        ("64.0", "经销商代码", "A08752"),
        ("65.0", "经销商代码", "A08752"),
    ]
    first, second = rejected_rows(result)
    assert "65" in first["Reason"]
    assert "64" in second["Reason"]
    assert first["经销商名称"] == "宜兴市德森汽车销售服务有限公司"
    assert session.scalar(select(func.count(Dealer.id))) == 571
    dealer = session.scalars(select(Dealer).where(Dealer.code == "A12075")).one()
    assert (dealer.state, dealer.uscc, dealer.longitude) == ("open", None, "121.55012618634")


def test_run_again_it_changes_nothing(session: Session, tmp_path: Path) -> None:
    path = Path(shutil.copy(REAL, tmp_path))
    import_list(session, "dealers", path)
    assert counts(import_list(session, "dealers", path)) == (573, 0, 0, 571, 2)


def test_the_mended_error_workbook_is_imported_as_it_is(session: Session, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    result = import_list(session, "dealers", Path(shutil.copy(REAL, tmp_path)))
    assert result.errors is not None
    book = load_workbook(result.errors)
    column = next(cell.column for cell in book.active[1] if cell.value == "经销商代码")
    book.active.cell(3, column).value = "A08753"
    book.save(tmp_path / "mended.xlsx")
    again = import_list(session, "dealers", tmp_path / "mended.xlsx")
    assert counts(again) == (2, 2, 0, 0, 0)
    assert again.notes == ()


def test_a_change_is_an_update_and_an_empty_cell_changes_nothing(session: Session, tmp_path: Path) -> None:
    row = {"区域": "东区", "省份": "上海", "城市": "上海", "经销商代码": "D1", "经销商名称": "一", "电话": "021-1"}
    import_list(session, "dealers", write_list(tmp_path / "a.csv", [row]))
    changed = row | {"经销商名称": "二", "电话": ""}
    assert counts(import_list(session, "dealers", write_list(tmp_path / "b.csv", [changed]))) == (1, 0, 1, 0, 0)
    session.expire_all()
    dealer = session.scalars(select(Dealer)).one()
    assert (dealer.name, dealer.phone, dealer.row_version) == ("二", "021-1", 2)


def test_exact_repeats_are_unchanged_and_told(session: Session, tmp_path: Path) -> None:
    row = {"车型代码": "M1", "车系": "远行", "车型名称": "远行一"}
    result = import_list(session, "models", write_list(tmp_path / "a.csv", [row, row | {"车型代码": "M2"}, row]))
    assert counts(result) == (3, 2, 0, 1, 0)
    assert [note.facts["rows"] for note in result.notes] == ["4"]


def test_headings_are_matched_and_strange_ones_told(session: Session, tmp_path: Path) -> None:
    row = {" Model Code ": "M1", "SERIES": "S", "名称": "N", "Mood": "good"}
    result = import_list(session, "models", write_list(tmp_path / "a.csv", [row]))
    assert counts(result) == (1, 1, 0, 0, 0)
    assert [note.facts["columns"] for note in result.notes] == ["Mood"]


def test_all_missing_headings_are_named_at_once_and_nothing_is_written(session: Session, tmp_path: Path) -> None:
    with pytest.raises(DomainError) as refused:
        import_list(session, "models", write_list(tmp_path / "a.csv", [{"车型代码": "M1"}]))
    (fault,) = refused.value.faults
    assert fault.facts["columns"] in {"车系, 车型名称", "Series, Name (Chinese)"}


def test_every_wrong_cell_of_a_row_is_told(session: Session, tmp_path: Path) -> None:
    row = {"车型代码": "M1", "车系": "", "车型名称": "x", "动力类型": "steam", "包修期（月）": "12"}
    result = import_list(session, "models", write_list(tmp_path / "a.csv", [row]))
    (told,) = rejected_rows(result)
    assert told["Column"] == "Series; Powertrain; Repair months"
    assert told["Value"] == "steam; 12"
    assert "petrol, hybrid, electric" in told["Reason"]
    assert "36" in told["Reason"]


def test_a_row_with_more_cells_than_headings_is_refused(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("车型代码,车系,车型名称\nM1,a,b,c\nM2,a,b,\nM3,a\n", encoding="utf-8")
    result = import_list(session, "models", path)
    assert counts(result) == (3, 1, 0, 0, 2)
    assert [row["Row"] for row in rejected_rows(result)] == ["2.0", "4.0"]


def test_an_import_leaves_one_trace_with_who_what_and_the_counts(session: Session, tmp_path: Path) -> None:
    import_list(session, "dealers", Path(shutil.copy(REAL, tmp_path)))
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "import")).one()
    assert (entry.actor, entry.table_name) == ("test", "dealer")
    assert entry.changes["file"] == "dealers-real.csv"
    assert len(entry.changes["sha256"]) == 64
    assert (entry.changes["read"], entry.changes["created"], entry.changes["rejected"]) == (573, 571, 2)


def test_nothing_is_half_written_when_the_file_breaks_off(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = "".join(f"M{number},a,b\n" for number in range(10_500))
    path.write_text(f'车型代码,车系,车型名称\n{rows}"open,1', encoding="utf-8")
    with pytest.raises(DomainError):
        import_list(session, "models", path)
    assert session.scalar(select(func.count(VehicleModel.id))) == 0
    assert not (tmp_path / "errors.xlsx").exists()


def test_with_progress_the_check_comes_first_and_counts_up(session: Session, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = Path(shutil.copy(REAL, tmp_path))
    result = import_list(session, "dealers", path, progress=lambda done, total: told.append((done, total)))
    assert counts(result) == (573, 571, 0, 0, 2)
    assert told == [(573, 573)]


CELLS = st.sampled_from(["M1", "M2", "M3", " m2 ", "", "x" * 40, "远"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELLS, st.sampled_from(["a", "b", ""]), st.sampled_from(["24", "1", "x", ""])), min_size=1))
def test_every_row_lands_in_exactly_one_place(
    session: Session, tmp_path: Path, rows: list[tuple[str, str, str]]
) -> None:
    given = [{"车型代码": code, "车系": series, "车型名称": "n", "三包有效期（月）": months}
             for code, series, months in rows]  # fmt: skip
    path = write_list(tmp_path / "a.csv", given)
    for _run in range(2):
        result = import_list(session, "models", path)
        read, created, updated, unchanged, rejected = counts(result)
        assert read == len(rows) == created + updated + unchanged + rejected
        assert len(rejected_rows(result)) == rejected
    assert created == updated == 0
