from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parts.catalogue.lists.parts import PARTS
from parts.catalogue.models import Part, PartChange, PartFitment, PartGroup, PartPrice, PartTerm, Supplier
from portal.kernel.listing import fetch_page
from tests.factories.catalogue import make_part, make_supplier
from tests.factories.vehicles import make_model, make_vin
from tests.support.lists import counts, import_list, rejected_rows, write_list

ROW = {
    "配件号": "P1", "配件名称": "前制动片", "单位": "套", "供应商": "华东制动", "总成": "制动系统", "单车用量": "1",
    "替代件号": "", "价格生效日期": "2026-01-01", "经销商价": "180", "索赔价": "198.00", "零售价": "260",
}  # fmt: skip


def test_a_part_has_a_row_for_each_price(session: Session, tmp_path: Path) -> None:
    path = write_list(tmp_path / "a.csv", [ROW, ROW | {"价格生效日期": "2026-07-01", "零售价": "270"}])
    assert counts(import_list(session, "parts", path)) == (2, 2, 0, 0, 0)
    assert counts(import_list(session, "parts", path)) == (2, 0, 0, 2, 0)
    part = session.scalars(select(Part)).one()
    assert (part.initials, part.component, part.per_vehicle, part.special) == ("qzdp", "brakes", Decimal(1), False)
    prices = session.scalars(select(PartPrice).order_by(PartPrice.valid_from)).all()
    assert [price.retail for price in prices] == [Decimal("260.00"), Decimal("270.00")]


def test_a_new_name_updates_the_part_a_new_day_adds_a_price(session: Session, tmp_path: Path) -> None:
    import_list(session, "parts", write_list(tmp_path / "a.csv", [ROW]))
    renamed = write_list(tmp_path / "b.csv", [ROW | {"配件名称": "前刹车片"}])
    assert counts(import_list(session, "parts", renamed)) == (1, 0, 1, 0, 0)
    priced = write_list(tmp_path / "c.csv", [ROW | {"配件名称": "前刹车片", "价格生效日期": "2026-12-01"}])
    assert counts(import_list(session, "parts", priced)) == (1, 1, 0, 0, 0)
    session.expire_all()
    assert session.scalars(select(Part.initials)).all() == ["qscp"]


def test_rows_that_call_one_part_differently_are_all_refused(session: Session, tmp_path: Path) -> None:
    rows = [ROW, ROW | {"价格生效日期": "2026-07-01", "配件名称": "后制动片"}, ROW | {"配件号": "P2"}]
    result = import_list(session, "parts", write_list(tmp_path / "a.csv", rows))
    assert counts(result) == (3, 1, 0, 0, 2)
    assert ["3" in row["Reason"] for row in rejected_rows(result)] == [True, False]


def test_a_circle_of_replacements_is_refused_and_the_rest_imported(session: Session, tmp_path: Path) -> None:
    links = {"P1": "P2", "P2": "P3", "P3": "P2", "P4": "P4", "P5": ""}
    rows = [ROW | {"配件号": number, "替代件号": following} for number, following in links.items()]
    result = import_list(session, "parts", write_list(tmp_path / "a.csv", rows))
    assert counts(result) == (5, 2, 0, 0, 3)
    assert [(row["配件号"], row["Row"]) for row in rejected_rows(result)] == [
        ("P2", "3.0"), ("P3", "4.0"), ("P4", "5.0"),
    ]  # fmt: skip
    assert session.scalar(select(func.count(Part.id))) == 2


def test_a_circle_that_closes_over_the_database_is_refused(session: Session, tmp_path: Path) -> None:
    import_list(session, "parts", write_list(tmp_path / "a.csv", [ROW | {"替代件号": "P2"}]))
    back = write_list(tmp_path / "b.csv", [ROW | {"配件号": "P2", "替代件号": "P1"}])
    assert counts(import_list(session, "parts", back)) == (1, 0, 0, 0, 1)


def test_suppliers_are_found_by_code_or_name_and_registered_by_name(session: Session, tmp_path: Path) -> None:
    make_supplier(session, "G1", "华东制动")
    rows = [
        ROW | {"供应商代码": "G1", "供应商": ""},
        ROW | {"配件号": "P2", "供应商代码": "", "供应商": "华东制动"},
        ROW | {"配件号": "P3", "供应商代码": "", "供应商": "宁波华辰"},
        ROW | {"配件号": "P4", "供应商代码": "G7", "供应商": "苏州恒密"},
        ROW | {"配件号": "P5", "供应商代码": "G8", "供应商": ""},
    ]
    result = import_list(session, "parts", write_list(tmp_path / "a.csv", rows))
    assert counts(result) == (5, 4, 0, 0, 1)
    assert [(row["配件号"], row["Column"]) for row in rejected_rows(result)] == [("P5", "Supplier code")]
    found = session.execute(
        select(Part.number, Supplier.code, Supplier.name_zh).join(Supplier, Supplier.id == Part.supplier_id)
    ).all()
    assert sorted(map(tuple, found)) == [
        ("P1", "G1", "华东制动"), ("P2", "G1", "华东制动"), ("P3", "S0001", "宁波华辰"), ("P4", "G7", "苏州恒密"),
    ]  # fmt: skip
    assert any("S0001 宁波华辰" in note.facts.get("suppliers", "") for note in result.notes)
    again = import_list(session, "parts", write_list(tmp_path / "b.csv", [rows[2] | {"配件号": "P6"}]))
    assert counts(again) == (1, 1, 0, 0, 0)
    assert session.scalar(select(func.count(Supplier.id))) == 3


