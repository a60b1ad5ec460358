from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer, LabourRate
from dealers.network.queries import all_rates, dealer_page, labour_rate, rate_of_grade, rate_table, station_page
from dealers.network.rules import rate_on
from dealers.network.services import DealerFacts, add_labour_rate, step_dealer, update_dealer
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.errors import ConflictError, DomainError, NotFoundError
from portal.kernel.states import StateError
from tests.factories.network import make_actor, make_dealer, make_labour_rate

HQ = Actor.system()
FACTS = DealerFacts("新名称有限公司", "station", "南区", "广东", "深圳", uscc=" 9111 0000 6000 37341l ", grade=4)


def fields(error: pytest.ExceptionInfo[DomainError]) -> list[str | None]:
    return [fault.field for fault in error.value.faults]


def test_facts_are_stored_clean_and_empty_means_not_registered(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    update_dealer(session, dealer.id, FACTS, dealer.row_version, HQ)
    page = dealer_page(session, dealer.code, now)
    assert (page.name, page.city, page.uscc, page.grade) == ("新名称有限公司", "深圳", "91110000600037341L", 4)
    assert (page.address, page.phone, page.bank_account) == (None, None, None)
    assert page.missing == 4


def test_faults_stand_at_their_fields(session: Session) -> None:
    dealer = make_dealer(session)
    with pytest.raises(DomainError) as error:
        update_dealer(session, dealer.id, DealerFacts(" ", "kiosk", "", "", "", uscc="91", grade=7), None, HQ)
    assert fields(error) == ["name", "region", "province", "city", "kind", "grade", "uscc"]


def test_two_people_at_once_one_is_told(session: Session) -> None:
    dealer = make_dealer(session)
    seen = dealer.row_version
    update_dealer(session, dealer.id, FACTS, seen, HQ)
    with pytest.raises(ConflictError):
        update_dealer(session, dealer.id, replace(FACTS, city="广州"), seen, HQ)


def test_only_who_may_edits(session: Session, now: datetime) -> None:
    dealer, reader = make_dealer(session), make_actor(session, "reader")
    with pytest.raises(AccessDeniedError):
        update_dealer(session, dealer.id, FACTS, None, reader)
    with pytest.raises(AccessDeniedError):
        step_dealer(session, dealer.id, "suspend", "why", None, reader, now)
    with pytest.raises(AccessDeniedError):
        add_labour_rate(session, 3, date(2027, 1, 1), Decimal(1), reader, now)


def test_a_life_with_reasons(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    with pytest.raises(DomainError) as error:
        step_dealer(session, dealer.id, "suspend", " ", None, HQ, now)
    assert fields(error) == ["reason"]
    for action, reason in (("suspend", "整改"), ("resume", "整改完成"), ("close", "退网")):
        step_dealer(session, dealer.id, action, reason, None, HQ, now)
    assert [step.reason for step in dealer_page(session, dealer.code, now).history] == ["退网", "整改完成", "整改"]
    with pytest.raises(StateError):
        step_dealer(session, dealer.id, "resume", "doch", None, HQ, now)


def test_an_unknown_station_is_not_found(session: Session, now: datetime) -> None:
    with pytest.raises(NotFoundError):
        dealer_page(session, "nobody", now)
    with pytest.raises(NotFoundError):
        station_page(session, 999, now)


def test_the_rate_of_the_day_by_grade(session: Session) -> None:
    graded, ungraded = make_dealer(session, grade=3), make_dealer(session, grade=None)
    make_labour_rate(session, 3, "120.00", date(2025, 1, 1))
    make_labour_rate(session, 3, "130.00", date(2026, 12, 1))
    assert labour_rate(session, graded.id, date(2026, 11, 30)) == Decimal("120.00")
    assert labour_rate(session, graded.id, date(2026, 12, 1)) == Decimal("130.00")
    assert labour_rate(session, ungraded.id, date(2026, 12, 1)) is None
    assert [row.state for row in rate_table(session, date(2026, 11, 30))] == ["coming", "in_force"]


def test_the_database_chooses_as_the_rule_does(session: Session) -> None:
    for grade, day in ((0, date(2025, 1, 1)), (3, date(2025, 1, 1)), (3, date(2026, 7, 1)), (3, date(2026, 7, 2))):
        make_labour_rate(session, grade, f"{80 + grade + day.day}.00", day)
    rates = all_rates(session)
    for grade in (None, 0, 3, 5):
        for day in (date(2024, 12, 31), date(2025, 1, 1), date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 2)):
            expected = rate_on(rates, grade, day)
            assert rate_of_grade(session, grade, day) == (expected.rate if expected else None)


def test_rates_are_added_never_changed(session: Session, now: datetime) -> None:
    make_labour_rate(session, 3, "120.00", date(2026, 11, 20))
    for grade, day, rate, wrong in (
        (3, date(2026, 11, 19), "130", ["valid_from"]),
        (3, date(2026, 11, 20), "130", ["valid_from"]),
        (9, date(2026, 12, 1), "0", ["grade", "rate"]),
    ):
        with pytest.raises(DomainError) as error:
            add_labour_rate(session, grade, day, Decimal(rate), HQ, now)
        assert fields(error) == wrong
    add_labour_rate(session, 4, date(2026, 11, 20), Decimal("140.00"), HQ, now)
    assert session.scalars(select(LabourRate.rate).order_by(LabourRate.id)).all() == [Decimal(120), Decimal(140)]
    assert session.scalars(select(Dealer)).all() == []
