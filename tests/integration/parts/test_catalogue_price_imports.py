from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part, PartChange, PartPrice
from portal.kernel.importing.reading import Source
from tests.factories.catalogue import make_part
from tests.support.lists import TODAY, counts, import_list, rejected_rows, write_list

ROW = {
    "配件号": "P1", "配件名称": "前制动片", "价格生效日期": "2026-01-01", "经销商价": "180", "索赔价": "198.00",
    "零售价": "260",
}  # fmt: skip
PAST = "A price can begin today at the earliest; papers of past days keep theirs."
TAKEN = "The part has a price from that day already."
LOW = "The retail price must not be below the dealer price."


def _row(number: str, first: str, last: str | None = None, **more: str) -> dict[str, str]:
    return ROW | {"配件号": number, "价格生效日期": first} | ({} if last is None else {"价格截止日期": last}) | more


def _stored(session: Session, number: str = "P1") -> list[tuple[str, str | None, Decimal]]:
    session.expire_all()
    rows = session.scalars(
        select(PartPrice).join(Part, Part.id == PartPrice.part_id).where(Part.number == number)
        .order_by(PartPrice.valid_from)
    )  # fmt: skip
    return [
        (row.valid_from.isoformat(), row.valid_until.isoformat() if row.valid_until else None, row.dealer)
        for row in rows
    ]


def test_a_price_that_has_begun_stays_whatever_a_list_says(session: Session, tmp_path: Path) -> None:
    import_list(session, "parts", write_list(tmp_path / "a.csv", [ROW]))
    again = ROW | {"配件名称": "前刹车片", "经销商价": "999", "零售价": "5"}
    result = import_list(session, "parts", write_list(tmp_path / "b.csv", [again]))
    assert counts(result) == (1, 0, 0, 0, 1)
    (told,) = rejected_rows(result)
    assert told["Column"] == "Price valid from; Retail price"
    assert told["Reason"] == f"{PAST}\n{TAKEN}\n{LOW}"
    assert _stored(session) == [("2026-01-01", None, Decimal("180.00"))]
    assert session.scalars(select(Part.name_zh)).all() == ["前制动片"]  # the row as a whole was refused


def test_a_coming_price_is_changed_by_no_list_either(session: Session, tmp_path: Path) -> None:
    rows = [ROW, ROW | {"价格生效日期": "2027-01-01", "经销商价": "190"}]
    import_list(session, "parts", write_list(tmp_path / "a.csv", rows))
    changed = [rows[0], rows[1] | {"经销商价": "191"}]
    result = import_list(session, "parts", write_list(tmp_path / "b.csv", changed))
    assert counts(result) == (2, 0, 0, 1, 1)
    assert [(row["Column"], row["Reason"]) for row in rejected_rows(result)] == [("Price valid from", TAKEN)]
    assert _stored(session) == [("2026-01-01", None, Decimal("180.00")), ("2027-01-01", None, Decimal("190.00"))]


@pytest.mark.parametrize(("days", "told"), [(-200, [PAST]), (-1, [PAST]), (0, []), (1, [])])
def test_a_new_price_of_a_part_that_has_one_begins_today_at_the_earliest(
    session: Session, tmp_path: Path, days: int, told: list[str]
) -> None:
    make_part(session, "P1")
    row = ROW | {"价格生效日期": (TODAY + timedelta(days=days)).isoformat()}
    result = import_list(session, "parts", write_list(tmp_path / "a.csv", [row]))
    assert counts(result) == (1, 1 - len(told), 0, 0, len(told))
    assert [(row["Column"], row["Reason"]) for row in rejected_rows(result)] == [
        ("Price valid from", reason) for reason in told
    ]


