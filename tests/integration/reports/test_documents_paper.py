from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader
from weasyprint.urls import FatalURLFetchingError

from portal.kernel.access import Permission
from portal.kernel.room import Paper
from reports.documents.render import qr_code, to_pdf

pytestmark = pytest.mark.databases("sqlite")  # the papers here are made of words, nothing is stored

BODY = """{% extends "documents/paper.html" %}
{% block zh %}试印单{% endblock %}{% block en %}Trial print{% endblock %}
{% block number %}{{ paper.number }}{% endblock %}
{% block body %}
<table><thead><tr><th>项目</th><th class="num">金额</th></tr></thead>
{% for line in paper.lines %}<tr><td>{{ line }}</td><td class="num">{{ paper.amount | money }}</td></tr>{% endfor %}
</table>
{% if paper.picture %}<img src="{{ paper.picture }}" alt="x">{% endif %}
{% endblock %}"""


@dataclass(frozen=True)
class Trial:
    number: str
    lines: tuple[str, ...]
    amount: Decimal
    picture: str | None = None


PAPER = Paper(
    "trial",
    "Trial",
    Permission.SERVICE_VIEW,
    lambda _s, key: key,
    "documents/trial.html",
    lambda p: p.number,
    ("service.order", "key"),
)


@pytest.fixture
def trial_app(app: Flask) -> Iterator[Flask]:
    loader = app.jinja_loader
    app.jinja_env.loader = ChoiceLoader([DictLoader({"documents/trial.html": BODY}), loader])
    yield app
    app.jinja_env.loader = loader


def text_of(pdf: bytes, path: Path) -> str:
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, text=True).stdout


def test_a_paper_gives_back_its_chinese_and_its_figures(trial_app: Flask, tmp_path: Path, now: datetime) -> None:
    lines = ("更换曲轴箱通风阀总成", "镜面龘靐齉爩", "ﬁrst Öl 价格：￥")
    with trial_app.test_request_context():
        pdf = to_pdf(PAPER, Trial("RO-A1-202611-0001", lines, Decimal("1234567.80")), now)
    text = text_of(pdf, tmp_path / "trial.pdf")
    for expected in (
        "试印单",
        "Trial print",
        "RO-A1-202611-0001",
        "更换曲轴箱通风阀总成",
        "镜面龘靐齉爩",
        "1,234,567.80",
    ):
        assert expected in text
    assert "第1页/共1页" in "".join(text.split())
    assert "2026-11-20 10:00" in text  # 02:00 UTC in China


def test_a_long_table_repeats_its_head_and_counts_its_pages(trial_app: Flask, tmp_path: Path, now: datetime) -> None:
    lines = tuple(f"第{number}行" for number in range(120))
    with trial_app.test_request_context():
        pdf = to_pdf(PAPER, Trial("X-1", lines, Decimal("0.10")), now)
    pages = text_of(pdf, tmp_path / "long.pdf").split("\f")[:-1]
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页/共{len(pages)}页" in "".join(page.split())
        assert "项目" in page
    assert sum(page.count("0.10") for page in pages) == 120


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x.png", "file:///etc/passwd"])
def test_a_paper_fetches_nothing(trial_app: Flask, now: datetime, address: str) -> None:
    with trial_app.test_request_context(), pytest.raises(FatalURLFetchingError):
        to_pdf(PAPER, Trial("X-1", ("a",), Decimal("1.00"), address), now)


def test_a_qr_code_holds_ascii_only() -> None:
    assert qr_code("ST-A1-202611-0001").startswith("data:image/svg+xml;base64,")
    with pytest.raises(ValueError, match="ASCII"):
        qr_code("结算单")
