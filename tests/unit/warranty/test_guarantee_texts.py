"""The sentences: they name the article, the visits and what they speak of, in both languages."""

from __future__ import annotations

import pytest

from tests.support.guarantee import Json, answer, at, case, job, visit
from warranty.guarantee.rules.facts import COMPONENTS, Text
from warranty.guarantee.rules.texts import COMPONENT_NAMES, PART_NAMES, key_name, part_name, visits
from warranty.guarantee.seeds import MAIN_PARTS


def test_every_component_and_every_seeded_part_has_a_name() -> None:
    assert COMPONENT_NAMES.keys() == set(COMPONENTS)
    assert {part for parts in MAIN_PARTS.values() for part in parts} <= PART_NAMES.keys()


@pytest.mark.parametrize(
    ("kind", "key", "name"),
    [
        ("days", None, Text("", "")),
        ("assembly", "engine", Text("发动机", "engine")),
        ("main_part", "engine/crankshaft", Text("曲轴", "crankshaft")),
        ("main_part", "transmission/case", Text("箱体", "case")),
        ("main_part", "traction_battery/case", Text("动力蓄电池箱体", "battery case")),
        ("main_part", "suspension/link", Text("悬架连杆", "suspension link")),
        ("main_part", "engine/turbo a/b", Text("turbo a/b", "turbo a/b")),
        ("times", "engine", Text("engine", "engine")),  # a problem's own words are no assembly
        ("times", "engine/crankshaft", Text("engine/crankshaft", "engine/crankshaft")),
    ],
)
def test_names_of_what_a_line_is_about(kind: str, key: str | None, name: Text) -> None:
    assert key_name(kind, key) == name


def test_a_part_that_nobody_named_is_called_by_its_own_word() -> None:
    assert part_name("engine", "turbo") == Text("turbo", "turbo")


def said(given: Json, counter: str) -> Json:
    (row,) = [row for row in answer(given)["watch"] if row["counter"] == counter]
    words: Json = row["next"]
    return words


def stays(days: int) -> Json:
    return case(visit("R1", at(100), hours=24 * days))


def test_the_watch_says_how_far_it_is_to_the_line() -> None:
    words = said(stays(12), "repair_days")
    assert words["zh"] == (
        "再累计修理19日即超过30日，消费者可要求换车或退货（市场监管总局令第43号第二十四条第一款第（四）项）。涉及维修：R1。"
    )
    assert words["en"] == (
        "19 more days in repair would make it more than 30: the owner may ask for another car or the money back "
        "(Order 43 of 2021, Art. 24(1)(4)). Visits: R1."
    )


def test_one_is_no_plural() -> None:
    assert said(stays(30), "repair_days")["en"].startswith("1 more day in repair would ")
    four = case(*[visit(f"R{n}", at(100 + n)) for n in range(4)])
    assert said(four, "same_problem")["en"].startswith("1 more repair of this problem ")
    assert said(case(visit("R0", at(100))), "same_problem")["en"].startswith("4 more repairs of this problem ")


def test_a_page_that_links_the_visits_leaves_their_names_out() -> None:
    for language in ("zh", "en"):
        words, tail = said(stays(12), "repair_days")[language], getattr(visits(["R1"]), language)
        assert words.endswith(tail)
        assert "R1" not in words.removesuffix(tail)


def test_the_watch_says_that_a_line_is_crossed() -> None:
    assert said(stays(31), "repair_days")["zh"].startswith("已达法定条件，消费者可要求换车或退货（")
    assert said(stays(31), "repair_days")["en"].startswith("The line is crossed: the owner may ask")


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize(
    ("counter", "changes"),
    [
        ("serious_safety_repairs", {"serious_safety": True}),
        ("assembly_replacements", {"action": "replace_assembly"}),
        ("main_part_replacements", {"part": "piston", "action": "replace_part"}),
    ],
)
def test_before_and_after_the_second_time_the_watch_says_something_else(
    counter: str, changes: Json, times: int
) -> None:
    given = case(*[visit(f"R{n}", at(100 + n), job(**changes)) for n in range(times)])
    words = said(given, counter)
    assert ("once more" in words["en"]) == (times == 1)
    assert ("再修理1次" in words["zh"] or "再更换1次" in words["zh"]) == (times == 1)
    assert words["en"].endswith(f"Visits: {', '.join(f'R{n}' for n in range(times))}.")


def test_words_of_people_are_never_read_as_a_pattern() -> None:
    given = case(*[visit(f"{{R{n}}}", at(100 + n), job(problem="{name} %s {0}")) for n in range(5)])
    (right,) = answer(given)["entitlements"]
    assert "（{name} %s {0}）" in right["reason"]["zh"]
    assert "Visits: {R0}, {R1}" in right["reason"]["en"]
    assert "({name} %s {0})" in said(case(*given["repairs"][:2]), "same_problem")["en"]


@pytest.mark.parametrize(
    ("changes", "zh", "en"),
    [
        ({"use": "official"}, "公务", "(official)"),
        ({"use": "commercial"}, "营运", "(commercial)"),
        ({"use": "rental"}, "出租租赁", "(rental)"),
        ({"category": "other"}, "其他车辆", "(other vehicle)"),
        ({"category": "special_passenger_car"}, "专用乘用车", "(special passenger car)"),
        ({"category": "pickup", "invoice_date": "2020-01-01"}, "皮卡车", "(pickup)"),
        ({"invoice_date": "2012-02-29"}, "2012-02-29", "2012-02-29"),
    ],
)
def test_why_no_order_covers_the_car(changes: Json, zh: str, en: str) -> None:
    reason = answer(case(**changes))["reason"]
    assert zh in reason["zh"]
    assert en in reason["en"]
