"""The printed statement, read back from the PDF: the same Chinese, the same figures, totals that add up."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.errors import NotFoundError
from portal.kernel.money import MoneyError
from portal.kernel.room import house
from reports.documents.render import to_pdf
from tests.factories.network import act_as, make_actor, make_dealer
from tests.factories.returns import make_old_part
from tests.factories.settlement import make_approved
from warranty.settlement.closing import close_month
from warranty.settlement.deductions import Booking, book
from warranty.settlement.documents import build
from warranty.settlement.models import Settlement, SettlementLine

OCTOBER = datetime(2026, 10, 15, 4, tzinfo=UTC)
pytestmark = pytest.mark.databases("sqlite")


def text_of(app: Flask, session: Session, number: str, now: datetime, folder: Path) -> str:
    with app.test_request_context():
        pdf = to_pdf(house().papers["settlement_statement"], build(session, number), now)
    path = folder / "statement.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, text=True).stdout


def test_a_statement_of_several_pages(app: Flask, session: Session, now: datetime, tmp_path: Path) -> None:
    dealer = make_dealer(session, bank_account=None, uscc=None)
    claims = make_approved(session, dealer, OCTOBER, count=60)
    make_approved(session, dealer, OCTOBER, {"towing": "500.00", "out_call": "80.25"})
    session.commit()
    close_month(session, "2026-10", Actor.system("test"), now)
    number = session.scalars(select(Settlement.number)).one()
    text = text_of(app, session, number, now, tmp_path)
    # 60 × 1410.55 + 580.25 = 85213.25; 13 % of it 11077.7225.
    for expected in (
        "索赔结算单", "Warranty settlement statement", number, dealer.name, "2026-10", "85,213.25", "11,077.72",
        "96,290.97", "人民币玖万陆仟贰佰玖拾元零玖角柒分", "外出救援费", "拖车费", "580.25", "未登记", "经销商盖章",
    ):  # fmt: skip
        assert expected in text, expected
    feet = re.findall(r"第 ?(\d+) ?页 ?/ ?共 ?(\d+) ?页", text)
    assert len(feet) >= 3
    assert feet == [(str(page), str(len(feet))) for page in range(1, len(feet) + 1)]
    assert text.count("索赔单号") >= 2  # the head is repeated
    for claim in claims:
        assert claim.number in text
    totals = [
        Decimal(row[1].replace(",", ""))
        for row in re.finditer(r"CL-\S+ +\S{17} .* ([\d,]+\.\d\d)$", text, re.MULTILINE)
    ]
    assert len(totals) == 61
    assert sum(totals) == Decimal("85213.25")


def test_a_statement_without_claims_is_still_a_paper(
    app: Flask, session: Session, now: datetime, tmp_path: Path
) -> None:
    make_approved(session, make_dealer(session), OCTOBER, {"labour": "0.00"})
    session.commit()
    close_month(session, "2026-10", Actor.system("test"), now)
    text = text_of(app, session, session.scalars(select(Settlement.number)).one(), now, tmp_path)
    assert "人民币零元整" in text


def test_a_paper_that_would_not_add_up_is_not_printed(session: Session, now: datetime) -> None:
    make_approved(session, make_dealer(session), OCTOBER)
    session.commit()
    close_month(session, "2026-10", Actor.system("test"), now)
    session.scalars(select(SettlementLine)).first().amount += Decimal("0.01")  # type: ignore[union-attr]
    session.flush()
    with pytest.raises(MoneyError):
        build(session, session.scalars(select(Settlement.number)).one())


def test_another_dealers_paper_does_not_exist(session: Session, now: datetime) -> None:
    make_approved(session, make_dealer(session), OCTOBER)
    session.commit()
    close_month(session, "2026-10", Actor.system("test"), now)
    number = session.scalars(select(Settlement.number)).one()
    stranger = make_actor(session, "service_manager")
    act_as(session, stranger)
    with pytest.raises(NotFoundError):
        build(session, number)


def test_a_statement_with_deductions_names_each_and_what_goes_over(
    app: Flask, session: Session, now: datetime, tmp_path: Path
) -> None:
    dealer = make_dealer(session)
    make_approved(session, dealer, OCTOBER)
    part = make_old_part(session, "deducted", OCTOBER, dealer)
    book(
        session, Booking(dealer.code, "administrative", Decimal("1000.00"), "未按时上报"), Actor.system("test"), OCTOBER
    )
    session.commit()
    close_month(session, "2026-10", Actor.system("test"), now)
    number = session.scalars(select(Settlement.number)).one()
    text = text_of(app, session, number, now, tmp_path)
    # 1410.55 less 1200.50 and 1000.00 is 789.95 below nought: carried over.
    for expected in (
        "扣款与返还", "旧件扣款", part.number[:12], "人为损坏", "-1,200.50", "行政扣款", "未按时上报", "-1,000.00",
        "结转下期", "789.95", "-1,410.55", "人民币零元整",
    ):  # fmt: skip
        assert expected in text, expected
