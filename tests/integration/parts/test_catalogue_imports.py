from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part, PartPrice
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
    priced = write_list(tmp_path / "c.csv", [ROW | {"配件名称": "前刹车片", "价格生效日期": "2026-08-01"}])
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
