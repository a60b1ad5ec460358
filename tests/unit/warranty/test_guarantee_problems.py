"""Which complaints are the same quality problem, and what it is called."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from warranty.guarantee.rules.facts import Text
from warranty.guarantee.rules.problems import Complaint, problem_keys, problem_names

LEAK_A = Complaint("2026-03-01/1", "engine", "leak", None, "发动机渗油")
LEAK_B = Complaint("2026-05-01/1", "engine", "leak", None, "又渗油")


def test_the_same_failure_of_the_same_component_is_the_same_problem() -> None:
    other = Complaint("2026-05-01/2", "brakes", "leak", None)
    keys = problem_keys([LEAK_A, LEAK_B, other])
    assert keys[LEAK_A.place] == keys[LEAK_B.place] != keys[other.place]


def test_a_failure_that_says_too_little_is_a_problem_of_its_own() -> None:
    vague = [
        Complaint(f"2026-03-0{n}/1", "engine", mode, None) for n, mode in enumerate(("other", "no_function", None), 1)
    ]
    assert len(set(problem_keys(vague).values())) == 3


def test_the_station_may_say_that_it_is_another_problem_or_an_earlier_one() -> None:
    new = Complaint("2026-06-01/1", "engine", "leak", "new")
    named = Complaint("2026-07-01/1", "body", "noise", "2026-06-01/1")
    keys = problem_keys([LEAK_A, new, named])
    assert keys[new.place] != keys[LEAK_A.place]
    assert keys[named.place] == keys[new.place]


def test_what_is_no_earlier_complaint_is_a_problem_of_its_own() -> None:
    later = Complaint("2026-01-01/1", "engine", None, "2026-03-01/1")
    assert problem_keys([later, LEAK_A])[later.place] == later.place


@given(st.lists(st.sampled_from(["new", None, "1", "2", "3"]), max_size=6))
def test_naming_never_goes_in_circles(said: list[str | None]) -> None:
    complaints = [Complaint(str(n), "engine", None, same) for n, same in enumerate(said, 1)]
    keys = problem_keys(complaints)
    assert set(keys) == {one.place for one in complaints}
    assert all(keys[key] == key for key in keys.values())


def test_a_problem_is_called_by_component_and_failure() -> None:
    assert problem_names([LEAK_A, LEAK_B], problem_keys([LEAK_A, LEAK_B])) == {
        "engine:leak": Text("发动机渗漏", "engine: leaks")
    }


def test_a_problem_without_a_kind_is_called_by_the_customers_words_cut_short() -> None:
    short = Complaint("2026-03-01/1", "other", None, None, "有异味")
    long = Complaint("2026-03-02/1", "other", None, None, "空调" * 20)
    silent = Complaint("2026-03-03/1", "other", None, None)
    complaints = [short, long, silent]
    names = problem_names(complaints, problem_keys(complaints))
    assert names[short.place].zh == "“有异味”"
    assert len(names[long.place].zh) == 26
    assert names[long.place].zh.endswith("…”")
    assert silent.place not in names
