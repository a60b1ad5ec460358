from __future__ import annotations

import subprocess
from dataclasses import fields
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from dealers.service.documents import RepairRecord, file_name, repair_record
from dealers.service.room import ROOM
from dealers.service.rules import Extras
from portal.kernel.errors import NotFoundError
from reports.documents.render import to_pdf
from tests.factories.network import act_as, make_actor, make_dealer
from tests.factories.service import make_repair_order
from tests.factories.vehicles import make_vehicle


def text_of(pdf: bytes, path: Path) -> str:
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, text=True)
    return "".join(done.stdout.split())


def test_the_record_holds_what_article_17_demands(app: Flask, session: Session, now: datetime, tmp_path: Path) -> None:
    extras = Extras(
        None, Decimal("0.00"), Decimal("260.00"), "car", now - timedelta(minutes=50), now + timedelta(days=1)
    )
    car = make_vehicle(session, plate="沪A12345")
    order = make_repair_order(session, now, car=car, extras=extras)
    paper = repair_record(session, order.number)
    with app.test_request_context():
        text = text_of(to_pdf(ROOM.papers[0], paper, now), tmp_path / "record.pdf")
    for demanded in (
        "2026-11-2009:00",  # 送修时间, by the clock in China
        "23,456km",  # 行驶里程
        "停车后地面有冷却液，水温偏高",  # 消费者质量问题陈述
        "水泵轴封渗漏，冷却液低于下限",  # 检查结果
        "更换水泵总成及密封垫",  # 修理项目
        "1307010-A01", "水泵总成", "1307021-A01",  # 更换的零部件名称和编号
        "405.40",  # 材料费
        "1.80h", "216.00",  # 工时及工时费: 1.80 h × 120.00
        "260.00",  # 车辆拖运费用
        "提供备用车", "2026-11-2009:10",  # 备用车
        "2026-11-2010:00",  # 交车时间
        "修理者签名或盖章", "消费者签名或盖章",
        order.number, car.vin, "沪A12345", "李明", "621.40", "维修记录", "Repairrecord",
    ):  # fmt: skip
        assert demanded in text, demanded
    assert file_name(paper) == order.number


@pytest.mark.parametrize(
    ("extras", "words"),
    [(Extras(substitute="transport", substitute_amount=Decimal("88.80")), "88.80"), (None, "未提供")],
)
def test_an_open_order_is_printed_with_what_it_has(
    app: Flask, session: Session, now: datetime, tmp_path: Path, extras: Extras | None, words: str
) -> None:
    order = make_repair_order(session, now, extras=extras, completed=False)
    with app.test_request_context():
        text = text_of(to_pdf(ROOM.papers[0], repair_record(session, order.number), now), tmp_path / "record.pdf")
    assert words in text
    assert "未登记" in text  # not handed back yet


def test_another_dealer_prints_nothing(session: Session, now: datetime) -> None:
    number = make_repair_order(session, now).number
    act_as(session, make_actor(session, dealer=make_dealer(session)))
    with pytest.raises(NotFoundError):
        repair_record(session, number)
    assert all(field.type != "float" for field in fields(RepairRecord))
