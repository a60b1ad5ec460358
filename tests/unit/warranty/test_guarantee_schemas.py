"""What is no case is told field by field, and nothing else happens."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.guarantee import Json, case, demand, job, random_case, visit
from warranty.guarantee.rules.assess import assess
from warranty.guarantee.rules.facts import Case, Demand, Job, Term, Visit
from warranty.guarantee.rules.orders import ORDERS
from warranty.guarantee.schemas import CaseError, case_from_json, plain
from warranty.guarantee.seeds import published_calendar

AT = "2023-05-01T10:00:00+08:00"


def full() -> Json:
    """Return a case in which every key stands."""
    hours = [{"kind": "rescue_travel", "hours": 1.5}]
    return case(visit("A", AT, excluded_hours=hours), visit("B", AT), demand=demand("2023-06-01"))


def read(given: Json) -> Case:
    return case_from_json(json.dumps(given), ORDERS)


def faults(text: str | bytes) -> list[str]:
    with pytest.raises(CaseError) as caught:
        case_from_json(text, ORDERS)
    return caught.value.faults


def changed(pointer: str, value: Any) -> Json:
    """Return the full case with one value at a pointer; ``...`` takes the key out."""
    given = full()
    *path, last = pointer.strip("/").split("/")
    place: Any = given
    for key in path:
        place = place[int(key) if isinstance(place, list) else key]
    if value is ...:
        del place[last]
    else:
        place[int(last) if isinstance(place, list) else last] = value
    return given


def pointers(value: Any, path: str = "") -> list[str]:
    """List every pointer below a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [one for key, below in items for one in (f"{path}/{key}", *pointers(below, f"{path}/{key}"))]


def test_a_case_is_read_as_it_stands() -> None:
    found = read(full())
    assert (found.vin, found.category, found.use) == ("LVGBE40K58G201234", "passenger_car", "household")
    assert found.certificate.guarantee == Term(24, 50_000)
    assert found.certificate.main_parts["brakes"] >= {"booster", "master_cylinder"}
    assert isinstance(found.repairs[0], Visit)
    assert found.repairs[0].jobs == (Job("P", "engine", None, "repair", True, resolved=True),)
    assert [(kind, str(hours)) for kind, hours in found.repairs[0].excluded_hours] == [("rescue_travel", "1.5")]
    assert isinstance(found.demand, Demand)


KEYS = [
    pointer
    for pointer in pointers(full())
    if not pointer.rsplit("/", 1)[1].isdigit() and not pointer.startswith("/certificate/main_parts/")
]


def test_every_key_of_the_interface_is_tried() -> None:
    keys = """as_of vehicle vin category use sale invoice_date delivery_date price replaced_on certificate guarantee
        repair months km usage_coefficient main_parts repairs id agreed_at completed_at odometer_km excluded_hours kind
        hours jobs problem component part action quality_problem serious_safety effect exemption resolved demand
        received_on choice"""
    assert {pointer.rsplit("/", 1)[1] for pointer in KEYS} == set(keys.split())


@pytest.mark.parametrize("pointer", KEYS)
def test_a_missing_key_is_named(pointer: str) -> None:
    assert faults(json.dumps(changed(pointer, ...))) == [f"{pointer}: is missing"]


@pytest.mark.parametrize("pointer", KEYS)
def test_a_value_of_a_wrong_kind_is_named(pointer: str) -> None:
    wrong: list[Any] = [[], "?", -1, 1.25, {"a": 1}]
    wrong += [] if pointer.endswith(("quality_problem", "serious_safety", "resolved")) else [True]
    fine: dict[str, list[Any]] = {
        "id": ["?"], "problem": ["?"], "part": ["?"], "hours": [1.25], "repairs": [[]], "excluded_hours": [[]],
        "jobs": [[]],
    }  # fmt: skip
    for value in wrong:
        if any(value == one for one in fine.get(pointer.rsplit("/", 1)[1], ())):
            continue
        said = faults(json.dumps(changed(pointer, value)))
        assert said
        assert all(line.startswith(pointer) for line in said), (value, said)


