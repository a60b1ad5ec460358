"""The printed claim form: what stands on it can be read out of the PDF again."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask, render_template
from sqlalchemy.orm import Session

from portal.kernel.errors import NotFoundError
from portal.kernel.room import house
from reports.documents.render import qr_code, to_pdf
from tests.factories.claims import make_claim
from tests.factories.network import act_as, make_actor, make_dealer
from warranty.claims.documents import ClaimPaper, build_claim_form
from warranty.claims.rules.decision import LineDecision
from warranty.claims.states import CLAIM


@pytest.mark.databases("sqlite")
def test_the_form_reads_back_as_it_was_written(app: Flask, session: Session, now: datetime, tmp_path: Path) -> None:
    said = {2: LineDecision(2, "adjusted", Decimal("300.00"), "按清单价", "price")}
    claim = make_claim(session, "approved", now=now, lines=said, towing_fee=Decimal("1200.00"))
    paper = house().papers["claim_form"]
    content = paper.build(session, claim.number)
    assert paper.file_name(content) == claim.number
    with app.test_request_context():
        (tmp_path / "form.pdf").write_bytes(to_pdf(paper, content, now))
    command = ["pdftotext", "-layout", str(tmp_path / "form.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    # labour 300.00 + parts 411.00 + fee 41.10 + towing 1,200.00; the pump lowered to 300.00, the fee to 33.10
    for words in (
        claim.number, claim.vin, "索赔单", "发动机漏水", "水泵密封失效", "更换水泵总成", "主因件", "配件管理费", "拖车",
        "1,952.10", "1,864.10", "300.00", "33.10", "按清单价", "第1页",
    ):  # fmt: skip
        assert words in text.replace("第 1 页", "第1页")


def test_another_stations_form_is_not_there(session: Session, now: datetime) -> None:
    claim = make_claim(session, "submitted", now=now)
    act_as(session, make_actor(session, "warranty_clerk", make_dealer(session)))
    with pytest.raises(NotFoundError):
        build_claim_form(session, claim.number)


@pytest.mark.databases("sqlite")
def test_every_state_and_every_decision_has_its_words(app: Flask, session: Session, now: datetime) -> None:
    paper = house().papers["claim_form"]
    content = paper.build(session, make_claim(session, "approved", now=now).number)
    kept = {step.action for step in CLAIM.steps if step.permission in {"claim.decide", "claim.decide_senior"}}
    (one,) = content.decisions

    def written_on(paper_: ClaimPaper) -> str:
        return render_template(paper.template, paper=paper_, made_at=now, qr=qr_code)

    with app.test_request_context():
        for state in CLAIM.states:
            assert written_on(replace(content, state=state))
        for outcome in kept - {"ask_opinion", "look", "object"}:
            assert written_on(replace(content, decisions=(replace(one, outcome=outcome),)))
