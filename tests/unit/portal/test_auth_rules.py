from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.auth.rules import (
    FAILURES_BY_ACCOUNT,
    FAILURES_BY_ADDRESS,
    Tally,
    Weakness,
    accepted_step,
    after_failure,
    device,
    good_username,
    local_path,
    session_alive,
    step_of,
    weaknesses,
    window,
)

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("password", "username", "expected"),
    [
        ("plum rain over Wuhan", "li.wei", ()),
        ("武汉的梅雨季节真的很长啊", "li.wei", ()),
        ("short", "li.wei", (Weakness.SHORT,)),
        ("ninechars", "li.wei", (Weakness.SHORT,)),
        ("tencharsok", "li.wei", ()),
        ("x1" * 65, "li.wei", (Weakness.LONG, Weakness.COMMON)),
        ("warranty-clerk", "warranty-clerk", (Weakness.USERNAME,)),
        ("My.Li.Wei.2026", "li.wei", (Weakness.USERNAME,)),
        ("rain in a li box", "li", ()),
        ("password123", "li.wei", (Weakness.COMMON,)),
        ("!!Password2026!!", "li.wei", (Weakness.COMMON,)),
        ("1234567890", "li.wei", (Weakness.COMMON,)),
        ("5201314520", "li.wei", (Weakness.COMMON,)),
        ("aaaaaaaaaaaa", "li.wei", (Weakness.COMMON,)),
        ("woaini1314520", "li.wei", (Weakness.COMMON,)),
        ("", "li.wei", (Weakness.SHORT, Weakness.COMMON)),
    ],
)
def test_each_weakness_is_named(password: str, username: str, expected: tuple[Weakness, ...]) -> None:
    assert weaknesses(password, username) == expected


@given(st.text(max_size=200), st.text(max_size=64))
def test_a_short_password_is_never_good(password: str, username: str) -> None:
    found = weaknesses(password, username)
    assert (Weakness.SHORT in found) == (len(password) < 10)
    assert found == tuple(dict.fromkeys(found))


@pytest.mark.parametrize("name", ["li.wei", "abc", "a-b_c.9", "0ab", "a" * 64])
def test_good_user_names(name: str) -> None:
    assert good_username(name)


@pytest.mark.parametrize("name", ["", "ab", "Li", "李伟同志", "a b c", "-abc", ".abc", "a" * 65, "li/wei", "li\nwei"])
def test_bad_user_names(name: str) -> None:
    assert not good_username(name)


def test_the_fifth_failure_in_fifteen_minutes_shuts_the_door_for_fifteen() -> None:
    tally = Tally()
    for minute in range(4):
        tally = after_failure(tally, NOW + minute * MINUTE, FAILURES_BY_ACCOUNT)
        assert not tally.locked(NOW + minute * MINUTE)
    tally = after_failure(tally, NOW + 4 * MINUTE, FAILURES_BY_ACCOUNT)
    assert tally.locked(NOW + 4 * MINUTE)
    assert tally.locked(NOW + 19 * MINUTE - timedelta(seconds=1))
    assert not tally.locked(NOW + 19 * MINUTE)


def test_a_window_ends_and_failures_are_counted_anew() -> None:
    tally = Tally()
    for _ in range(4):
        tally = after_failure(tally, NOW, FAILURES_BY_ACCOUNT)
    tally = after_failure(tally, NOW + 15 * MINUTE, FAILURES_BY_ACCOUNT)
    assert (tally.failures, tally.locked_until) == (1, None)


def test_after_a_lock_out_the_count_begins_again() -> None:
    tally = Tally()
    for _ in range(5):
        tally = after_failure(tally, NOW, FAILURES_BY_ACCOUNT)
    later = after_failure(tally, NOW + 15 * MINUTE, FAILURES_BY_ACCOUNT)
    assert (later.failures, later.locked_until) == (1, None)


@given(
    st.lists(st.integers(0, 600), min_size=1, max_size=80), st.sampled_from([FAILURES_BY_ACCOUNT, FAILURES_BY_ADDRESS])
)
def test_one_guesser_never_gets_more_than_twice_the_limit_in_fifteen_minutes(gaps: list[int], limit: int) -> None:
    tally, moment, tries = Tally(), NOW, []
    for gap in gaps:
        moment += timedelta(seconds=gap)
        if not tally.locked(moment):
            tries.append(moment)
            tally = after_failure(tally, moment, limit)
    for first in tries:
        assert sum(first <= other < first + 15 * MINUTE for other in tries) < 2 * limit


@pytest.mark.parametrize(("seconds", "step"), [(59, 1), (1111111109, 0x23523EC), (20000000000, 0x27BC86AA)])
def test_steps_are_those_of_rfc_6238(seconds: int, step: int) -> None:
    assert step_of(datetime.fromtimestamp(seconds, UTC)) == step


def test_a_code_counts_one_step_to_each_side() -> None:
    step = step_of(NOW)
    assert window(NOW) == (step - 1, step, step + 1)
    codes = {step - 1: "111111", step: "222222", step + 1: "333333"}
    assert accepted_step("222 222", codes, None) == step
    assert accepted_step("111111", codes, None) == step - 1
    assert accepted_step("333333", codes, None) == step + 1
    assert accepted_step("444444", codes, None) is None
    assert accepted_step("", codes, None) is None
    assert accepted_step("２２２２２２", codes, None) is None


def test_a_used_step_and_those_before_it_never_count_again() -> None:
    codes = {9: "111111", 10: "222222", 11: "333333"}
    assert accepted_step("222222", codes, 10) is None
    assert accepted_step("111111", codes, 10) is None
    assert accepted_step("333333", codes, 10) == 11
    assert accepted_step("222222", {9: "222222", 10: "222222", 11: "222222"}, 9) == 10


@pytest.mark.parametrize(
    ("age", "idle", "ended", "alive"),
    [(0, 0, False, True), (12, 4, False, True), (12.1, 0, False, False), (5, 4.1, False, False), (0, 0, True, False)],
)
def test_how_long_a_session_lives(age: float, idle: float, ended: bool, alive: bool) -> None:  # noqa: FBT001
    created, seen = NOW - timedelta(hours=age), NOW - timedelta(hours=idle)
    assert session_alive(created, seen, NOW if ended else None, NOW) is alive


@pytest.mark.parametrize("path", ["/", "/claims/?state=draft&sort=-at", "/vehicles/LSV?x=http://a.example/", "/搜索"])
def test_local_paths(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "target",
    [
        None, "", "claims", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example",
        "javascript:alert(1)", "/\t/evil.example", "/\n//evil.example", " /claims", "/a\x7f",
    ],
)  # fmt: skip
def test_nothing_leads_out_of_the_portal(target: str | None) -> None:
    assert local_path(target) is None


@given(st.text(alphabet="/\\:@.?#ahtps \t\n", max_size=20))
def test_whatever_is_taken_stays_here(target: str) -> None:
    kept = local_path(target)
    if kept is not None:
        assert kept == target
        assert kept[0] == "/"
        assert kept[1:2] not in {"/", "\\"}
        assert not urlsplit(kept).netloc


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120 MicroMessenger/8.0", "WeChat · Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox · Linux"),
        ("curl/8.0", "curl/8.0"),
        ("", "-"),
    ],
)
def test_a_device_is_named_as_people_do(agent: str, name: str) -> None:
    assert device(agent) == name
