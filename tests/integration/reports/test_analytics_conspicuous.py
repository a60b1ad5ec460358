"""What is worth a look, from rows made by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.lifecycle import advance
from portal.kernel.listing import all_rows
from reports.analytics.lists import COMPARED, REPEATS
from reports.analytics.queries.claims import read_peers
from reports.analytics.queries.odometer import read_off_curve
from reports.analytics.queries.photos import read_alike
from reports.analytics.sheets import SHEETS
from tests.factories.analytics import make_line, make_photo, make_submitted
from tests.factories.network import make_dealer, make_user
from tests.factories.vehicles import make_model, make_reading, make_vehicle
from tests.support.rows import fill
from warranty.claims.models import Claim

SignIn = Callable[[User], FlaskClient]
MONDAY = datetime(2026, 11, 2, 1, tzinfo=UTC)
DAYS = (date(2026, 11, 1), date(2026, 11, 30))
QUERY = {"since": "2026-11-01", "until": "2026-11-30"}


def far_from_any_end(session: Session) -> int:
    """Return a car sold in 2025 whose periods have long to run at 10,000 km."""
    return make_vehicle(session).id


def claims_of(session: Session, dealer: Dealer, labour: str, hours: str, count: int = 10, alone: int = 0) -> None:
    """Store claims with one labour and one part line each; the first ``alone`` of them with the part only."""
    car = far_from_any_end(session)
    for number in range(count):
        claim = make_submitted(session, dealer, MONDAY, vehicle_id=car, odometer_km=10_000, received_at=MONDAY)
        if number >= alone:
            make_line(session, claim, "labour", labour, hours)
        make_line(session, claim, "part", "500")


@pytest.fixture
def grade(session: Session) -> list[Dealer]:
    """Five three-star stations: 100 to 130 yuan of labour a claim, and one of 300."""
    dealers = [make_dealer(session, code=f"JY000{number}", grade=3) for number in range(5)]
    for dealer, labour, hours, alone in zip(
        dealers, ("100", "110", "120", "130", "300"), ("1", "1.10", "1.20", "1.30", "1"), (0, 0, 0, 1, 4), strict=True
    ):
        claims_of(session, dealer, labour, hours, alone=alone)
    return dealers


def table(session: Session, measure: str) -> dict[str, tuple[Any, Any, Any]]:
    return {row.code: (row.value, row.found.median, row.found.z) for row in read_peers(session, measure, *DAYS)}


def test_labour_per_claim_beside_the_grade(session: Session, grade: list[Dealer]) -> None:
    # per claim: 100, 110, 120, 9 × 130 / 10 = 117, 6 × 300 / 10 = 180; median 117
    # deviations 17 7 3 0 63, their median 7: 0.6745 × 63 / 7
    found = table(session, "labour")
    assert found["JY0004"] == (180, 117, Decimal("6.07"))
    assert found["JY0003"] == (117, 117, 0)
    assert next(iter(found)) == "JY0004"


def test_hours_per_claim_and_parts_without_labour(session: Session, grade: list[Dealer]) -> None:
    # 1.00 1.10 1.20 1.17 0.60
    assert table(session, "hours")["JY0004"][:2] == (Decimal("0.60"), Decimal("1.10"))
    # 0 0 0 10 40: median 0, deviations 0 0 0 10 40, mean 10: 40 / 12.53314
    assert table(session, "alone")["JY0004"] == (40, 0, Decimal("3.19"))
    behind = {**QUERY, "dealer": "JY0004"}
    assert len(list(all_rows(session, COMPARED, behind))) == 10
    rows = list(all_rows(session, COMPARED, {**behind, "what": "alone"}))
    assert [(row.hours, row.labour) for row in rows] == [(0, 0)] * 4


def test_a_claim_taken_back_or_of_other_days_counts_nowhere(session: Session) -> None:
    dealer = make_dealer(session, grade=3)
    claims_of(session, dealer, "100", "1")
    for at in (MONDAY, MONDAY - timedelta(days=9), None):
        claim = fill(session, Claim, dealer_id=dealer.id, submitted_at=at)
        make_line(session, claim, "labour", "9000")
        if at == MONDAY:
            advance(session, claim, "withdraw", Actor.system("test"), MONDAY, reason="开错了")
    assert [(row.claims, row.value) for row in read_peers(session, "labour", *DAYS)] == [(10, 100)]


@pytest.mark.parametrize(
    ("days_before", "km", "ending"),
    [
        # repair period: 36 months from 2023-11-20, 60,000 km; guarantee: 24 months, long over
        (0, 30_000, True), (29, 30_000, True), (30, 30_000, False), (-1, 30_000, False),
        (200, 59_001, True), (200, 59_000, False), (200, 60_000, True), (200, 60_001, False), (-1, 59_500, False),
    ],
)  # fmt: skip
def test_the_end_of_the_repair_period(session: Session, days_before: int, km: int, *, ending: bool) -> None:
    car = make_vehicle(
        session, model_id=make_model(session).id, invoiced_on=date(2023, 11, 20), delivered_on=date(2023, 11, 22)
    )
    received = datetime(2026, 11, 20, 2, tzinfo=UTC) - timedelta(days=days_before)
    dealer = make_dealer(session)
    make_submitted(session, dealer, MONDAY, vehicle_id=car.id, odometer_km=km, received_at=received)
    rows = list(all_rows(session, COMPARED, {}))
    assert [(row.days_left, row.km_left) for row in rows] == [(days_before, 60_000 - km)]
    assert len(list(all_rows(session, COMPARED, {"what": "ending"}))) == ending


def test_the_end_of_the_guarantee_counts_too_and_a_replacement_begins_anew(session: Session) -> None:
    received = datetime(2026, 11, 10, 2, tzinfo=UTC)
    dealer, model = make_dealer(session), make_model(session)
    sold = {"model_id": model.id, "invoiced_on": date(2024, 11, 20)}
    for replaced in (None, date(2025, 6, 1)):
        car = make_vehicle(session, **sold, replaced_on=replaced)
        make_submitted(session, dealer, MONDAY, vehicle_id=car.id, odometer_km=9, received_at=received, vin=car.vin)
    assert len(list(all_rows(session, COMPARED, {"what": "ending"}))) == 1


def test_the_same_part_on_the_same_car_within_180_days(session: Session) -> None:
    one, other = make_dealer(session, code="JY0001"), make_dealer(session, code="JY0002")
    car = make_vehicle(session)

    def claim(dealer: Dealer, day: int, km: int, part: str = "W-PUMP", **values: Any) -> Claim:
        received = MONDAY + timedelta(days=day)
        given = {"vehicle_id": car.id, "vin": car.vin, "causal_part": part, "received_at": received, "odometer_km": km}
        return make_submitted(session, dealer, received, **{**given, **values})

    first = claim(one, -300, 5_000)
    second = claim(other, -120, 9_000)  # 180 days later
    claim(other, -100, 9_500, part="W-SEAL")
    third = claim(one, 0, 12_000)
    claim(one, 0, 12_000, order_id=third.order_id)  # of the same visit: the one before it is the second
    claim(one, 61, 13_000, vehicle_id=make_vehicle(session).id)
    rows = list(all_rows(session, REPEATS, {"sort": "number"}))
    assert [(row.number, row.earlier, row.days, row.km) for row in rows][:2] == [
        (second.number, first.number, 180, 4_000), (third.number, second.number, 120, 3_000),
    ]  # fmt: skip
    assert [row.earlier for row in rows[2:]] == [second.number]
    assert (rows[1].dealer_code, rows[1].earlier_dealer) == ("JY0001", "JY0002")
    late = claim(one, 181, 20_000)
    assert late.number not in {row.number for row in all_rows(session, REPEATS, {})}
    assert len(list(all_rows(session, REPEATS, {"since": "2026-11-01", "until": "2026-11-30"}))) == 2


def test_an_odometer_off_its_curve(session: Session) -> None:
    car = make_vehicle(session, delivered_on=date(2026, 1, 1), vin="LSVAM4180R2000777")
    visit = {"source": "repair_order", "reference": "RO-JY0001-202611-0001"}
    make_reading(session, car, 4_000, date(2026, 4, 11))  # 100 days: 40 km a day
    make_reading(session, car, 8_000, date(2026, 7, 20))
    make_reading(session, car, 1_000, date(2026, 11, 2), **visit)
    # without it the reading of July is on the curve, and is not listed beside it
    even = make_vehicle(session, delivered_on=date(2026, 1, 1))
    make_reading(session, even, 4_000, date(2026, 4, 11), source="repair_order")
    make_reading(session, even, 12_200, date(2026, 11, 2), source="repair_order")
    # 105 days × 40 = 4,200 after 8,000: 12,200 by the curve, 11,200 less, 106 a day
    found = read_off_curve(session, *DAYS, 100)
    assert [(one.vin, one.order, one.day) for one in found] == [(car.vin, visit["reference"], date(2026, 11, 2))]
    figures = found[0].found
    assert (figures.expected, figures.off, figures.per_day, figures.pace) == (12_200, -11_200, 106, 40)
    assert read_off_curve(session, *DAYS, 107) == []
    assert read_off_curve(session, date(2026, 10, 1), date(2026, 10, 31), 1) == []


def test_a_good_reading_beside_a_wrong_one_is_not_listed(session: Session) -> None:
    car = make_vehicle(session, delivered_on=date(2026, 1, 1))
    make_reading(session, car, 4_000, date(2026, 4, 11))
    wrong = make_reading(session, car, 1_200, date(2026, 11, 2), source="repair_order", reference="RO-1")
    make_reading(session, car, 12_360, date(2026, 11, 6), source="repair_order", reference="RO-2")
    assert [(one.order, one.found.point.key) for one in read_off_curve(session, *DAYS, 100)] == [("RO-1", wrong.id)]


def test_a_new_meter_begins_a_new_curve(session: Session) -> None:
    car = make_vehicle(session, delivered_on=date(2026, 1, 1))
    make_reading(session, car, 40_000, date(2026, 10, 1))
    make_reading(session, car, 50, date(2026, 11, 2), source="repair_order", meter_replaced=True)
    make_reading(session, car, 90, date(2026, 11, 3), source="repair_order")
    assert read_off_curve(session, *DAYS, 1) == []


def test_photos_that_look_alike(session: Session) -> None:
    one, other, car = make_dealer(session, code="JY0001"), make_dealer(session, code="JY0002"), make_vehicle(session)
    old = make_photo(session, one, car, 0x0F0F_0F0F_0F0F_0F0F, MONDAY - timedelta(days=200))
    new = make_photo(session, other, car, 0x0F0F_0F0F_0F0F_0F30, MONDAY)  # 30 is not 0F: six bits
    make_photo(session, other, car, 0x0F0F_0F0F_0F0F_0F70, MONDAY)  # seven
    make_photo(session, one, car, None, MONDAY)
    found, count = read_alike(session, *DAYS)
    assert [
        (pair.earlier.photo, pair.later.photo, pair.distance) for pair in found if pair.earlier.photo == old.id
    ] == [(old.id, new.id, 6)]
    assert count == 2  # the two of this month are one bit apart
    assert (found[1].earlier.station, found[1].later.station) == ("JY0001", "JY0002")
    assert read_alike(session, date(2026, 12, 1), date(2026, 12, 31)) == ([], 0)
    assert len(read_alike(session, *DAYS, 1)[0]) == 1


PAGES = ("", "/claims", "/repeats", "/peers", "/odometer", "/photos")


def test_headquarters_looks_and_stations_do_not(session: Session, grade: list[Dealer], sign_in: SignIn) -> None:
    hq = [make_user(session, role) for role in ("auditor", "senior_auditor", "quality", "network_manager", "reader")]
    outside = [make_user(session, "service_manager", grade[0]), make_user(session, "customer_centre")]
    session.commit()
    for user in hq:
        client = sign_in(user)
        assert [client.get(f"/analytics/conspicuous{page}").status_code for page in PAGES] == [200] * len(PAGES)
    for user in outside:
        client = sign_in(user)
        assert [client.get(f"/analytics/conspicuous{page}").status_code for page in PAGES] == [403] * len(PAGES)
        assert client.post("/analytics/export", data={"sheet": "peers"}).status_code == 403
    page = unescape(
        sign_in(hq[0]).get("/analytics/conspicuous/peers?measure=alone&since=2026-11-01&until=2026-11-30").text
    )
    assert "/analytics/conspicuous/claims?since=2026-11-01&until=2026-11-30&dealer=JY0004&what=alone" in page
    assert sign_in(hq[0]).get("/analytics/conspicuous/photos?since=nonsense").status_code == 422


def test_every_table_can_be_a_workbook(session: Session, grade: list[Dealer]) -> None:
    for key, sheet in SHEETS.items():
        rows = list(sheet.rows(session, QUERY, date(2026, 11, 30)))
        assert len(rows) == {"peers": 5, "r1000": 1}.get(key, 0)  # the cars' one model, without failures
