"""The evidence package: what stands in the PDF can be read out of it again, photos and inspection included."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dealers.service.models import RepairPhoto
from parts.returns import services as returns
from parts.returns.models import OldPart, OldPartDispute
from parts.returns.services import PaidPart
from portal.kernel.access import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFoundError
from portal.kernel.money import MoneyError
from portal.kernel.room import house
from portal.kernel.storage import storage
from reports.documents.render import to_pdf
from tests.factories.network import make_dealer
from tests.factories.recovery import (
    ENGINEER,
    PART,
    TERMS,
    make_contract,
    make_cost,
    make_part,
    make_recovery,
    make_supplier,
)
from tests.factories.returns import make_old_part, packer
from tests.support.queries import count_queries
from tests.support.rows import fill
from warranty.claims.models import Claim
from warranty.recovery.documents import PHOTOS, build
from warranty.recovery.models import Recovery, RecoveryLine
from warranty.recovery.queries.old_parts import inspections_of
from warranty.recovery.rules.contracts import COMPONENT
from warranty.recovery.services.rounds import Lowered, ask_less

OCTOBER = datetime(2026, 10, 20, 3, tzinfo=UTC)


def make_demand(session: Session, now: datetime) -> tuple[Recovery, list[Claim]]:
    """Two claims under a contract for engines whose year ends with 1,000.00."""
    supplier = make_supplier(session, name_zh="上海恒密封件有限公司", name_en="Shanghai Hengmi Sealing")
    make_part(session, supplier)
    terms = replace(TERMS, year_cap=Decimal("1000.00"))
    make_contract(session, now, supplier, scope=COMPONENT, value="engine", terms=terms, paper_no="XY-2026-17")
    dealer = make_dealer(session)
    claims = [make_cost(session, dealer, OCTOBER + timedelta(days=day)) for day in range(2)]
    return make_recovery(session, now, supplier), claims


def add_photos(session: Session, claim: Claim, count: int) -> None:
    for number in range(count):
        picture = io.BytesIO()
        Image.new("RGB", (1_600, 1_200), (200, 40 * number % 255, 30)).save(picture, "JPEG")
        key = f"photos/{claim.id}-{number}.jpg"
        storage().put(key, picture.getvalue())
        fill(session, RepairPhoto, dealer_id=claim.dealer_id, order_id=claim.order_id, storage_key=key,
             caption=f"水泵漏水部位{number}")  # fmt: skip


def inspect_old_part(session: Session, now: datetime, claim: Claim) -> None:
    paid = (PaidPart(2, PART, "水泵", Decimal(1), True, Decimal("411.00")),)
    make_old_part(
        session, "handed_over", now, id=claim.id, number=claim.number, dealer_id=claim.dealer_id,
        vehicle_id=claim.vehicle_id, vin=claim.vin, parts=paid,
    )  # fmt: skip


@pytest.mark.databases("sqlite")
def test_the_package_reads_back_as_it_was_written(app: Flask, session: Session, now: datetime, tmp_path: Path) -> None:
    found, (first, second) = make_demand(session, now)
    add_photos(session, first, PHOTOS + 2)
    inspect_old_part(session, now, first)
    ask_less(session, found.id, 1, Lowered(Decimal("100.00"), "按协议工时"), ENGINEER)
    paper = house().papers["recovery_evidence"]
    content = paper.build(session, found.number)
    assert paper.file_name(content) == found.number
    (part,) = inspections_of(session, [first.id])[first.id]
    with app.test_request_context():
        (tmp_path / "evidence.pdf").write_bytes(to_pdf(paper, content, now))
    text = read(tmp_path / "evidence.pdf", "pdftotext", "-layout", "{}", "-")
    for words in (
        found.number, "供应商追偿单", "上海恒密封件有限公司", "XY-2026-17", "总成 发动机", first.number, second.number,
        "1,422.00", "1,000.00", "950.00", "按协议工时", "发动机异响", "张紧轮磨损", "水泵漏水部位0", "另有 2 张照片",
        part.number, "已移交供应商", "合格", "Good", "本索赔单没有旧件登记", "维修时没有拍照",
    ):  # fmt: skip
        assert words.replace(" ", "") in text.replace(" ", ""), words
    images = read(tmp_path / "evidence.pdf", "pdfimages", "-list", "{}").splitlines()[2:]
    assert sum("jpeg" in line for line in images) == PHOTOS
    assert (tmp_path / "evidence.pdf").stat().st_size < 400_000  # photos are made small


def look_at(session: Session, now: datetime, claim: Claim, ours: int, theirs: int) -> str:
    """Photograph a claim's old part, the station before headquarters."""
    number = session.scalars(select(OldPart.number).where(OldPart.claim_id == claim.id)).one()
    for who, count in ((packer(claim.dealer_id), theirs), (Actor.system("鉴定员"), ours)):
        returns.add_photos(session, number, [noise() for _ in range(count)], who, now)
    return number


