"""Who is meant by a row of a campaign's definition, and what makes a row wrong."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.vehicles import make_vin
from warranty.campaigns.rules.scopes import (
    ENGINE_RANGE,
    PART,
    PRODUCTION,
    VIN_LIST,
    VIN_RANGE,
    Scope,
    engine_serial,
    read_vins,
    scope_problems,
    vin_serial,
)


def codes(scope: Scope) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.field) for problem in scope_problems(scope)]


@given(st.integers(0, 999_999), st.integers(0, 999_999))
def test_cars_of_one_head_are_in_the_order_of_their_serials(one: int, other: int) -> None:
    """The check digit stands between head and serial and changes from car to car."""
    first, second = vin_serial(make_vin(one)), vin_serial(make_vin(other))
    assert first.head == second.head
    assert (first.serial < second.serial) == (one < other)


def test_another_year_or_plant_is_another_head() -> None:
    assert vin_serial(make_vin(1)).head != vin_serial(make_vin(1, year="S")).head
    assert vin_serial(make_vin(1)).head != vin_serial(make_vin(1, plant="3")).head


def test_a_range_of_vins_lies_in_one_head_and_goes_upwards() -> None:
    assert codes(Scope(VIN_RANGE, make_vin(7), make_vin(7))) == []
    assert codes(Scope(VIN_RANGE, make_vin(7), make_vin(900))) == []
    assert codes(Scope(VIN_RANGE, make_vin(900), make_vin(7))) == [("range_turned", "last")]
    assert codes(Scope(VIN_RANGE, make_vin(7), make_vin(9, year="S"))) == [("heads_differ", "last")]
    assert codes(Scope(VIN_RANGE, "LSVAM418", make_vin(9))) == [("vin", "first")]


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("EA211-0001", "EA211-0900", []),
        ("EA211-0001", "EA888-0900", [("heads_differ", "last")]),
        ("EA211-900", "EA211-1000", [("heads_differ", "last")]),  # other lengths have no common order
        ("EA211-0900", "EA211-0001", [("range_turned", "last")]),
        ("EA211-A", "EA211-0001", [("engine", "first")]),
    ],
)
def test_engine_numbers_are_put_in_order_by_their_last_figures(
    first: str, last: str, found: list[tuple[str, str]]
) -> None:
    assert codes(Scope(ENGINE_RANGE, first, last)) == found


def test_an_engine_number_is_taken_apart_before_its_last_figures() -> None:
    taken = engine_serial("EA211-0001234")
    assert taken is not None
    assert (taken.head, taken.serial) == ("EA211-", "0001234")


def test_the_other_rows_need_what_they_go_by() -> None:
    assert codes(Scope(VIN_LIST)) == []
    assert codes(Scope(PRODUCTION)) == [("required", "model")]
    assert codes(Scope(PRODUCTION, label="FORD FOCUS 2001")) == []
    assert codes(Scope(PART)) == [("required", "first")]
    assert codes(Scope("dream")) == [("choose", "kind")]
    turned = Scope(PRODUCTION, model_id=1, since=date(2026, 2, 1), until=date(2026, 1, 31))
    assert codes(turned) == [("days_turned", "until")]
    assert codes(Scope(PRODUCTION, model_id=1, since=date(2026, 2, 1), until=date(2026, 2, 1))) == []


def test_pasted_vins_are_parted_however_they_are_written() -> None:
    one, two = make_vin(1), make_vin(2)
    good, bad = read_vins(f"{one.lower()}，{two};\n {one}\tLSV123 OOOOOOOOOOOOOOOOO")
    assert good == [one, two]
    assert bad == ["LSV123", "OOOOOOOOOOOOOOOOO"]
