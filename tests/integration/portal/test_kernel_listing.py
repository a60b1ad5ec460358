from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from sqlalchemy.orm import Session

from portal.auth.lists import USERS
from portal.kernel import listing
from portal.kernel.listing import all_rows, fetch_page, read_state
from tests.factories.network import make_user


@pytest.fixture
def many(session: Session) -> Session:
    for number in range(11):
        make_user(session, "auditor", username=f"user{number:02d}", display_name=f"同名{number // 4}")
    session.commit()
    return session


def names(page: Any) -> list[str]:
    return [row.username for row in page.rows]


def walk(session: Session, sort: str) -> tuple[list[str], list[str]]:
    """Go to the last page by the cursors and back again; return what was seen on either way."""
    page, there = fetch_page(session, USERS, {"sort": sort}, 3), []
    while True:
        there += names(page)
        if page.following is None:
            break
        page = fetch_page(session, USERS, {"sort": sort, "after": page.following}, 3)
    back = names(page)
    while page.preceding is not None:
        page = fetch_page(session, USERS, {"sort": sort, "before": page.preceding}, 3)
        back = names(page) + back
    return there, back


@pytest.mark.parametrize(
    "sort", ["username", "-username", "display_name", "-display_name", "created_at", "-created_at"]
)
def test_pages_show_every_row_once_forward_and_backward(many: Session, sort: str) -> None:
    there, back = walk(many, sort)
    assert sorted(there) == [f"user{number:02d}" for number in range(11)]
    assert back == there
    assert there == [row.username for row in all_rows(many, USERS, {"sort": sort})]


def test_an_export_goes_on_over_its_chunks(many: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "EXPORT_CHUNK", 4)
    assert len(list(all_rows(many, USERS, {"sort": "display_name"}))) == 11


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "WzEsMl0", "eyJhIjoxfQ", "é", "A" * 500])
def test_a_cursor_that_makes_no_sense_means_the_first_page_or_an_empty_one(many: Session, cursor: str) -> None:
    assert fetch_page(many, USERS, {"sort": "created_at", "after": cursor}, 3).rows


def test_what_the_url_says_is_read_and_written_again() -> None:
    state = read_state(USERS, {"name": " li ", "role": "emperor", "sort": "-nothing", "columns": "dealer,username,bad"})
    assert state.values == {"name": "li", "role": "emperor"}
    assert state.parsed == {"name": "li"}
    assert list(state.errors) == ["role"]
    assert state.sort == "username"
    assert state.columns == ("username", "dealer")
    again = dict(parse_qsl(state.query(sort="-username")))
    assert again == {"name": "li", "role": "emperor", "sort": "-username", "columns": "username,dealer"}


def test_filters_narrow_and_do_not_take_signs_for_wildcards(many: Session) -> None:
    assert names(fetch_page(many, USERS, {"name": "USER03"})) == ["user03"]
    assert names(fetch_page(many, USERS, {"name": "user%"})) == []
    assert len(names(fetch_page(many, USERS, {"name": "同名1", "role": "auditor", "active": "yes"}))) == 4
    assert names(fetch_page(many, USERS, {"active": "no"})) == []
