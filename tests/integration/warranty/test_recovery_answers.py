"""The Excel list that a supplier answers on, and its way back: all of a demand's answers, or none."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Supplier
from tests.factories.network import make_dealer
from tests.factories.recovery import (
    CLAIMED,
    ENGINEER,
    make_contract,
    make_cost,
    make_part,
    make_recovery,
    make_supplier,
)
from tests.support.lists import counts, import_list, rejected_rows, write_list
from warranty.recovery.models import Recovery
from warranty.recovery.queries.recoveries import find, lines_of
from warranty.recovery.services.rounds import Lowered, ask_less, send
from warranty.recovery.sheets import write_answer_list

OCTOBER = datetime(2026, 10, 20, 3, tzinfo=UTC)
KIND = "recovery-answers"
CHINESE = ("zh_CN", "en")


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def sent(session: Session, dealer: Dealer, now: datetime) -> Recovery:
    """A demand with two claims: lines 1 and 3 labour, 2 and 4 material."""
    supplier = world(session, dealer, now)
    make_cost(session, dealer, OCTOBER)
    found = make_recovery(session, now, supplier, "sent")
    session.commit()
    return found


def world(session: Session, dealer: Dealer, now: datetime) -> Supplier:
    supplier = make_supplier(session)
    make_part(session, supplier)
    make_contract(session, now, supplier)
    make_cost(session, dealer, OCTOBER)
    return supplier


def row(demand: Recovery, line: int, answer: str, amount: str = "", reason: str = "") -> dict[str, Any]:
    return {
        "追偿单号": demand.number, "明细序号": line, "供应商答复": answer, "认可金额": amount, "供应商说明": reason,
    }  # fmt: skip


ALL = [
    (1, "认可", "", ""),
    (2, "部分认可", "400.00", "单价过高"),
    (3, "不认可", "", "非本厂零件"),
    (4, "accepted", "", ""),
]


def said(session: Session, demand: Recovery) -> list[tuple[str | None, Decimal | None, str | None]]:
    return [(line.outcome, line.accepted, line.reason) for line in lines_of(session, demand.id)]


def test_the_answered_list_answers_the_demand(session: Session, sent: Recovery, tmp_path: Path) -> None:
    path = write_list(tmp_path / "a.xlsx", [row(sent, *one) for one in ALL])
    assert counts(import_list(session, KIND, path)) == (4, 0, 4, 0, 0)
    session.expire_all()
    assert said(session, sent) == [
        ("accepted", Decimal("150.00"), None), ("partly", Decimal("400.00"), "单价过高"),
        ("rejected", Decimal("0.00"), "非本厂零件"), ("accepted", Decimal("411.00"), None),
    ]  # fmt: skip
    assert (sent.state, sent.accepted) == ("answered", Decimal("961.00"))


def test_one_wrong_row_and_no_answer_of_the_demand_is_written(session: Session, sent: Recovery, tmp_path: Path) -> None:
    rows = [row(sent, *one) for one in ALL]
    rows[1]["认可金额"] = "411.00"
    result = import_list(session, KIND, write_list(tmp_path / "a.xlsx", rows), CHINESE)
    assert counts(result) == (4, 0, 0, 0, 4)
    session.expire_all()
    assert said(session, sent) == [(None, None, None)] * 4
    assert sent.state == "sent"
    found = rejected_rows(result)
    assert [(one["出错列"], one["出错值"]) for one in found] == [
        ("追偿单号", sent.number), ("认可金额", "411.00"), ("追偿单号", sent.number), ("追偿单号", sent.number),
    ]  # fmt: skip
    assert [int(float(one["行号"])) for one in found] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"追偿单号": "RV-NONE"}, "追偿单号"), ({"明细序号": 9}, "明细序号"), ({"明细序号": "一"}, "明细序号"),
        ({"供应商答复": ""}, "供应商答复"), ({"供应商答复": "也许"}, "供应商答复"),
        ({"认可金额": "12.345"}, "认可金额"), ({"认可金额": ""}, "认可金额"),
        ({"供应商说明": ""}, "供应商说明"), ({"供应商说明": "长" * 501}, "供应商说明"),
        ({"供应商答复": "认可"}, "认可金额"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_row_and_column(
    session: Session, sent: Recovery, tmp_path: Path, change: dict[str, Any], column: str
) -> None:
    wrong = row(sent, 2, "部分认可", "400.00", "单价过高") | change
    result = import_list(session, KIND, write_list(tmp_path / "a.xlsx", [wrong]), CHINESE)
    assert [one["出错列"] for one in rejected_rows(result)] == [column]
    session.expire_all()
    assert said(session, sent) == [(None, None, None)] * 4


def test_a_demand_with_a_wrong_row_does_not_hold_up_another(
    session: Session, sent: Recovery, dealer: Dealer, now: datetime, tmp_path: Path
) -> None:
    other = make_supplier(session)
    make_part(session, other, "P-OTHER")
    make_contract(session, now, other)
    make_cost(session, dealer, OCTOBER, part="P-OTHER")
    second = make_recovery(session, now, other, "sent")
    session.commit()
    rows = [row(sent, 1, "认可"), row(sent, 2, "也许"), row(second, 1, "认可"), row(second, 2, "认可")]
    assert counts(import_list(session, KIND, write_list(tmp_path / "a.xlsx", rows))) == (4, 0, 2, 0, 2)
    session.expire_all()
    assert (sent.state, second.state) == ("sent", "answered")


def test_a_demand_that_is_not_with_the_supplier_takes_no_answers(
    session: Session, dealer: Dealer, now: datetime, tmp_path: Path
) -> None:
    found = make_recovery(session, now, world(session, dealer, now), "agreed")
    session.commit()
    result = import_list(session, KIND, write_list(tmp_path / "a.xlsx", [row(found, 1, "认可")]), CHINESE)
    assert [one["出错列"] for one in rejected_rows(result)] == ["追偿单号"]


def test_imported_again_it_changes_nothing(session: Session, sent: Recovery, tmp_path: Path) -> None:
    path = write_list(tmp_path / "a.xlsx", [row(sent, *one) for one in ALL[:3]])
    assert counts(import_list(session, KIND, path)) == (3, 0, 3, 0, 0)
    assert counts(import_list(session, KIND, path)) == (3, 0, 0, 3, 0)


def test_the_list_goes_out_filled_in_and_comes_back_as_it_is(
    session: Session, dealer: Dealer, now: datetime, tmp_path: Path
) -> None:
    """What the supplier accepted stands in the next round's list; what is not asked for is left out."""
    supplier = world(session, dealer, now)
    make_cost(session, dealer, OCTOBER)
    found = make_recovery(session, now, supplier, "disputed")  # line 1 was rejected
    ask_less(session, found.id, 3, Lowered(Decimal("0.00"), "不追偿"), ENGINEER)
    send(session, found.id, ENGINEER, now)
    path = tmp_path / "list.xlsx"
    assert write_answer_list(session, found, path) == 3
    session.commit()
    book = load_workbook(path)
    sheet = book.active
    headings = {cell.value: cell.column for cell in sheet[1]}
    cells = [[sheet.cell(line, headings[name]).value for name in ("明细序号", "本次追偿 Asked", "供应商答复")]
             for line in range(2, sheet.max_row + 1)]  # fmt: skip
    assert cells == [[1, 150, None], [2, 411, "认可"], [4, 411, "认可"]]
    sheet.cell(2, headings["供应商答复"]).value = "部分认可"
    sheet.cell(2, headings["认可金额"]).value = 0.3
    sheet.cell(2, headings["供应商说明"]).value = "照付三角"
    book.save(path)
    assert counts(import_list(session, KIND, path)) == (3, 0, 1, 2, 0)
    session.expire_all()
    assert (found.state, found.accepted) == ("answered", Decimal("822.30"))
    assert find(session, found.number).claimed == 2 * CLAIMED