@pytest.mark.parametrize(
    "pointer", [key for key in KEYS if key.rsplit("/", 1)[1] in {"delivery_date", "replaced_on", "completed_at", "part",
                                                                 "effect", "exemption", "resolved", "demand"}]
)  # fmt: skip
def test_null_is_let_through_where_it_means_something(pointer: str) -> None:
    read(changed(pointer, None))


@pytest.mark.parametrize(
    "place", ["", "/vehicle", "/sale", "/certificate", "/certificate/guarantee", "/repairs/1", "/repairs/1/jobs/0",
              "/repairs/0/excluded_hours/0", "/demand"]
)  # fmt: skip
def test_an_unknown_key_is_named(place: str) -> None:
    assert faults(json.dumps(changed(f"{place}/colour", "red"))) == [f"{place}/colour: is not known here"]


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("a/b", "a~1b"),
        ("a~b", "a~0b"),
        ("~1", "~01"),
        ("颜色", "颜色"),
        ("", ""),
        ("a\nb", "a\\nb"),
        ("\ud800", "\\ud800"),
    ],
)
def test_a_key_is_escaped_in_its_pointer(key: str, shown: str) -> None:
    given = full()
    given["sale"][key] = 1
    assert faults(json.dumps(given)) == [f"/sale/{shown}: is not known here"]


