from __future__ import annotations

from collections.abc import Callable
from random import Random
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.kernel import listing
from portal.kernel.access import Permission
from portal.kernel.listing import Column, Filter, ListSpec, Page, all_rows, fetch_page, read_state


def statement() -> Select[tuple[int, str, str, int]]:
    return select(Dealer.id, Dealer.code, Dealer.region, Dealer.row_version.label("grade"))


SPEC = ListSpec(
    key="probe",
    title="Probe",
    permission=Permission.NETWORK_VIEW,
    statement=statement,
    identity=Dealer.id,
    columns=(
        Column("code", "Code", link=True),
        Column("region", "Region"),
        Column("grade", "Grade", "num", default=False),
    ),
    sorts={"code": Dealer.code, "region": Dealer.region},
    default_sort="code",
    endpoint="network.dealers",
    filters=(
        Filter(
            "region",
            "Region",
            lambda s, value: s.where(Dealer.region == value),
            "choice",
            {"东区": "East", "西区": "West"},
        ),
        Filter("since", "Since", lambda s, _value: s, "date"),
    ),
)


@pytest.fixture
def codes(session: Session) -> list[str]:
    """Make 57 dealers in two regions, in no order; return their codes in order."""
    made = [f"D{number:03d}" for number in range(57)]
    for code in Random(1).sample(made, len(made)):
        region = "东区" if int(code[1:]) % 3 else "西区"
        session.add(Dealer(code=code, name=code, region=region, province="-", city="-"))
    session.flush()
    return made


def walk(session: Session, args: dict[str, str], step: Callable[[Page], str | None], name: str) -> list[list[str]]:
    pages = []
    while True:
        page = fetch_page(session, SPEC, args, size=10)
        pages.append([row.code for row in page.rows])
        cursor = step(page)
        if cursor is None:
            return pages
        args = dict(parse_qsl(page.state.query(**{name: cursor})))


@pytest.mark.parametrize("sort", ["code", "-code", "region", "-region"])
def test_pages_forward_and_back_show_every_row_once_in_one_order(session: Session, codes: list[str], sort: str) -> None:
    forward = walk(session, {"sort": sort}, lambda page: page.following, "after")
    rows = [code for page in forward for code in page]
    region = {code: ("东区" if int(code[1:]) % 3 else "西区") for code in codes}
    assert sorted(rows) == codes
    if sort.endswith("code"):
        assert rows == sorted(codes, reverse=sort.startswith("-"))
    else:
        regions = [region[code] for code in rows]
        assert regions == sorted(regions, key="东区西区".index, reverse=sort.startswith("-"))

    last = fetch_page(session, SPEC, {"sort": sort}, size=10)
    while last.following:
        last = fetch_page(session, SPEC, dict(parse_qsl(last.state.query(after=last.following))), size=10)
    back = [[row.code for row in last.rows]]
    back += walk(
        session, dict(parse_qsl(last.state.query(before=last.preceding))), lambda page: page.preceding, "before"
    )
    assert [code for page in reversed(back) for code in page] == rows


def test_the_first_page_has_no_page_before_and_the_last_none_after(session: Session, codes: list[str]) -> None:
    first = fetch_page(session, SPEC, {}, size=50)
    assert (first.preceding, first.following is not None) == (None, True)
    second = fetch_page(session, SPEC, {"after": first.following or ""}, size=50)
    assert (second.preceding is not None, second.following) == (True, None)
    assert fetch_page(session, SPEC, {}, size=57).following is None


@pytest.mark.parametrize("cursor", ["", "x", "W10", "bnVsbA", "WzEsICJ4Il0", "WyJhIiwgMV0x"])
def test_a_cursor_that_makes_no_sense_means_the_first_page(session: Session, codes: list[str], cursor: str) -> None:
    page = fetch_page(session, SPEC, {"after": cursor}, size=10)
    assert [row.code for row in page.rows][:1] == codes[:1]


def test_filters_narrow_and_what_makes_no_sense_is_told_at_its_filter(session: Session, codes: list[str]) -> None:
    page = fetch_page(session, SPEC, {"region": "西区"}, size=50)
    assert len(page.rows) == len([code for code in codes if int(code[1:]) % 3 == 0])
    state = read_state(SPEC, {"region": "北区", "since": "gestern", "sort": "nonsense", "columns": "grade,code,secret"})
    assert set(state.errors) == {"region", "since"}
    assert (state.sort, state.columns) == ("code", ("code", "grade"))


def test_the_state_of_a_list_survives_its_url(session: Session, codes: list[str]) -> None:
    args = {"region": "东区", "sort": "-region", "columns": "code,grade"}
    state = read_state(SPEC, args)
    assert dict(parse_qsl(state.query())) == args
    assert "region" not in dict(parse_qsl(state.query(region=None)))


def test_an_export_reads_all_rows_across_its_chunks(
    session: Session, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "EXPORT_CHUNK", 10)
    assert [row.code for row in all_rows(session, SPEC, {"sort": "-code"})] == codes[::-1]
