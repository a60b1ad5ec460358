from __future__ import annotations

from datetime import date

import pytest

from parts.quality.rules.likeness import Traits, known_week, likeness, week_of, weigh_terms

MINE = Traits("3401-00250", "no_function", 7, "2024-W20")


def test_a_week_is_written_as_iso_has_it() -> None:
    assert week_of(date(2024, 12, 30)) == "2025-W01"  # a Monday that belongs to the next year's first week
    assert week_of(date(2027, 1, 3)) == "2026-W53"
    assert known_week("2025-W01") == date(2024, 12, 30)


@pytest.mark.parametrize("text", ["", "2025-W54", "2025-01", "25-W01", "2025-W1", "二〇二五-W01", "2025-W00",
                                  "２０２５-W０１", "+025-W01", " 025-W01", "2025-W-1"])  # fmt: skip
def test_what_is_no_week(text: str) -> None:
    assert known_week(text) is None


def test_a_rare_term_weighs_more() -> None:
    # 2 × 64 / 64 = 2: one bit less one; 2 × 64 / 1 = 128: eight bits less one; a single character says nothing
    assert weigh_terms({"更换": 64, "哨声": 1, "油": 3, "无": 0}, 64) == {"更换": 1, "哨声": 7}
    # in half of them: halved once; in one more: not yet; in a quarter: twice, in one more: once
    counts = {"左前": 32, "右前": 33, "漏油": 16, "渗油": 17}
    assert weigh_terms(counts, 64) == {"左前": 2, "右前": 1, "漏油": 3, "渗油": 2}


@pytest.mark.parametrize(
    ("other", "points", "reasons"),
    [
        (Traits("3401-00250", "no_function", 7, "2024-W20"), 80, ("part", "mode", "model", "batch")),
        (Traits("3401-00251", "noise", 7, "2024-W22"), 57, ("family", "model", "batch")),
        (Traits("3401-00251", None, 8, "2024-W23"), 32, ("family",)),
        (Traits("9999", "no_function", 7, None), 25, ("mode", "model")),
        (Traits(None, None, None, None), 0, ()),
    ],
)
def test_points_are_added_by_what_is_the_same(other: Traits, points: int, reasons: tuple[str, ...]) -> None:
    found = likeness(MINE, other, ("3401-00250", "3401-00251"), shared=0, whole=50)
    assert (found.points, found.reasons) == (points, reasons)


def test_what_neither_says_is_not_the_same() -> None:
    nothing = Traits()
    assert likeness(nothing, nothing, (), shared=0, whole=0).points == 0


def test_shared_words_count_by_their_weight() -> None:
    nothing = Traits()
    half = likeness(nothing, nothing, (), shared=25, whole=50)
    assert (half.points, half.reasons) == (20, ("words",))
    few = likeness(nothing, nothing, (), shared=10, whole=50)
    assert (few.points, few.reasons) == (8, ())  # too little to be called similar words
    told = {share: likeness(nothing, nothing, (), shared=share, whole=50) for share in (12, 13, 14)}
    assert {share: (one.points, one.reasons) for share, one in told.items()} == {
        12: (9, ()), 13: (10, ()), 14: (11, ("words",)),  # more than a quarter of what words can bring
    }  # fmt: skip
    assert likeness(nothing, nothing, (), shared=1, whole=1).points == 40  # the only term it has, and both have it


def test_a_batch_that_one_side_does_not_know_is_none() -> None:
    week = Traits(week="2024-W52")
    assert [likeness(*pair, (), 0, 0).points for pair in ((Traits(), week), (week, Traits()))] == [0, 0]


def test_a_batch_reaches_over_the_turn_of_a_year() -> None:
    near = likeness(Traits(week="2024-W52"), Traits(week="2025-W02"), (), 0, 0)
    far = likeness(Traits(week="2024-W52"), Traits(week="2025-W03"), (), 0, 0)
    assert (near.reasons, far.reasons) == (("batch",), ())