@pytest.mark.parametrize(
    ("pointer", "value", "said"),
    [
        ("/as_of", "2024-06-03T09:00:00", "has no offset from UTC, such as +08:00"),
        ("/as_of", "2024-06-03", "has to be a moment in ISO 8601, YYYY-MM-DDThh:mm:ss+08:00"),
        ("/as_of", "2024-02-30T09:00:00+08:00", "is no moment of the calendar"),
        ("/as_of", "2024-02-20T25:00:00+08:00", "is no moment of the calendar"),
        ("/as_of", "2024-02-20T09:00:00+24:00", "is no moment of the calendar"),
        ("/as_of", "9999-02-20T09:00:00+08:00", "is outside the years 1900 to 2199"),
        ("/sale/invoice_date", "2023-02-29", "is no day of the calendar"),
        ("/sale/invoice_date", "2023-2-9", "has to be a date, YYYY-MM-DD"),
        ("/sale/invoice_date", "２０２３-01-01", "has to be a date, YYYY-MM-DD"),
        ("/sale/invoice_date", "1899-12-31", "is outside the years 1900 to 2199"),
        ("/sale/price", "-1.00", "is negative"),
        ("/sale/price", "1.005", 'has to be a decimal as a text, "129800.00"'),
        ("/sale/price", "1e5", 'has to be a decimal as a text, "129800.00"'),
        ("/sale/price", 129800, 'has to be a decimal as a text, "129800.00"'),
        ("/sale/price", "9" * 5_000, "is more than 99999999.99"),
        ("/certificate/usage_coefficient", "-0.005", "is negative"),
        ("/certificate/usage_coefficient", "NaN", 'has to be a decimal as a text, "0.005"'),
        ("/certificate/guarantee/months", -24, "is negative"),
        ("/certificate/guarantee/months", 24.0, "has to be a whole number"),
        ("/certificate/guarantee/months", True, "has to be a whole number"),
        ("/certificate/guarantee/months", 1_201, "is more than 1200"),
        ("/repairs/0/odometer_km", -1, "is negative"),
        ("/repairs/0/odometer_km", 10**30, "is more than 9999999"),
        ("/repairs/0/excluded_hours/0/hours", -0.5, "is negative"),
        ("/repairs/0/excluded_hours/0/hours", "1", "has to be a number"),
        ("/repairs/0/excluded_hours/0/hours", False, "has to be a number"),
        ("/repairs/0/excluded_hours/0/hours", 1e9, "is more than 1000000"),
        ("/repairs/0/jobs/0/quality_problem", 1, "has to be true or false"),
        ("/repairs/0/jobs/0/quality_problem", None, "has to be true or false"),
        ("/repairs/0/jobs/0/action", "replace", "has to be one of repair, replace_part, replace_assembly"),
        ("/repairs/0/jobs", {}, "has to be a list"),
        ("/repairs/0/jobs/0", [], "has to be an object"),
        ("/repairs/0/id", " ", "has to be a text"),
        ("/vehicle/vin", "LVGBE40K58G20123", "has to have 17 characters"),
        ("/vehicle/vin", "LVGBE40K58G2O1234", "has a character that no VIN has"),
        ("/vehicle/vin", "lvgbe40k58g201234", "has a character that no VIN has"),
        ("/vehicle/vin", "LVGBE40K68G201234", "has a wrong check digit (its ninth character)"),
        ("/vehicle/vin", "", "has to be a text"),
        ("/vehicle/use", "private", "has to be one of household, commercial, official, rental"),
        ("/demand/choice", "repair", "has to be one of replace, return"),
        ("/certificate/main_parts", [], "has to be an object"),
        ("/certificate/main_parts/engine", "crankshaft", "has to be a list"),
        ("/certificate/main_parts/engine", {"crankshaft": 1}, "has to be a list"),
        ("/certificate/main_parts/engine/2", 7, "has to be a text"),
        ("/certificate/main_parts/engine/2", ["crankshaft"], "has to be a text"),
        ("/certificate/main_parts/engine/2", "", "has to be a text"),
        ("/repairs/1/id", "A", "is the id of /repairs/0 too"),
        ("/repairs/1/agreed_at", "2024-12-01T09:00:01+08:00", "is after as_of"),
        ("/repairs/1/completed_at", "2023-05-01T01:59:59Z", "is before agreed_at"),
        ("/demand/received_on", "2024-12-02", "is after as_of"),
    ],
)
def test_a_fault_says_what_is_wrong(pointer: str, value: Any, said: str) -> None:
    given = changed(pointer, value)
    if value == "2024-12-01T09:00:01+08:00":  # else it would end before it begins
        given["repairs"][1]["completed_at"] = None
    assert faults(json.dumps(given)) == [f"{pointer}: {said}"]


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/as_of", "2024-12-01T01:00:00Z"), ("/as_of", "2024-12-01T09:00+08:00"), ("/as_of", "2024-12-01T09:00:00+08"),
        ("/as_of", "2024-12-01T09:00:00.5+0800"), ("/sale/price", "0"), ("/sale/price", "129800.5"),
        ("/sale/delivery_date", "2022-12-31"), ("/repairs/0/odometer_km", 9_000), ("/repairs/1/odometer_km", 0),
        ("/repairs/0/completed_at", AT), ("/repairs/0/excluded_hours/0/hours", 0),
        ("/demand/received_on", "2024-12-01"),
        ("/repairs/1/agreed_at", "2023-05-01T10:00:00+08:00"), ("/certificate/main_parts", {}),
        ("/repairs/0/completed_at", "2026-01-01T00:00:00+08:00"), ("/repairs/0/jobs", []), ("/repairs", []),
    ],
)  # fmt: skip
def test_what_is_unusual_is_no_fault(pointer: str, value: Any) -> None:
    read(changed(pointer, value))


