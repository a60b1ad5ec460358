"""The days in which a deduction may be disputed: the part stays for them, and they end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.returns import services
from parts.returns.models import OldPart, OldPartDispute, PartDisposal
from parts.returns.queries import pages
from parts.returns.services import Finding
from parts.returns.services.dispute import PHOTO_LIMIT
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from tests.factories.network import make_dealer, make_user
from tests.factories.returns import SUPPLIER, make_due, make_old_part, packer

SYSTEM = Actor.system("test")
ENGLISH = {"Accept-Language": "en"}


def bad_in_store(session: Session, at: datetime, dealer: Dealer | None = None) -> OldPart:
    part = make_old_part(session, "signed", at, dealer)
    return services.inspect(session, part.number, Finding("damaged", place="B-02"), SYSTEM, at)


def scrap(session: Session, part: OldPart, now: datetime) -> PartDisposal:
    return services.dispose(session, "scrap", "某再生资源公司", [part.number], "", SYSTEM, now)


def offered(session: Session, now: datetime) -> tuple[list[str], list[tuple[str, date | None]]]:
    found = pages.stored(session, "", local_date(now))
    return [part.number for part in found.free], [(part.number, until) for part, until in found.held]


def words(raised: pytest.ExceptionInfo[DomainError]) -> str:
    (fault,) = raised.value.faults
    return fault.message % fault.facts


@pytest.mark.parametrize("kind", ["scrap", "hand_over"])
def test_a_deducted_part_stays_for_as_long_as_it_may_be_disputed(session: Session, now: datetime, kind: str) -> None:
    part = bad_in_store(session, now)
    last = now + timedelta(days=30)
    for moment in (now, last):
        with pytest.raises(DomainError) as raised:
            services.dispose(session, kind, SUPPLIER, [part.number], "", SYSTEM, moment)
        assert (
            words(raised) == f"The deduction for {part.number} may be disputed until 2026-12-20: it stays until then."
        )
        assert offered(session, moment) == ([], [(part.number, date(2026, 12, 20))])
    assert (part.state, session.scalar(select(func.count()).select_from(PartDisposal))) == ("stored", 0)
    after = last + timedelta(days=1)
    assert offered(session, after) == ([part.number], [])
    assert services.dispose(session, kind, SUPPLIER, [part.number], "", SYSTEM, after).parts == 1


def test_days_are_days_in_china(session: Session) -> None:
    """17:00 UTC is past midnight there: a deduction of the 20th by UTC is one of the 21st."""
    evening = datetime(2026, 11, 20, 17, tzinfo=UTC)
    part = bad_in_store(session, evening)
    last_minute = datetime(2026, 12, 21, 15, 59, tzinfo=UTC)
    assert offered(session, last_minute) == ([], [(part.number, date(2026, 12, 21))])
    assert offered(session, last_minute + timedelta(minutes=1)) == ([part.number], [])
    with pytest.raises(DomainError):
        services.dispute(session, part.number, "不属实", [], packer(part.dealer_id), last_minute + timedelta(minutes=1))
    services.dispute(session, part.number, "不属实", [], packer(part.dealer_id), last_minute)


def test_what_was_deducted_at_midnight_was_deducted_on_the_day_that_began(session: Session) -> None:
    midnight = datetime(2026, 11, 19, 16, tzinfo=UTC)  # 20 November 00:00 in China
    part = bad_in_store(session, midnight)
    last, over = (midnight + timedelta(days=days, hours=23) for days in (30, 31))
    assert offered(session, last) == ([], [(part.number, date(2026, 12, 20))])
    assert offered(session, over) == ([part.number], [])


def test_a_good_part_and_one_that_cost_nothing_may_leave_at_once(session: Session, now: datetime) -> None:
    good = make_old_part(session, "stored", now)
    spared = make_old_part(session, "signed", now)
    nothing = Finding("damaged", spared.cost - spared.cost, "运输碰伤，不扣款", "B-02")
    services.inspect(session, spared.number, nothing, SYSTEM, now)
    assert offered(session, now) == ([good.number, spared.number], [])
    for part in (good, spared):
        scrap(session, part, now)


@pytest.mark.parametrize("action", ["uphold", "waive"])
def test_a_dispute_holds_a_part_beyond_its_days_and_its_answer_ends_the_hold(
    session: Session, now: datetime, action: str
) -> None:
    part = bad_in_store(session, now)
    services.dispute(session, part.number, "台架试验可以复现漏水", [], packer(part.dealer_id), now)
    late = now + timedelta(days=90)
    with pytest.raises(DomainError, match="is disputed"):
        scrap(session, part, late)
    assert offered(session, late) == ([], [(part.number, None)])
    services.answer(session, part.number, action, "复检完毕", SYSTEM, now)
    assert offered(session, now) == ([part.number], [])
    scrap(session, part, now)


def test_after_the_last_day_nothing_is_disputed(session: Session, now: datetime) -> None:
    part = bad_in_store(session, now)
    with pytest.raises(DomainError) as raised:
        services.dispute(session, part.number, "不属实", [], packer(part.dealer_id), now + timedelta(days=31))
    assert words(raised) == "2026-12-20 was the last day to dispute this deduction."
    assert session.scalar(select(func.count()).select_from(OldPartDispute)) == 0


def test_what_was_written_off_is_disputed_from_the_day_of_that(session: Session, now: datetime) -> None:
    first, second = (make_due(session, now - timedelta(days=60)) for _ in range(2))
    code = session.scalars(select(Dealer.code)).one()
    services.write_off(session, code, "逾期未返", SYSTEM, now)
    assert pages.sheet(session, first.number).dispute_until == date(2026, 12, 20)
    services.dispute(session, first.number, "运单可查", [], packer(first.dealer_id), now + timedelta(days=30))
    assert pages.sheet(session, first.number).dispute_until is None  # it was disputed, once
    with pytest.raises(DomainError, match="last day"):
        services.dispute(session, second.number, "运单可查", [], packer(second.dealer_id), now + timedelta(days=31))


def test_who_wrote_a_part_off_does_not_answer_its_dispute(session: Session, now: datetime) -> None:
    part = make_due(session, now - timedelta(days=60))
    code, desk = session.scalars(select(Dealer.code)).one(), Actor(7, "旧件员", None, SYSTEM.permissions)
    services.write_off(session, code, "逾期未返", desk, now)
    services.dispute(session, part.number, "运单可查", [], packer(part.dealer_id), now)
    with pytest.raises(DomainError, match="another person answers"):
        services.answer(session, part.number, "uphold", "没有收到", desk, now)
    other = Actor(8, "旧件主管", None, SYSTEM.permissions)
    assert services.answer(session, part.number, "waive", "已找到", other, now).state == "waived"


def photos(count: int, green: int) -> list[bytes]:
    """Return pictures that differ from each other."""
    found = []
    for red in range(count):
        buffer = BytesIO()
        Image.new("RGB", (24, 24), (red * 15, green, 9)).save(buffer, "JPEG")
        found.append(buffer.getvalue())
    return found


def test_neither_side_can_take_the_room_of_the_others_photos(session: Session, now: datetime) -> None:
    part = bad_in_store(session, now)
    services.add_photos(session, part.number, photos(PHOTO_LIMIT, 0), SYSTEM, now)
    who = packer(part.dealer_id)
    services.dispute(session, part.number, "壳体无碰伤", photos(2, 200), who, now)
    assert Counter(one.side for one in pages.sheet(session, part.number).photos) == {"head_office": 12, "dealer": 2}
    with pytest.raises(DomainError, match="Each side"):
        services.add_photos(session, part.number, photos(1, 100), SYSTEM, now)


@pytest.mark.databases("sqlite")
def test_the_last_day_stands_on_the_pages_of_both_sides(
    session: Session, now: datetime, sign_in: Callable[[User], FlaskClient]
) -> None:
    dealer = make_dealer(session)
    fresh, over = (bad_in_store(session, now - timedelta(days=ago), dealer).number for ago in (10, 31))
    clerk, desk = make_user(session, "warranty_clerk", dealer), make_user(session, "parts_desk")
    session.commit()
    station, headquarters = sign_in(clerk), sign_in(desk)
    for client in (station, headquarters):
        page = client.get(f"/returns/parts/{fresh}", headers=ENGLISH).text
        assert "Dispute until 2026-12-10" in page
        assert ("Send the dispute" in page) is (client is station)
        page = client.get(f"/returns/parts/{over}", headers=ENGLISH).text
        assert "Could be disputed until 2026-11-19" in page
        assert "Send the dispute" not in page
    page = headquarters.get("/returns/disposals/new", headers=ENGLISH).text
    assert (f'value="{over}"' in page, f'value="{fresh}"' in page) == (True, False)
    assert "Dispute until 2026-12-10" in page.split(f">{fresh}<", 1)[1]
    late = station.post(f"/returns/parts/{over}/dispute", data={"dispute-reason": "不属实"}, headers=ENGLISH)
    assert (late.status_code, "2026-11-19 was the last day to dispute this deduction." in late.text) == (422, True)
    assert "不属实" in late.text
    sent = {"kind": "scrap", "receiver": "某再生资源公司", "parts": [fresh]}
    refused = headquarters.post("/returns/disposals/new", data=sent, headers=ENGLISH)
    assert (refused.status_code, "may be disputed until 2026-12-10" in refused.text) == (422, True)
