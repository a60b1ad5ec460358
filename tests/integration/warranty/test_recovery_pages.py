"""The pages of recovery: what is offered to whom, faults at their fields, and how often the database is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Supplier
from portal.auth.models import User
from portal.kernel.db import db
from portal.kernel.jobs import Job, run_one
from tests.factories.network import make_dealer, make_user
from tests.factories.recovery import CLAIMED, make_contract, make_cost, make_part, make_recovery, make_supplier
from tests.support.queries import count_queries
from warranty.recovery.models import Recovery, RecoveryContract, RecoveryLine

SignIn = Callable[[User], FlaskClient]
OCTOBER = datetime(2026, 10, 20, 3, tzinfo=UTC)
CONTRACT = {
    "scope": "all", "part": "", "component": "", "begins_on": "2026-01-01", "until_on": "2026-12-31",
    "labour_share": "62.5", "part_share": "100", "handling_share": "0", "claim_cap": "", "year_cap": "1,000.00",
    "answer_days": "30", "paper_no": "XY-1", "note": "",
}  # fmt: skip


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def supplier(session: Session) -> Supplier:
    found = make_supplier(session)
    make_part(session, found)
    return found


@pytest.fixture
def engineer(session: Session, sign_in: SignIn) -> FlaskClient:
    return entered(session, sign_in, "quality")


@pytest.fixture
def desk(session: Session, sign_in: SignIn) -> FlaskClient:
    return entered(session, sign_in, "settlement")


def entered(session: Session, sign_in: SignIn, role: str) -> FlaskClient:
    user = make_user(session, role)
    session.commit()
    return sign_in(user)


def demand(session: Session, dealer: Dealer, supplier: Supplier, now: datetime, state: str = "draft") -> Recovery:
    make_contract(session, now, supplier)
    make_cost(session, dealer, OCTOBER)
    found = make_recovery(session, now, supplier, state)
    session.commit()
    session.expunge(found)
    return found


def fresh(session: Session, found: Recovery) -> Recovery:
    session.rollback()
    kept = session.scalars(select(Recovery).where(Recovery.number == found.number)).one()
    session.refresh(kept)
    session.expunge(kept)  # so that looking at it takes no lock
    session.rollback()
    return kept


def test_a_contract_is_entered_and_its_page_shows_it(
    session: Session, engineer: FlaskClient, supplier: Supplier
) -> None:
    code = supplier.code
    session.commit()
    answer = engineer.post("/recovery/contracts/new", data={**CONTRACT, "supplier": code.lower()})
    assert answer.status_code == 302
    number = session.scalars(select(RecoveryContract.number)).one()
    session.rollback()
    page = engineer.get(f"/recovery/contracts/{number}").text
    for words in (number, "62.5", "1,000.00", "XY-1", "2026-12-31"):
        assert words in page
    again = engineer.post("/recovery/contracts/new", data={**CONTRACT, "supplier": code})
    assert again.status_code == 422
    assert number in again.text
    wrong = engineer.post("/recovery/contracts/new", data={**CONTRACT, "supplier": code, "labour_share": "12.345"})
    assert wrong.status_code == 422
    session.rollback()
    assert session.scalar(select(func.count()).select_from(RecoveryContract)) == 1


def test_demands_are_made_by_a_worker_and_the_page_says_what_came_of_it(
    app: Flask, session: Session, engineer: FlaskClient, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    make_contract(session, now, supplier)
    make_cost(session, dealer, OCTOBER)
    session.commit()
    assert "752.10" in engineer.get("/recovery/new?first_on=2026-10-01&last_on=2026-10-31").text
    days = {"first_on": "2026-10-01", "last_on": "2026-10-31", "supplier": ""}
    answer = engineer.post("/recovery/new", data=days)
    assert answer.status_code == 302
    db.session.remove()
    assert run_one("test")
    number = session.scalars(select(Recovery.number)).one()
    session.rollback()
    page = engineer.get(answer.location).text
    assert number in page
    assert "561.00" in page
    late = engineer.post("/recovery/new", data={**days, "last_on": "2026-12-31"})
    assert late.status_code == 422


def test_a_demand_goes_its_way_by_the_buttons_of_its_page(
    session: Session, engineer: FlaskClient, desk: FlaskClient, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    found = demand(session, dealer, supplier, now)
    page = f"/recovery/{found.number}"
    assert f"{page}/send" in engineer.get(page).text
    assert f"{page}/send" not in desk.get(page).text
    assert engineer.post(f"{page}/lines/1/lower", data={"amount": "200.00", "why": "x"}).status_code == 422
    assert engineer.post(f"{page}/lines/1/lower", data={"amount": "100.00", "why": "按协议"}).status_code == 302
    assert engineer.post(f"{page}/send", data={"version": fresh(session, found).row_version}).status_code == 302
    refused = engineer.post(f"{page}/lines/1/answer", data={"outcome": "partly", "amount": "100.00", "reason": ""})
    assert refused.status_code == 422
    assert refused.text.count('class="field-error"') == 2
    answer = {"outcome": "partly", "amount": "60.00", "reason": "工时过高"}
    assert engineer.post(f"{page}/lines/1/answer", data=answer).status_code == 302
    assert engineer.post(f"{page}/accept", data={}).status_code == 302
    assert fresh(session, found).state == "answered"
    assert engineer.post(f"{page}/dispute", data={"reason": ""}).status_code == 422
    assert engineer.post(f"{page}/agree", data={}).status_code == 302
    assert desk.post(f"{page}/book", data={}).status_code == 302
    assert desk.post(f"{page}/book", data={}).status_code == 409
    assert desk.post(f"{page}/pay", data={"paid_on": "", "reference": ""}).status_code == 422
    assert desk.post(f"{page}/pay", data={"paid_on": "2026-11-20", "reference": "BANK-1"}).status_code == 302
    found = fresh(session, found)
    assert (found.state, str(found.agreed)) == ("paid", "471.00")
    assert "BANK-1" in engineer.get(page).text


def test_what_was_sent_from_an_old_page_is_told(
    session: Session, engineer: FlaskClient, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    found = demand(session, dealer, supplier, now)
    answer = engineer.post(f"/recovery/{found.number}/send", data={"version": found.row_version - 1})
    assert answer.status_code == 409
    assert fresh(session, found).state == "draft"


def test_the_excel_list_and_the_evidence_are_made_in_the_download_centre(
    app: Flask, session: Session, engineer: FlaskClient, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    found = demand(session, dealer, supplier, now, "sent")
    assert engineer.post(f"/recovery/{found.number}/answer-list").status_code == 302
    form = {"kind": "recovery_evidence", "key": found.number}
    assert engineer.post("/documents/", data=form).status_code == 302
    db.session.remove()
    assert run_one("test")
    assert run_one("test")
    jobs = session.execute(select(Job.kind, Job.state, Job.file_name, Job.error).order_by(Job.id)).all()
    assert [tuple(job) for job in jobs] == [
        ("recovery_answers", "done", f"{found.number}.xlsx", None), ("paper", "done", f"{found.number}.pdf", None),
    ]  # fmt: skip


def test_the_page_of_shares_leads_from_each_figure_to_its_lines(
    session: Session, engineer: FlaskClient, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    found = demand(session, dealer, supplier, now, "paid")
    page = engineer.get("/recovery/shares").text
    for words in (supplier.code, "752.10", f"{CLAIMED}", "411.00", "54.6 %", "reached=paid", "account=booked"):
        assert words in page
    lines = engineer.get(f"/recovery/lines?supplier={supplier.code}&reached=paid").text
    assert found.number in lines
    assert "411.00" in engineer.get("/recovery/ledger?account=booked").text
    assert "752.10" in engineer.get(f"/recovery/costs?supplier={supplier.code}").text
    for language, name in (("zh-CN", "第1零部件厂"), ("en", "Works no. 1")):
        assert name in engineer.get("/recovery/costs", headers={"Accept-Language": language}).text
    wrong = engineer.get("/recovery/shares?since=2026-13-01&until=2026-12-01")
    assert wrong.status_code == 422


def test_the_work_list_leads_to_what_waits(
    session: Session, engineer: FlaskClient, desk: FlaskClient, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    demand(session, dealer, supplier, now, "agreed")
    assert "/recovery/?state=agreed" in desk.get("/").text
    assert "/recovery/?state=agreed" not in engineer.get("/").text


@pytest.mark.parametrize(
    "path",
    ["", "lines", "costs", "ledger", "shares", "contracts", "contracts/{contract}", "{number}", "{number}/lines/1"],
)
def test_more_rows_ask_the_database_no_more_often(
    app: Flask, session: Session, engineer: FlaskClient, dealer: Dealer, now: datetime, path: str
) -> None:
    supplier = make_supplier(session)
    make_part(session, supplier)
    found = demand(session, dealer, supplier, now, "paid")
    contract = session.scalars(select(RecoveryContract.number)).one()
    address = "/recovery/" + path.format(number=found.number, contract=contract)

    def asked() -> int:
        engineer.get(address)
        with count_queries(db.engine) as statements:
            assert engineer.get(address).status_code == 200
        return len(statements)

    few = asked()
    for place in range(6):
        make_cost(session, dealer, OCTOBER + timedelta(days=place))
        make_recovery(session, now, supplier, "paid")
    for _ in range(3):
        other = make_supplier(session)
        part = make_part(session, other, f"P-{other.code}")
        make_contract(session, now, other)
        make_cost(session, dealer, OCTOBER, part=part.number)
        make_recovery(session, now, other, "booked")
    session.commit()
    assert session.scalar(select(func.count()).select_from(RecoveryLine)) == 20
    session.commit()
    assert asked() <= few


def test_a_dealer_knows_nothing_of_it(
    session: Session, sign_in: SignIn, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    found = demand(session, dealer, supplier, now)
    user: Any = make_user(session, "service_manager", dealer)
    session.commit()
    manager = sign_in(user)
    for path in ("", "contracts", "shares", "lines", found.number):
        assert manager.get(f"/recovery/{path}").status_code == 403
    assert manager.post("/exports/", data={"list": "recovery_lines", "query": ""}).status_code == 403
    assert manager.post("/documents/", data={"kind": "recovery_evidence", "key": found.number}).status_code == 403
