from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from parts.catalogue.rules.chains import chain, circles
from parts.catalogue.rules.prices import Price, price_on, price_problems

TODAY = date(2026, 11, 20)


def _price(day: str, retail: str = "100.00", dealer: str = "70.00") -> Price:
    return Price(date.fromisoformat(day), Decimal(dealer), Decimal("80.00"), Decimal(retail))


def test_the_price_of_a_day_is_the_latest_that_began() -> None:
    prices = [_price("2026-01-01", "100.00"), _price("2026-07-01", "110.00"), _price("2027-01-01", "120.00")]
    assert price_on(prices, date(2025, 12, 31)) is None
    assert price_on(prices, date(2026, 6, 30)) == prices[0]
    assert price_on(prices, date(2026, 7, 1)) == prices[1]
    assert price_on(reversed(prices), TODAY) == prices[1]


def test_a_chain_leads_from_a_part_to_what_replaces_it_now() -> None:
    links = {"A": "B", "B": "C", "X": "C"}
    assert chain(links, "A") == ["B", "C"]
    assert chain(links, "C") == []


def test_a_circle_is_found_and_what_leads_into_it_is_not_in_it() -> None:
    assert circles({"A": "B", "B": "C", "C": "B", "D": "E"}) == {"B", "C"}
    assert circles({"A": "A"}) == {"A"}
    assert chain({"A": "B", "B": "A"}, "A") == ["B"]
    assert chain({"A": "B", "B": "C", "C": "B"}, "A") == ["B", "C"]  # it leads into one that it is not in


@given(st.dictionaries(st.sampled_from("ABCDEFGH"), st.sampled_from("ABCDEFGH")))
def test_a_number_is_in_a_circle_when_walking_on_leads_back(links: dict[str, str]) -> None:
    def comes_back(start: str) -> bool:
        number = start
        for _step in range(len(links)):
            if number not in links:
                return False
            number = links[number]
            if number == start:
                return True
        return False

    assert circles(links) == {number for number in links if comes_back(number)}


def test_a_new_price_begins_today_or_later_on_a_free_day() -> None:
    known = [_price("2026-01-01"), _price("2026-12-01")]

    def codes(price: Price) -> list[tuple[str, str]]:
        return [(problem.code, problem.field) for problem in price_problems(price, known, TODAY)]

    assert codes(_price("2026-11-20")) == []
    assert codes(_price("2026-11-19")) == [("past", "valid_from")]
    assert codes(_price("2026-12-01")) == [("day_taken", "valid_from")]
    assert codes(_price("2026-11-21", retail="-0.01")) == [("amount", "retail")]
    assert codes(_price("2026-11-21", retail="70.00")) == []  # what the dealer pays
    assert codes(_price("2026-11-21", retail="0.00", dealer="0.00")) == []
    assert codes(_price("2026-11-21", retail="9999999999.99")) == []
    assert codes(_price("2026-11-21", retail="10000000000.00")) == [("amount", "retail")]
    assert codes(_price("2026-11-19", retail="69.99")) == [("past", "valid_from"), ("retail_low", "retail")]
    assert codes(_price("2026-11-21", retail="69.99")) == [("retail_low", "retail")]