def test_only_the_first_prices_of_a_part_may_begin_in_the_past(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_part(session, "P1", retail=None)
    make_part(session, "P2")
    monkeypatch.setattr(Source.chunks, "__defaults__", (1,))  # each row by itself: the first price is stored by then
    rows = [
        _row("P1", "2025-01-01"), _row("P3", "2025-01-01"), _row("P2", "2025-01-01"), _row("P1", "2026-02-01"),
        _row("P3", "2026-02-01"),
    ]  # fmt: skip
    result = import_list(session, "parts", write_list(tmp_path / "a.csv", rows))
    assert counts(result) == (5, 4, 0, 0, 1)
    assert [(row["配件号"], row["Reason"]) for row in rejected_rows(result)] == [("P2", PAST)]
    later = write_list(tmp_path / "b.csv", [_row("P1", "2026-03-01"), _row("P3", "2024-01-01")])
    assert [row["Reason"] for row in rejected_rows(import_list(session, "parts", later))] == [PAST, PAST]
    assert [first for first, *_rest in _stored(session, "P1")] == ["2025-01-01", "2026-02-01"]


def test_no_retail_price_is_below_the_dealer_price(session: Session, tmp_path: Path) -> None:
    rows = [_row("P1", "2026-01-01", 零售价="179.99"), _row("P2", "2026-01-01", 零售价="180.00")]
    result = import_list(session, "parts", write_list(tmp_path / "a.csv", rows))
    assert counts(result) == (2, 1, 0, 0, 1)
    assert [(row["配件号"], row["Column"], row["Reason"]) for row in rejected_rows(result)] == [
        ("P1", "Retail price", LOW)
    ]
    assert session.scalars(select(Part.number)).all() == ["P2"]


def test_what_is_stored_already_is_unchanged_even_where_no_new_price_could_be_so(
    session: Session, tmp_path: Path
) -> None:
    part = make_part(session, "P1", retail=None)
    day, end = date(2026, 1, 1), date(2026, 12, 31)
    session.add(PartPrice(part_id=part.id, valid_from=day, valid_until=end, dealer=Decimal(9), warranty=Decimal(9),
                          retail=Decimal(8)))  # fmt: skip
    amounts = {"经销商价": "9", "索赔价": "9.00", "零售价": "8"}
    for name, row in (
        ("a", _row("P1", "2026-01-01", **amounts)),
        ("b", _row("P1", "2026-01-01", "", **amounts)),
        ("c", _row("P1", "2026-01-01", "2026-12-31", **amounts)),
    ):
        path = write_list(tmp_path / f"{name}.csv", [row])
        assert counts(import_list(session, "parts", path)) == (1, 0, 0, 1, 0)
    other_end = write_list(tmp_path / "d.csv", [_row("P1", "2026-01-01", "2026-11-30", **amounts)])
    assert counts(import_list(session, "parts", other_end)) == (1, 0, 0, 0, 1)
    renamed = write_list(tmp_path / "e.csv", [_row("P1", "2026-01-01", 配件名称="后制动片", **amounts)])
    assert counts(import_list(session, "parts", renamed)) == (1, 0, 1, 0, 0)
    assert _stored(session) == [("2026-01-01", "2026-12-31", Decimal("9.00"))]
    assert session.scalars(select(PartChange.kind)).all() == ["facts"]


def test_a_gap_or_an_overlap_refuses_the_parts_new_rows_and_no_others(session: Session, tmp_path: Path) -> None:
    rows = [
        _row("GAP", "2026-01-01", "2026-06-30"), _row("GAP", "2026-07-02", ""),
        _row("TWICE", "2026-01-01", "2026-06-30"), _row("TWICE", "2026-06-30", ""), _row("TWICE", "2027-01-01", ""),
        _row("GOOD", "2026-01-01", "2026-06-30"), _row("GOOD", "2026-07-01", "2026-12-31"),
        _row("TURNED", "2026-07-01", "2026-06-30"),
    ]  # fmt: skip
    result = import_list(session, "parts", write_list(tmp_path / "a.csv", rows))
    assert counts(result) == (8, 2, 0, 0, 6)
    gap = "From 2026-07-01 to 2026-07-01 the part would have no price."
    overlap = "From 2026-06-30 to 2026-06-30 the part would have two prices."
    assert [(row["配件号"], row["Column"], row["Reason"]) for row in rejected_rows(result)] == [
        ("GAP", "Price valid until", gap), ("GAP", "Price valid from", gap),
        ("TWICE", "Price valid until", overlap), ("TWICE", "Price valid from", overlap),
        ("TWICE", "Part number", overlap), ("TURNED", "Price valid until", "The last day is before the first."),
    ]  # fmt: skip
    assert session.scalars(select(Part.number)).all() == ["GOOD"]
    later = write_list(tmp_path / "b.csv", [rows[6], _row("GOOD", "2027-01-05", "")])
    result = import_list(session, "parts", later)  # over what is stored already, which stays unchanged
    assert counts(result) == (2, 0, 0, 1, 1)
    assert [row["Reason"] for row in rejected_rows(result)] == [
        "From 2027-01-01 to 2027-01-04 the part would have no price."
    ]


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        ("2027-02-01", "From 2027-01-01 to 2027-01-31 the part would have no price."),
        ("2026-12-01", "From 2026-12-01 to 2026-12-31 the part would have two prices."),
        ("2027-01-01", None),
    ],
)
def test_a_list_without_last_days_leaves_no_gap_and_no_overlap_either(
    session: Session, tmp_path: Path, first: str, reason: str | None
) -> None:
    rows = [_row("P1", "2026-01-01", "2026-12-31"), _row("P2", "2026-01-01", "")]
    import_list(session, "parts", write_list(tmp_path / "a.csv", rows))
    result = import_list(session, "parts", write_list(tmp_path / "b.csv", [_row("P1", first), _row("P2", first)]))
    assert counts(result) == ((2, 2, 0, 0, 0) if reason is None else (2, 1, 0, 0, 1))
    told = [(row["配件号"], row["Column"], row["Reason"]) for row in rejected_rows(result)]
    assert told == ([] if reason is None else [("P1", "Price valid from", reason)])
    assert [day for day, *_rest in _stored(session, "P2")] == ["2026-01-01", first]


def test_a_gap_that_was_there_stops_no_price_that_does_not_make_it(session: Session, tmp_path: Path) -> None:
    part = make_part(session, "P1", retail=None)
    for first, last in ((date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 3, 1), None)):
        session.add(PartPrice(part_id=part.id, valid_from=first, valid_until=last, dealer=Decimal(1),
                              warranty=Decimal(1), retail=Decimal(1)))  # fmt: skip
    result = import_list(session, "parts", write_list(tmp_path / "a.csv", [_row("P1", "2026-12-01")]))
    assert counts(result) == (1, 1, 0, 0, 0)


@pytest.mark.databases("sqlite")
def test_prices_are_judged_by_as_many_queries_for_many_rows_as_for_few(session: Session, tmp_path: Path) -> None:
    def queries(count: int, name: str) -> int:
        numbers = [f"{name}{index}" for index in range(count)]
        rows = [_row(number, "2026-01-01", "2026-12-31") for number in numbers]
        import_list(session, "parts", write_list(tmp_path / f"{name}a.csv", rows))
        path = write_list(tmp_path / f"{name}b.csv", [_row(number, "2027-01-01") for number in numbers])
        asked: list[str] = []
        raw: Any = session.connection().connection.driver_connection
        raw.set_trace_callback(lambda text: asked.append(text) if text.startswith("select") else None)
        assert counts(import_list(session, "parts", path)) == (count, count, 0, 0, 0)
        raw.set_trace_callback(None)
        return len(asked)

    assert queries(1, "A") == queries(40, "B") > 0