def test_all_faults_are_named_at_once() -> None:
    given = full()
    given["vehicle"]["vin"], given["vehicle"]["use"], given["sale"]["price"] = "X", "taxi", 1
    given["repairs"][1]["jobs"].append(job(action="?") | {"colour": 1})
    del given["repairs"][0]["id"]
    given["certificate"]["main_parts"] |= {"other": [], "wheels": [], "body": [1]}
    given["colour"] = "red"
    given["demand"]["received_on"] = "2050-01-01"
    assert [line.split(": ")[0] for line in faults(json.dumps(given))] == [
        "/colour", "/vehicle/vin", "/vehicle/use", "/sale/price", "/certificate/main_parts/body/0",
        "/certificate/main_parts/other", "/certificate/main_parts/wheels", "/repairs/0/id",
        "/repairs/1/jobs/1/colour", "/repairs/1/jobs/1/action", "/demand/received_on",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "/: is not JSON: expecting value at line 1, column 1"),
        (b"\n", "/: is not JSON: expecting value at line 2, column 1"),
        (b'{"a": 1,\n}', "/: is not JSON: "),
        (b"{} {}", "/: is not JSON: extra data at line 1, column 4"),
        (b'{"a": "\xff"}', "/: is not UTF-8 at byte 7"),
        (b'{"a": "\xed\xa0\x80"}', "/: is not UTF-8 at byte 7"),
        ("{}".encode("utf-16"), "/: is not UTF-8 at byte 0"),
        (b"[]", "/: has to be an object"), (b"null", "/: has to be an object"), (b"NaN", "/: has to be an object"),
        (b"1e99999999999999999999", "/: has to be an object"), (b"9" * 5_000, "/: has to be an object"),
        (b'"text"', "/: has to be an object"),
        (b"[" * 200_000, "/: is nested too deeply"), (b'{"a":' * 200_000, "/: is nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_no_json_object_is_one_fault(text: bytes, said: str) -> None:
    (line,) = faults(text)
    assert line.startswith(said)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("NaN", "has to be a number"), ("Infinity", "has to be a number"), ("-Infinity", "has to be a number"),
        ("1e99999999999999999999", "has to be a number"), ("1e-99999999999999999999", "has to be a number"),
        ("1e999", "is more than 1000000"), ("-1e999", "is negative"), ("9" * 5_000, "is more than 1000000"),
        ("-" + "9" * 5_000, "is negative"),
    ],
)  # fmt: skip
def test_a_number_that_nobody_means_is_named_by_its_field(number: str, said: str) -> None:
    text = json.dumps(full()).replace('"hours": 1.5', f'"hours": {number}')
    assert faults(text) == [f"/repairs/0/excluded_hours/0/hours: {said}"]


def test_a_number_of_thousands_of_digits_hides_no_other_fault() -> None:
    text = json.dumps(changed("/sale/price", 7)).replace('"odometer_km": 20000', f'"odometer_km": {"1" * 5_000}')
    assert [line.split(": ")[0] for line in faults(text)] == ["/sale/price", "/demand/odometer_km"]


def test_a_tiny_number_is_a_number() -> None:
    text = json.dumps(full()).replace('"hours": 1.5', '"hours": 1e-999999999')
    found = plain(assess(case_from_json(text, ORDERS), ORDERS, published_calendar()))
    assert found["visits"][0]["days"] == 1


def test_a_mark_of_byte_order_is_no_fault() -> None:
    case_from_json(b"\xef\xbb\xbf" + json.dumps(full()).encode(), ORDERS)
    case_from_json("\ufeff" + json.dumps(full()), ORDERS)


def test_the_error_says_all_its_faults() -> None:
    with pytest.raises(CaseError, match=r"^/sale/price: is negative; /demand/odometer_km: is negative$"):
        read(changed("/sale/price", "-1") | {"demand": demand("2023-06-01", odometer_km=-1)})


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([AT, "2023-01-01", "0.005"]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.integers(0, 2**32), st.data())
def test_whatever_stands_in_a_field_there_is_an_answer_or_a_fault_at_it(seed: int, data: st.DataObject) -> None:
    given_case = copy.deepcopy(random_case(random.Random(seed)))
    pointer = data.draw(st.sampled_from(pointers(given_case)))
    *path, last = pointer.strip("/").split("/")
    place: Any = given_case
    for key in path:
        place = place[int(key) if isinstance(place, list) else key]
    place[int(last) if isinstance(place, list) else last] = data.draw(junk)
    try:
        found, said = read(given_case), []
    except CaseError as error:
        found, said = None, error.faults
    assert all(line.startswith("/") and ": " in line and "\n" not in line for line in said)
    if found is not None:
        assert json.dumps(plain(assess(found, ORDERS, published_calendar())))
    else:
        assert said


@given(st.binary(max_size=40) | st.text(max_size=40))
def test_no_input_ends_otherwise_than_in_faults(text: str | bytes) -> None:
    assert faults(text)