def noise() -> bytes:
    picture = io.BytesIO()
    Image.effect_noise((320, 240), 90).convert("RGB").save(picture, "JPEG")
    return picture.getvalue()


@pytest.mark.databases("sqlite")
def test_the_package_shows_the_old_part_as_headquarters_and_the_station_photographed_it(
    app: Flask, session: Session, now: datetime, tmp_path: Path
) -> None:
    found, (first, _second) = make_demand(session, now)
    inspect_old_part(session, now, first)
    number = look_at(session, now, first, ours=2, theirs=1)
    paper = house().papers["recovery_evidence"]
    content = paper.build(session, found.number)
    with app.test_request_context():
        (tmp_path / "evidence.pdf").write_bytes(to_pdf(paper, content, now))
    images = read(tmp_path / "evidence.pdf", "pdfimages", "-list", "{}").splitlines()[2:]
    assert sum("jpeg" in line for line in images) == 3
    text = read(tmp_path / "evidence.pdf", "pdftotext", "-layout", "{}", "-").replace(" ", "")
    for words, times in (("旧件照片", 1), (f"{number}·总部", 2), (f"{number}·服务站", 1)):
        assert text.count(words) == times, words


def test_headquarters_photos_come_first_and_what_is_too_much_is_counted(session: Session, now: datetime) -> None:
    found, (first, second) = make_demand(session, now)
    for claim in (first, second):
        inspect_old_part(session, now, claim)
    look_at(session, now, first, ours=PHOTOS - 1, theirs=3)
    looked, bare = (row.inspections[0] for row in build(session, found.number).claims)
    assert ["总部 Headquarters" in one.caption for one in looked.pictures] == [True] * (PHOTOS - 1) + [False]
    assert "服务站 Station" in looked.pictures[-1].caption
    assert (looked.more_pictures, bare.pictures, bare.more_pictures) == (2, (), 0)


def test_more_photos_ask_the_database_no_more(session: Session, now: datetime) -> None:
    found, (first, second) = make_demand(session, now)
    inspect_old_part(session, now, first)
    look_at(session, now, first, ours=1, theirs=0)
    build(session, found.number)
    with count_queries(db.engine) as few:
        build(session, found.number)
    inspect_old_part(session, now, second)
    for claim in (first, second):
        look_at(session, now, claim, ours=4, theirs=4)
    with count_queries(db.engine) as many:
        build(session, found.number)
    assert len(many) == len(few)


def read(path: Path, *command: str) -> str:
    done = [part.format(path) for part in command]
    return subprocess.run(done, capture_output=True, check=True, text=True).stdout


def test_asking_for_the_package_reads_no_photo(session: Session, now: datetime) -> None:
    found, (first, _second) = make_demand(session, now)
    fill(session, RepairPhoto, dealer_id=first.dealer_id, order_id=first.order_id, storage_key="photos/gone.jpg")
    (picture,) = build(session, found.number).claims[0].pictures
    assert picture.address is None  # read only now, and gone


def test_a_package_whose_lines_do_not_add_up_is_not_printed(session: Session, now: datetime) -> None:
    found, _claims = make_demand(session, now)
    session.execute(update(RecoveryLine).where(RecoveryLine.position == 1).values(asked=Decimal("1.00")))
    with pytest.raises(MoneyError):
        build(session, found.number)
    with pytest.raises(NotFoundError):
        build(session, "RV-NONE")


def test_each_old_part_of_a_claim_is_found_with_what_became_of_it(session: Session, now: datetime) -> None:
    _found, (first, second) = make_demand(session, now)
    inspect_old_part(session, now, first)
    found = inspections_of(session, [first.id, second.id])
    assert list(found) == [first.id]
    (part,) = found[first.id]
    assert (part.part, part.state, part.outcome, part.stands, part.finding) == (
        PART, "handed_over", "ok", "Handed to the supplier", "Good",
    )  # fmt: skip
    assert part.handed_over is not None
    assert inspections_of(session, []) == {}


def test_what_was_waived_is_no_deduction_for_the_supplier(session: Session, now: datetime) -> None:
    _found, (first, second) = make_demand(session, now)
    for claim, state in ((first, "waived"), (second, "upheld")):
        inspect_old_part(session, now, claim)
        part = session.scalars(select(OldPart).where(OldPart.claim_id == claim.id)).one()
        part.deducted = Decimal("200.00")
        fill(session, OldPartDispute, old_part_id=part.id, dealer_id=claim.dealer_id)
        session.execute(update(OldPartDispute).where(OldPartDispute.old_part_id == part.id).values(state=state))
    found = inspections_of(session, [first.id, second.id])
    assert [found[claim.id][0].deducted for claim in (first, second)] == [Decimal("0.00"), Decimal("200.00")]
