"""What headquarters keeps of the law, as tests need it: deterministic, given a session."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from tests.support.lists import write_list
from warranty.guarantee.models import Maker
from warranty.guarantee.rules.facts import Term
from warranty.guarantee.services.certificates import ModelTerms, WearPart

MAKER = {
    "brand": "三宝", "name": "三宝汽车有限公司", "address": "湖北省武汉市沌口经济技术开发区1号", "postcode": "430056",
    "phone": "400-800-0001", "repairers_zh": "官网“服务网点”栏目查询，或拨打客服电话",
    "repairers_en": "Website or hotline",
    "remarks_zh": "保养周期见维修保养手册", "remarks_en": "See the maintenance manual",
}  # fmt: skip


def make_maker(session: Session, **values: Any) -> Maker:
    """Store what certificates say of the maker."""
    row = Maker(**{**MAKER, **values})
    session.add(row)
    session.flush()
    return row


def make_terms(**values: Any) -> ModelTerms:
    """Return lawful terms of a petrol car for sales from 2022 on."""
    given: dict[str, Any] = {
        "valid_from": date(2022, 1, 1), "guarantee": Term(36, 80_000), "repair": Term(60, 150_000),
        "usage_coefficient": Decimal("0.004"),
        "main_parts": {"engine": ["crankshaft", "涡轮增压器"], "brakes": ["master_cylinder"]},
        "special_parts": ["防盗系统"], "wear_parts": [WearPart("tyre", 6, 10_000), WearPart("wiper_blade", 3, 5_000)],
    }  # fmt: skip
    return ModelTerms(**{**given, **values})


#: The shape of a real notice for a year that nobody has published: days off by their first and last day.
BLOCKS = (
    ("元旦", "01-01", 3), ("春节", "02-05", 7), ("清明节", "04-03", 3), ("劳动节", "05-01", 5), ("端午节", "06-09", 1),
    ("中秋节", "09-15", 1), ("国庆节", "10-01", 7),
)  # fmt: skip
WORKED_2027 = ("2027-02-14", "2027-10-09")


def notice_rows(year: int = 2027) -> list[dict[str, str]]:
    """Return the rows of a year's notice, in Chinese."""
    rows = []
    for name, first, days in BLOCKS:
        start = date.fromisoformat(f"{year}-{first}")
        rows += [
            {"日期": (start + timedelta(days=n)).isoformat(), "类型": "放假", "节日名称": name} for n in range(days)
        ]  # fmt: skip
    return rows + [
        {"日期": day, "类型": "上班", "节日名称": "调休"} for day in WORKED_2027 if day.startswith(str(year))
    ]


def notice(path: Path, year: int = 2027, *, without: str = "", more: tuple[dict[str, str], ...] = ()) -> Path:
    """Write a year's notice as CSV."""
    return write_list(path, [*(row for row in notice_rows(year) if row["日期"] != without), *more])


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read a list back."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
