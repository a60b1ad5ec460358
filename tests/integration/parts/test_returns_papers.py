"""Labels, packing lists and lists of the store, as they come out of the printer; labels are scanned back."""

from __future__ import annotations

import re
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy.orm import Session

from dealers.vehicles.models import Vehicle, VehicleModel
from parts.returns import services
from parts.returns.documents import A_SHEET, build_label, build_labels, build_leaving_list, build_packing_list
from parts.returns.models import OldPart, PartDisposal, ReturnBox
from parts.returns.rules.labels import printed, read
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from portal.kernel.room import house
from reports.documents.render import to_pdf
from tests.factories.network import make_dealer
from tests.factories.returns import SUPPLIER, make_box, make_due, make_old_part

SYSTEM = Actor.system("test")
pytestmark = pytest.mark.databases("sqlite")
#: A label printer's and an office printer's resolution, in dots an inch.
DOTS = 203


def paper(kind: str, content: object, now: datetime, folder: Path) -> Path:
    path = folder / f"{kind}.pdf"
    path.write_bytes(to_pdf(house().papers[kind], content, now))
    return path


def words(pdf: Path) -> str:
    told = subprocess.run(["pdftotext", "-raw", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    return re.sub(r"\s+", "", told)


def pages_of(pdf: Path) -> list[Image.Image]:
    subprocess.run(["pdftoppm", "-r", str(DOTS), "-gray", "-png", str(pdf), str(pdf.with_suffix(""))], check=True)
    return [_opened(path) for path in sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))]


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.copy()


def scanned(image: Image.Image) -> list[str]:
    codes = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    return [
        code.text for code in sorted(codes, key=lambda one: (one.position.top_left.y // 60, one.position.top_left.x))
    ]


def test_a_label_says_all_and_is_scanned_back(session: Session, now: datetime, tmp_path: Path) -> None:
    part = make_due(session, now, concern="冷车启动时发动机异响，行驶中漏水")
    car = session.get_one(Vehicle, part.vehicle_id)
    car.engine_no = "4G18-7788990"
    session.flush()
    pdf = paper("old_part_label", build_label(session, part.number), now, tmp_path)
    (page,) = pages_of(pdf)
    (text,) = scanned(page)
    assert read(text) == part.number
    told, model = words(pdf), session.get_one(VehicleModel, car.model_id)
    for said in (
        part.claim_number, part.vin, model.code, "4G18-7788990", "12,345", str(car.delivered_on), part.part_number,
        "水泵", SUPPLIER, part.concern, "供应商质量责任", printed(part.number),
    ):  # fmt: skip
        assert said in told, said


def test_a_sheet_of_labels_is_scanned_back_one_by_one(session: Session, now: datetime, tmp_path: Path) -> None:
    dealer = make_dealer(session)
    long = "客户反映车辆在高速行驶时方向盘抖动并伴有异响，低速转弯时有明显顿挫感，停车后前舱有焦糊味"
    parts = [make_due(session, now, dealer, concern=long) for _ in range(26)]
    box = make_box(session, now, *parts)
    sheets = build_labels(session, f"{box.number}@5")
    assert [len([one for one in sheet if one]) for sheet in sheets.sheets] == [19, 7]
    pdf = paper("old_part_labels", sheets, now, tmp_path)
    first, second = pages_of(pdf)
    found = [read(text) for page in (first, second) for text in scanned(page)]
    assert sorted(found) == sorted(part.number for part in parts)
    assert (len(scanned(first)), len(scanned(second))) == (19, 7)
    for part in parts:
        assert printed(part.number) in words(pdf)  # nothing is cut off, however long the concern is


def test_a_full_sheet_stays_one_page(session: Session, now: datetime, tmp_path: Path) -> None:
    dealer = make_dealer(session)
    for _ in range(A_SHEET):
        make_due(session, now, dealer)
    pdf = paper("old_part_labels", build_labels(session, "due"), now, tmp_path)
    (page,) = pages_of(pdf)
    assert len(scanned(page)) == A_SHEET
    with pytest.raises(DomainError, match="needs a label"):
        build_labels(session, make_box_of_nothing(session, now).number)


def make_box_of_nothing(session: Session, now: datetime) -> ReturnBox:
    part = make_old_part(session, "packed", now)
    box = session.get_one(ReturnBox, part.box_id)
    services.take_out(session, box.number, part.number, SYSTEM, now)
    return box


def test_a_packing_list_names_what_lies_in_the_box(session: Session, now: datetime, tmp_path: Path) -> None:
    parts = [make_due(session, now) for _ in range(3)]
    box = make_box(session, now, *parts)
    pdf = paper("packing_list", build_packing_list(session, box.number), now, tmp_path)
    told = words(pdf)
    for said in (box.number, "顺丰", "SF1234567890", *(part.number for part in parts), "旧件装箱单"):
        assert said in told
    assert scanned(pages_of(pdf)[0]) == [box.number]


def test_a_list_of_the_store_names_what_left_it(session: Session, now: datetime, tmp_path: Path) -> None:
    part: OldPart = make_old_part(session, "scrapped", now)
    made = session.get_one(PartDisposal, part.disposal_id)
    told = words(paper("leaving_list", build_leaving_list(session, made.number), now, tmp_path))
    for said in (made.number, part.number, "旧件报废清单", "合格", "A-01-3", SUPPLIER):
        assert said in told
