from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.customers.models import Customer
from dealers.service.models import LabourOperation, LabourOverlap
from dealers.vehicles.models import Ownership, Vehicle
from tests.factories.network import make_dealer
from tests.factories.vehicles import make_model, make_vin
from tests.support.lists import TODAY, counts, import_list, rejected_rows, write_list


@pytest.fixture
def car(session: Session) -> dict[str, Any]:
    """A row without fault; its model M001 and its dealer D0001 are there."""
    make_model(session)
    make_dealer(session)
    session.commit()
    return {
        "车架号": make_vin(1), "车型代码": "M001", "配置": "舒适型", "发动机号": "ea1", "生产日期": "2025-01-10",
        "发票号": "0001", "开票日期": "2025-02-02", "交车日期": "2025-02-01", "车价": "129,800.50",
        "销售经销商代码": "D0001", "车主姓名": "王小明", "车主电话": "13800000001", "车主类型": "个人",
        "车辆用途": "家用", "车牌号": "沪A12345", "颜色": "白",
    }  # fmt: skip


def test_a_car_comes_in_whole_with_its_owner(session: Session, tmp_path: Path, car: dict[str, Any]) -> None:
    other = car | {"车架号": make_vin(2)}
    assert counts(import_list(session, "vehicles", write_list(tmp_path / "a.csv", [car, other]))) == (2, 2, 0, 0, 0)
    stored = session.scalars(select(Vehicle).where(Vehicle.vin == make_vin(1))).one()
    assert (stored.vin_tail, stored.price, stored.use) == (make_vin(1)[-6:], Decimal("129800.50"), "household")
    assert (stored.produced_on, stored.delivered_on, stored.owner_since) == (
        date(2025, 1, 10), date(2025, 2, 1), date(2025, 2, 1),
    )  # fmt: skip
    assert stored.engine_no == "EA1"
    owner = session.scalars(select(Customer)).one()  # the same name with the same phone is one customer
    assert (owner.name, owner.phone, owner.kind) == ("王小明", "13800000001", "person")
    assert counts(import_list(session, "vehicles", tmp_path / "a.csv")) == (2, 0, 0, 2, 0)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("车架号", make_vin(1)[:-1], "17 characters"),
        ("车架号", make_vin(1)[:8] + "Y" + make_vin(1)[9:], ""),
        ("车架号", "", "fill"),
        ("车型代码", "NONE", "Import the models first"),
        ("销售经销商代码", "NONE", "Import the dealers first"),
        ("生产日期", "2025-02-30", "no date"),
        ("交车日期", "2026-11-21", "future"),
        ("开票日期", "2025-01-09", "before the day of production"),
        ("交车日期", "2025-01-09", "before the day of production"),
        ("车价", "-1", "below 0"),
        ("车价", "1.005", "two decimal places"),
        ("车辆用途", "月球", "household"),
        ("车主姓名", "", "no name"),
    ],
)
def test_a_fault_is_told_at_its_column(
    session: Session, tmp_path: Path, car: dict[str, Any], column: str, value: str, words: str
) -> None:
    assert date(2026, 11, 20) == TODAY
    result = import_list(session, "vehicles", write_list(tmp_path / "a.csv", [car | {column: value}]))
    assert counts(result) == (1, 0, 0, 0, 1)
    (told,) = rejected_rows(result)
    assert words in told["Reason"]
    assert told[column] == value
    assert session.scalar(select(func.count(Customer.id))) == 0


def test_one_vin_twice_with_different_words_is_refused_on_both_rows(
    session: Session, tmp_path: Path, car: dict[str, Any]
) -> None:
    rows = [car, car | {"车架号": make_vin(2)}, car | {"颜色": "黑"}]
    result = import_list(session, "vehicles", write_list(tmp_path / "a.csv", rows))
    assert counts(result) == (3, 1, 0, 0, 2)
    assert [row["Row"] for row in rejected_rows(result)] == ["2.0", "4.0"]


def test_an_odd_plate_is_a_warning_only(session: Session, tmp_path: Path, car: dict[str, Any]) -> None:
    result = import_list(session, "vehicles", write_list(tmp_path / "a.csv", [car | {"车牌号": "ABC-1"}]))
    assert counts(result) == (1, 1, 0, 0, 0)
    assert [note.facts["rows"] for note in result.notes] == ["2"]


