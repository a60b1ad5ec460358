from __future__ import annotations

import csv
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from dealers.vehicles.columns import PlateColumn, VinColumn, all_vins_right, usual_plates
from dealers.vehicles.rules import VIN_VALUES, check_digit, vin_fault

DATA = Path(__file__).parents[2] / "data"
LETTERS = st.text("".join(VIN_VALUES), min_size=17, max_size=17)


@st.composite
def vins(draw: st.DrawFn) -> str:
    vin = draw(LETTERS)
    right = vin[:8] + check_digit(vin) + vin[9:]
    return draw(st.sampled_from([right, right, right, vin, vin[:16], "I" + vin[1:], vin.lower(), "车" + vin[1:]]))


@given(st.lists(vins(), min_size=1))
def test_a_column_is_right_exactly_when_every_vin_is(column: list[str]) -> None:
    assert all_vins_right(column) == all(vin_fault(vin) is None for vin in column)


def test_real_vins_are_judged_as_published() -> None:
    with (DATA / "vins-real.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert all_vins_right([row["vin"]]) == (row["check_digit_valid"] == "true")


def test_a_mended_vin_is_taken_and_a_wrong_one_told() -> None:
    told: list[tuple[int, str]] = []
    column = VinColumn().column(
        ["1m8gdm9axkp042788", " 1M8GDM9AXKP042788", "1M8GDM9A1KP042788", "", "1M8"],
        lambda index, fault: told.append((index, fault.message)),
    )
    assert column == ["1M8GDM9AXKP042788", "1M8GDM9AXKP042788", None, None, None]
    assert [index for index, _message in told] == [2, 4]


def test_usual_plates_are_known_in_one_look() -> None:
    assert usual_plates(["沪A12345", "", "沪AD12345", "京B1234A"])
    assert not usual_plates(["沪A12345", "abc"])
    assert not usual_plates(["沪A12345\n沪A12346"])


def test_plates_are_cleaned() -> None:
    assert PlateColumn().column(["沪a·12345", "", "ABC 1"], lambda _index, _fault: None) == ["沪A12345", None, "ABC1"]
