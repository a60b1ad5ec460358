"""The pages of failure tracking: from a figure to its claims, to a report of them, to Excel and paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.quality.models import QualityClaim, QualityReport
from portal.auth.models import User
from portal.kernel.clock import local_date
from portal.kernel.db import db
from portal.kernel.jobs import Job, run_one
from portal.kernel.listing import all_rows
from portal.kernel.storage import storage
from reports.analytics.failure_forms import read_choice
from reports.analytics.failure_list import FAILURES
from reports.analytics.queries.exposure import read_aged
from reports.analytics.queries.failures import DIMENSIONS, read_pivot
from reports.analytics.sheets import SHEETS
from tests.conftest import NOW
from tests.factories.analytics import make_cars, make_failure
from tests.factories.network import make_dealer, make_user
from tests.factories.vehicles import make_model, make_vehicle
from tests.support.queries import count_queries
from tests.support.visit import pdf_text

SignIn = Callable[[User], FlaskClient]
DAYS = {"since": "2025-12-01", "until": "2026-11-30"}


@pytest.fixture
def fleet(session: Session) -> None:
    """Thirteen cars, twelve of a model in two batches, nine failures of pumps and valves at two stations."""
    one, two, model = make_dealer(session), make_dealer(session), make_model(session, code="SEDAN")
    built = [make_cars(session, model, 6, "2026-03-02", day) for day in ("2026-01-05", "2026-02-02")]
    for number in range(9):
        car = built[number % 2][number // 2]
        part = "VALVE" if number % 3 == 2 else None if number == 7 else "PUMP"
        make_failure(
            session, two if number % 4 == 1 else one, car, f"2026-{4 + number % 5:02d}-20", "", f"{100 + number}",
            causal_part=part, failure_mode="noise" if number % 2 else "leak",
        )  # fmt: skip
    make_vehicle(session, model_id=make_model(session, code="OTHER").id)


def rows_behind(session: Session, args: dict[str, str]) -> list[Any]:
    return list(all_rows(session, FAILURES, args))


def test_behind_every_figure_stand_just_its_claims(session: Session, fleet: None) -> None:
    """Whatever a table is made by: the list narrowed by its cell holds as many claims as the cell says."""
    chosen = read_choice(DAYS, local_date(NOW))
    for by in DIMENSIONS:
        pivot = read_pivot(session, chosen.asked, by)
        assert sum(cell.claims for cell in pivot.rows.values()) == 9, by
        for key, cell in pivot.rows.items():
            behind = rows_behind(session, {**chosen.query, by: key})
            assert (len(behind), sum(row.cost for row in behind)) == (cell.claims, cell.cost), (by, key)
    cross = read_pivot(session, chosen.asked, "week", "mode")
    for (week, mode), cell in cross.cells.items():
        assert len(rows_behind(session, {**chosen.query, "week": week, "mode": mode})) == cell.claims


def test_behind_r1000_stand_the_claims_that_it_counts(session: Session, fleet: None) -> None:
    chosen = read_choice({**DAYS, "part": "PUMP"}, local_date(NOW), lifelong=True)
    for months in (1, 3, 6):
        at = read_aged(session, chosen.asked)[""].at(months)
        behind = rows_behind(session, {**chosen.narrowed, "r1000": f"{months}:2026-11-30"})
        assert (len(behind), at.cars) == (at.claims, 13)
    assert at.claims > 0
    for nonsense in ("12", "0:2026-11-30", "99:2026-11-30", "x:y"):
        assert rows_behind(session, {"r1000": nonsense}) == []


def pages_of(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == status
    return unescape(answer.get_data(as_text=True))


@pytest.mark.databases("sqlite")
def test_from_a_figure_to_a_quality_report(session: Session, fleet: None, sign_in: SignIn) -> None:
    engineer, auditor, clerk = (make_user(session, role) for role in ("quality", "auditor", "warranty_clerk"))
    session.commit()
    client = sign_in(engineer)
    page = pages_of(client, "/analytics/failures?by=part&since=2025-12-01&until=2026-11-30")
    (link,) = set(re.findall(r'href="(/analytics/failures/claims\?[^"]*part=VALVE[^"]*)"', page))
    behind = pages_of(client, link)
    assert len(re.findall(r'href="/claims/[^"]+"', behind)) >= 3
    query = re.search(r'name="query" value="([^"]*)"', behind.split("open_quality_report")[0])
    assert query is not None
    sent = {"query": query.group(1)}
    assert sign_in(auditor).post("/analytics/failures/report", data=sent).status_code == 403
    assert sign_in(clerk).get("/analytics/failures").status_code == 403
    place = client.post("/analytics/failures/report", data=sent).headers["Location"]
    english = {"Accept-Language": "en"}
    assert client.post("/analytics/failures/report", data=sent, headers=english).headers["Location"] == place
    found = session.scalars(select(QualityReport)).one()
    assert (place, found.dealer_id, found.part_number) == (f"/quality/{found.number}", None, "VALVE")
    linked = session.scalars(select(QualityClaim.number).order_by(QualityClaim.number)).all()
    listed = {row.number for row in rows_behind(session, {**DAYS, "part": "VALVE"})}
    assert set(linked) == listed
    assert len(linked) == 3
    session.rollback()
    other = {"query": "part=PUMP"}  # kept and read by others, it is called in Chinese whoever opens it
    client.post("/analytics/failures/report", data=other, headers=english)
    titles = session.scalars(select(QualityReport.title).where(QualityReport.part_number == "PUMP")).all()
    session.rollback()
    assert [title.split(" ")[-1] for title in titles] == ["渗漏"]
    none = client.post("/analytics/failures/report", data={"query": "part=NOTHING"})
    assert none.status_code == 422


@pytest.mark.databases("sqlite")
def test_two_dimensions_and_what_makes_no_sense(session: Session, fleet: None, sign_in: SignIn) -> None:
    user = make_user(session, "quality")
    session.commit()
    client = sign_in(user)
    page = pages_of(client, "/analytics/failures?by=week&across=mode&measure=cost&since=2025-12-01&until=2026-11-30")
    assert "Leaks" in page
    assert "mode=leak" in page
    assert pages_of(client, "/analytics/failures?since=2026-02-30", 422).count("Please write the date as") == 1
    assert "Please write the date as" in pages_of(client, "/analytics/failures/r1000?built_from=yesterday", 422)
    assert "No failure meets these filters" in pages_of(client, "/analytics/failures?part=NOTHING")
    # pumps failed in the second or third month on three of the thirteen cars, all older than three months
    assert "230.77" in pages_of(client, "/analytics/failures/r1000?by=part&sold_from=2025-01-01")
    # claims are kept since the twentieth of April only, and every car was handed over before
    assert "No car meets these filters" in pages_of(client, "/analytics/failures/r1000?by=part&part=VALVE")
    assert pages_of(client, "/analytics/failures?by=weather&across=mood")  # nonsense falls back


@pytest.mark.databases("sqlite")
def test_the_heading_says_which_cars_claims_are_held_against(session: Session, fleet: None, sign_in: SignIn) -> None:
    user = make_user(session, "quality")
    session.commit()
    client = sign_in(user)
    head = '<th scope="col" class="num">{}</th>'.format
    for query, came_in in (("by=part", False), ("by=dealer", True), ("by=model&region=东区", True)):
        page = pages_of(client, f"/analytics/failures?{query}")
        assert (head("Cars that came in") in page, head("Cars at risk") in page) == (came_in, not came_in), query
    page = pages_of(client, "/analytics/failures?by=part&band=0-2")
    assert "Rates by months in service need the cars that reached them" in page
    lines = list(SHEETS["failures"].rows(session, {**DAYS, "by": "dealer"}, local_date(NOW)))
    assert {line.basis for line in lines} == {"came_in"}


@pytest.mark.databases("sqlite")
def test_pages_ask_as_often_however_much_there_is(session: Session, fleet: None, sign_in: SignIn) -> None:
    user = make_user(session, "quality")
    session.commit()
    client = sign_in(user)
    pages_of(client, "/analytics/failures")
    for path, most in (
        ("/analytics/failures", 7),
        ("/analytics/failures?across=model", 7),
        ("/analytics/failures/r1000", 8),
    ):
        with count_queries(db.engine) as sent:
            pages_of(client, path)
        assert len(sent) <= most, (path, sent)


def test_workbooks_hold_what_the_pages_show(session: Session, fleet: None) -> None:
    today = local_date(NOW)
    lines = list(SHEETS["failures"].rows(session, {**DAYS, "by": "part"}, today))
    assert [(line.key, line.cell.claims) for line in lines] == [("PUMP", 5), ("VALVE", 3), ("-", 1)]
    cells = list(SHEETS["failure_cells"].rows(session, {**DAYS, "by": "part", "across": "mode"}, today))
    assert sum(row.cell.claims for row in cells) == 9
    aged = list(SHEETS["r1000"].rows(session, {**DAYS, "by": "model", "sold_from": "2025-01-01"}, today))
    assert {line.key for line in aged} == {"SEDAN", "OTHER"}
    assert list(SHEETS["r1000"].rows(session, {**DAYS, "by": "model"}, today)) == []


@pytest.mark.databases("sqlite")
def test_the_table_is_printed(session: Session, fleet: None, sign_in: SignIn) -> None:
    user = make_user(session, "quality")
    session.commit()
    client = sign_in(user)
    key = "by=part&since=2025-12-01&until=2026-11-30&model=SEDAN&sold_from=2025-01-01"
    assert client.post("/documents/", data={"kind": "failure_tracking", "key": key}).status_code == 302
    assert client.post("/documents/", data={"kind": "failure_tracking", "key": "by=part"}).status_code == 404
    assert run_one("test")
    job = session.scalars(select(Job)).one()
    assert (job.state, job.error) == ("done", None)
    paper = pdf_text(storage().get(job.file_key or "") or b"")
    for words in ("故障跟踪表", "2025-12-01 ~ 2026-11-30", "PUMP", "VALVE", "未登记", "R1000", "SEDAN"):
        assert words in paper, words
