from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parts.catalogue.rules.fitment import Car, Fit, Fitment, fitment_problems, fits, in_range
from tests.factories.vehicles import make_vin

BUILT = date(2025, 3, 1)
CAR = Car(make_vin(500), 1, BUILT)


def test_nothing_said_is_unknown_and_another_model_is_no() -> None:
    assert fits([], CAR) == Fit("unknown", "no_fitment")
    assert fits([Fitment(2)], CAR) == Fit("no", "model")


def test_the_model_fits_with_its_quantity() -> None:
    assert fits([Fitment(2, Decimal(8)), Fitment(1, Decimal(4))], CAR) == Fit("yes", "fits", Decimal(4))


@pytest.mark.parametrize(
    ("first", "last", "answer"),
    [
        (BUILT, BUILT, Fit("yes", "fits", Decimal(1))),
        (BUILT + timedelta(days=1), None, Fit("no", "built")),
        (None, BUILT - timedelta(days=1), Fit("no", "built")),
        (None, BUILT, Fit("yes", "fits", Decimal(1))),
    ],
)
def test_both_ends_of_a_production_window_are_in_it(first: date | None, last: date | None, answer: Fit) -> None:
    assert fits([Fitment(1, built_from=first, built_until=last)], CAR) == answer


def test_a_window_needs_the_day_of_production_but_a_row_without_one_decides() -> None:
    unknown = Car(CAR.vin, 1, None)
    window = Fitment(1, built_from=BUILT)
    assert fits([window], unknown) == Fit("unknown", "built_unknown")
    assert fits([window, Fitment(1, Decimal(2))], unknown) == Fit("yes", "fits", Decimal(2))


def test_where_several_rows_fit_the_car_takes_the_largest_quantity() -> None:
    rows = [Fitment(1, Decimal(4)), Fitment(1, Decimal(6), built_from=BUILT), Fitment(1, Decimal(5))]
    assert fits(rows, CAR) == fits(rows[::-1], CAR) == Fit("yes", "fits", Decimal(6))


def test_a_car_that_is_too_old_by_its_day_is_not_asked_for_its_vin_and_one_of_the_days_is() -> None:
    other_vins = {"vin_from": make_vin(501), "vin_until": make_vin(600)}
    built, vin = Fitment(1, built_from=BUILT + timedelta(days=1)), Fitment(1, **other_vins)
    assert fits([replace(built, **other_vins)], CAR) == Fit("no", "built")
    assert fits([built, vin], CAR) == Fit("no", "vin")  # its day is right for one row, so the VIN decides
    unknown = Car(CAR.vin, 1, None)
    assert fits([replace(built, **other_vins)], unknown) == Fit("no", "vin")  # no day would make it fit
    assert fits([vin, built], unknown) == Fit("unknown", "built_unknown")


def test_serials_are_ordered_within_one_head_only() -> None:
    first, last = make_vin(400), make_vin(600)
    assert fits([Fitment(1, vin_from=first, vin_until=last)], CAR).answer == "yes"
    assert fits([Fitment(1, vin_from=make_vin(501), vin_until=last)], CAR) == Fit("no", "vin")
    assert not in_range(make_vin(500, plant="3"), first, last)
    inside = [in_range(make_vin(serial), first, last) for serial in (399, 400, 600, 601)]
    assert inside == [False, True, True, False]


@given(st.integers(1, 999_998), st.integers(0, 999), st.integers(1, 999_999))
def test_a_vin_is_in_a_range_when_its_serial_is(first: int, wide: int, serial: int) -> None:
    last = min(first + wide, 999_999)
    assert in_range(make_vin(serial), make_vin(first), make_vin(last)) == (first <= serial <= last)


@pytest.mark.parametrize(
    ("new", "problem"),
    [
        (Fitment(1, Decimal("0.5")), None),
        (Fitment(1, Decimal(0)), ("quantity", "quantity")),
        (Fitment(1, Decimal("0.005")), ("quantity", "quantity")),
        (Fitment(1, built_from=BUILT, built_until=BUILT - timedelta(days=1)), ("days_turned", "built_until")),
        (Fitment(1, vin_from=make_vin(1)), ("vin_alone", "vin_until")),
        (Fitment(1, vin_until=make_vin(1)), ("vin_alone", "vin_from")),
        (Fitment(1, vin_from="LSVAM4180R2O00001", vin_until=make_vin(2)), ("vin", "vin_from")),
        (Fitment(1, vin_from=make_vin(1), vin_until=make_vin(2, plant="3")), ("heads_differ", "vin_until")),
        (Fitment(1, vin_from=make_vin(2), vin_until=make_vin(1)), ("range_turned", "vin_until")),
        (Fitment(3, Decimal(7)), ("twice", "model")),
        (Fitment(3, Decimal(7), built_from=BUILT), None),
        (Fitment(1, Decimal("0.01")), None),
        (Fitment(1, Decimal(9999)), None),
        (Fitment(1, Decimal("9999.01")), ("quantity", "quantity")),
        (Fitment(1, built_from=BUILT, built_until=BUILT), None),  # a single day, a single car
        (Fitment(1, vin_from=make_vin(1), vin_until=make_vin(1)), None),
        (Fitment(1, vin_from=make_vin(1), vin_until="LSVAM4180R2O00001"), ("vin", "vin_until")),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field(new: Fitment, problem: tuple[str, str] | None) -> None:
    known = [Fitment(3, Decimal(1))]
    assert [(item.code, item.field) for item in fitment_problems(new, known)] == ([problem] if problem else [])