def test_a_list_of_suppliers_fills_in_what_is_missing(session: Session, tmp_path: Path) -> None:
    make_supplier(session, "S0001", "宁波华辰")
    rows = [
        {
            "供应商代码": "s0001",
            "供应商名称": "宁波华辰汽车零部件",
            "联系人": "王工",
            "停用日期": "2026-12-01",
        },
        {"供应商代码": "G 1", "供应商名称": "坏代码", "联系人": "", "停用日期": ""},
    ]
    result = import_list(session, "suppliers", write_list(tmp_path / "a.csv", rows))
    assert counts(result) == (2, 0, 1, 0, 1)
    session.expire_all()
    supplier = session.scalars(select(Supplier)).one()
    assert (supplier.contact, supplier.closed_on, supplier.initials) == ("王工", date(2026, 12, 1), "nbhcqclbj")


def test_levels_are_filed_systems_first_and_parts_find_their_assembly(session: Session, tmp_path: Path) -> None:
    rows = [
        {"代码": "35", "上级代码": "", "名称": "制动系统"},
        {"代码": "3501", "上级代码": "35", "名称": "前制动器"},
        {"代码": "3601", "上级代码": "36", "名称": "没有系统"},
        {"代码": "35011", "上级代码": "3501", "名称": "总成的总成"},
    ]
    path = write_list(tmp_path / "a.csv", rows)
    result = import_list(session, "part-levels", path)
    assert counts(result) == (4, 2, 0, 0, 2)
    assert [row["代码"] for row in rejected_rows(result)] == ["3601", "35011"]
    assert counts(import_list(session, "part-levels", path)) == (4, 0, 0, 2, 2)
    moved = write_list(tmp_path / "b.csv", [{"代码": "3501", "上级代码": "", "名称": "前制动器"}])
    assert counts(import_list(session, "part-levels", moved)) == (1, 0, 0, 0, 1)
    parts = [ROW | {"总成代码": "3501"}, ROW | {"配件号": "P2", "总成代码": "35"}]
    result = import_list(session, "parts", write_list(tmp_path / "c.csv", parts))
    assert counts(result) == (2, 1, 0, 0, 1)  # a system is no assembly
    assembly = select(PartGroup.code).join(Part, Part.group_id == PartGroup.id)
    assert session.scalar(assembly) == "3501"


def test_interchangeability_comes_with_the_replacement(session: Session, tmp_path: Path) -> None:
    rows = [ROW | {"替代件号": "P2", "互换性": "双向互换"}, ROW | {"配件号": "P2", "互换性": "也许"}]
    result = import_list(session, "parts", write_list(tmp_path / "a.csv", rows))
    assert counts(result) == (2, 1, 0, 0, 1)
    assert session.execute(select(Part.superseded_by, Part.interchange)).one() == ("P2", "both_ways")
    import_list(session, "parts", write_list(tmp_path / "b.csv", [ROW | {"替代件号": "P3"}]))
    session.expire_all()
    assert session.execute(select(Part.superseded_by, Part.interchange)).one() == ("P3", "both_ways")


VINS = {"起始VIN": "", "截止VIN": ""}


def test_fitments_are_filed_and_what_is_known_changes_nothing(session: Session, tmp_path: Path) -> None:
    make_part(session, "P1")
    make_model(session, code="M001")
    row = {
        "配件号": "P1",
        "车型代码": "M001",
        "单车用量": "2",
        "生产日期起": "2025-01-01",
        "起始VIN": "",
        "截止VIN": "",
    }
    rows = [
        row, row | {"生产日期起": ""}, row | {"配件号": "P9"}, row | {"车型代码": "M9"},
        row | {"起始VIN": make_vin(1)}, row | {"起始VIN": make_vin(1), "截止VIN": make_vin(9)},
    ]  # fmt: skip
    result = import_list(session, "fitments", write_list(tmp_path / "a.csv", rows))
    assert counts(result) == (6, 3, 0, 0, 3)
    assert [row["Row"] for row in rejected_rows(result)] == ["4.0", "5.0", "6.0"]
    assert session.scalars(select(PartTerm.number).where(PartTerm.term == "@M001")).all() == ["P1"]
    told = select(PartChange.detail).where(PartChange.kind == "fitment")
    assert session.scalars(told).all() == ["M001"]
    second = write_list(tmp_path / "b.csv", [row, row | {"生产日期起": "", "单车用量": "4"}])
    assert counts(import_list(session, "fitments", second)) == (2, 0, 1, 1, 0)
    session.expire_all()
    assert sorted(session.scalars(select(PartFitment.quantity))) == [Decimal(2), Decimal(2), Decimal(4)]