def test_a_new_owner_leaves_the_earlier_one_on_record(session: Session, tmp_path: Path, car: dict[str, Any]) -> None:
    import_list(session, "vehicles", write_list(tmp_path / "a.csv", [car]))
    sold = write_list(tmp_path / "b.csv", [car | {"车主姓名": "李雷", "车主电话": "13900000002"}])
    assert counts(import_list(session, "vehicles", sold)) == (1, 0, 1, 0, 0)
    assert counts(import_list(session, "vehicles", sold)) == (1, 0, 0, 1, 0)
    session.expire_all()
    earlier = session.scalars(select(Ownership)).one()
    assert (earlier.since, earlier.until) == (date(2025, 2, 1), TODAY)
    vehicle = session.scalars(select(Vehicle)).one()
    owner = session.get(Customer, vehicle.owner_id)
    assert owner is not None
    assert (owner.name, vehicle.owner_since) == ("李雷", TODAY)


def test_a_list_larger_than_a_chunk_is_filed_whole(session: Session, tmp_path: Path, car: dict[str, Any]) -> None:
    rows = [car | {"车架号": make_vin(n), "车主电话": str(n // 2)} for n in range(1, 12_001)]
    rows[11_000]["车价"] = "x"
    path = write_list(tmp_path / "a.csv", rows)
    assert counts(import_list(session, "vehicles", path)) == (12_000, 11_999, 0, 0, 1)
    assert session.scalar(select(func.count(Customer.id))) == 6_001
    rows[11_000]["车价"] = "1"
    rows[5]["颜色"] = "红"
    assert counts(import_list(session, "vehicles", write_list(path, rows))) == (12_000, 1, 1, 11_998, 0)


def test_operations_are_filed_by_code_and_model(session: Session, tmp_path: Path, car: dict[str, Any]) -> None:
    row = {"工时代码": "br01", "车型代码": "", "作业名称": "更换前制动片", "定额工时": "0.8", "总成": "制动系统"}
    rows = [row, row | {"车型代码": "M001", "定额工时": "1"}, row | {"定额工时": "x", "工时代码": "B2"}]
    path = write_list(tmp_path / "a.csv", rows)
    assert counts(import_list(session, "labour-operations", path)) == (3, 2, 0, 0, 1)
    assert counts(import_list(session, "labour-operations", path)) == (3, 0, 0, 2, 1)
    stored = session.scalars(select(LabourOperation).order_by(LabourOperation.id)).first()
    assert stored is not None
    assert (stored.code, stored.model_id, stored.hours, stored.initials, stored.component, stored.name_en) == (
        "BR01", None, Decimal("0.80"), "ghqzdp", "brakes", "更换前制动片",
    )  # fmt: skip


def test_overlaps_name_known_operations_and_never_go_round(
    session: Session, tmp_path: Path, car: dict[str, Any]
) -> None:
    operation = {"工时代码": "EN01", "作业名称": "拆装发动机", "定额工时": "8"}
    operations = [operation, operation | {"工时代码": "CO01", "作业名称": "更换水泵", "定额工时": "2"}]
    import_list(session, "labour-operations", write_list(tmp_path / "o.csv", operations))
    row = {"工时代码": "en01", "包含工时代码": "co01", "重叠工时": ""}
    rows = [
        row, row | {"工时代码": "CO01", "包含工时代码": "EN01"}, row | {"包含工时代码": "EN01"},
        row | {"包含工时代码": "XX99"},
    ]  # fmt: skip
    path = write_list(tmp_path / "a.csv", rows)
    assert counts(import_list(session, "labour-overlaps", path)) == (4, 1, 0, 0, 3)
    assert counts(import_list(session, "labour-overlaps", write_list(path, [row | {"重叠工时": "0.5"}]))) == (
        1,
        0,
        1,
        0,
        0,
    )
    stored = session.scalars(select(LabourOverlap)).one()
    assert (stored.code, stored.contained, stored.hours) == ("EN01", "CO01", Decimal("0.50"))