def test_what_an_import_changes_is_told_and_found(session: Session, tmp_path: Path) -> None:
    import_list(session, "parts", write_list(tmp_path / "a.csv", [ROW, ROW | {"配件号": "P2"}]))
    changes = [
        ROW | {"配件名称": "前刹车片", "价格生效日期": "2026-12-01", "替代日期": ""},
        ROW | {"配件号": "P2", "替代件号": "P1", "替代日期": "2026-09-01"},
    ]
    import_list(session, "parts", write_list(tmp_path / "b.csv", changes))
    rows = session.execute(
        select(Part.number, PartChange.kind, PartChange.day, PartChange.detail)
        .join(Part, Part.id == PartChange.part_id).order_by(PartChange.id)
    )  # fmt: skip
    assert [tuple(row) for row in rows] == [
        ("P1", "new", None, ""), ("P2", "new", None, ""), ("P1", "facts", None, ""),
        ("P2", "superseded", date(2026, 9, 1), "P1"), ("P1", "price", date(2026, 12, 1), ""),
    ]  # fmt: skip
    terms = set(session.scalars(select(PartTerm.term).where(PartTerm.number == "P1")))
    assert {"刹车", "~sc"} <= terms
    assert "制动" not in terms  # nor is the old name left as the English one
    assert [row.number for row in fetch_page(session, PARTS, {"q": "刹车"}).rows] == ["P1"]


NO_NUMBERS = ("A/1", "A?2", "刹车片", "-", "A&B", "..", "#7", "A%2F", "A-", "X" * 33)


def test_what_the_form_takes_for_no_part_number_no_list_brings_in(session: Session, tmp_path: Path) -> None:
    rows = [ROW | {"配件号": number} for number in (*NO_NUMBERS, " a  5 ", "4L0-698.151")]
    result = import_list(session, "parts", write_list(tmp_path / "a.csv", rows))
    assert counts(result) == (12, 2, 0, 0, 10)
    assert [(row["配件号"], row["Column"]) for row in rejected_rows(result)] == [
        (number, "Part number") for number in NO_NUMBERS
    ]
    reasons = [row["Reason"] for row in rejected_rows(result)]
    assert reasons[:9] == ["A part number has letters, figures, hyphens, dots and single blanks, 32 at most."] * 9
    assert reasons[9] == "At most 32 characters."
    assert set(session.scalars(select(Part.number))) == {"A 5", "4L0-698.151"}


def test_a_replacement_is_a_part_number_too_and_its_blanks_are_cleaned(session: Session, tmp_path: Path) -> None:
    rows = [ROW | {"替代件号": "P/2"}, ROW | {"配件号": "P3", "替代件号": "p  4"}]
    result = import_list(session, "parts", write_list(tmp_path / "a.csv", rows))
    assert counts(result) == (2, 1, 0, 0, 1)
    assert [(row["配件号"], row["Column"], row["Value"]) for row in rejected_rows(result)] == [
        ("P1", "Superseded by", "P/2")
    ]
    assert session.execute(select(Part.number, Part.superseded_by)).all() == [("P3", "P 4")]


def test_a_part_written_with_two_blanks_is_the_one_with_a_single_blank(session: Session, tmp_path: Path) -> None:
    twice = [ROW | {"配件号": "A 5"}, ROW | {"配件号": "A  5", "零售价": "300"}]
    assert counts(import_list(session, "parts", write_list(tmp_path / "a.csv", twice))) == (2, 0, 0, 0, 2)
    make_part(session, "A 5")
    make_model(session, code="M001")
    row = {"配件号": "a  5", "车型代码": "M001", "单车用量": "1"}
    result = import_list(session, "fitments", write_list(tmp_path / "b.csv", [row, row | {"配件号": "A/5"}]))
    assert counts(result) == (2, 1, 0, 0, 1)
    assert [(row["配件号"], row["Reason"]) for row in rejected_rows(result)] == [
        ("A/5", "A part number has letters, figures, hyphens, dots and single blanks, 32 at most.")
    ]
