"""Every main page, looked at closely: language, title, headings, policy, width on a phone, and by axe."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.support.running import Running
from tests.support.visit import Person

pytestmark = pytest.mark.browser

#: By role: the pages that are its daily work. {…} is filled in from the demo network.
DEALER = {
    "service_advisor": (
        "/vehicles/", "/vehicles/{vin}", "/service/", "/service/new?vin={vin}", "/service/{open_order}",
        "/service/{completed_order}", "/search?q=nothing-like-it", "/catalogue/parts", "/catalogue/parts/{part}",
        "/catalogue/operations",
    ),
    "service_manager": (
        "/claims/", "/claims/{own_claim}", "/claims/unclaimed", "/settlement/", "/settlement/{open_statement}",
        "/analytics/clocks", "/downloads/", "/network/station", "/auth/profile", "/campaigns/", "/campaigns/{recall}",
        "/campaigns/cars?campaign={recall}", "/campaigns/cars/{recall_car}", "/service/new?vin={recall_vin}",
        "/vehicles/{recall_vin}",
    ),
    "customer_relations": (
        "/guarantee/watch", "/guarantee/watch?level=orange", "/guarantee/notices", "/guarantee/cars/{watched}",
        "/guarantee/cars/{watched}?days=40&component=engine&action=repair",
        "/guarantee/cars/{watched}?days=999&component=engine&action=repair",
        "/guarantee/cars/{vin}/certificates", "/vehicles/{watched}",
    ),
}  # fmt: skip
HEADQUARTERS = {
    "auditor": (
        "/claims/", "/claims/queue", "/claims/{waiting_claim}", "/service/", "/vehicles/{vin}",
        "/analytics/clocks?since=2026-09-01", "/analytics/clocks?since=2026-11-30&until=2026-11-01",
        "/analytics/clocks/decisions", "/analytics/conspicuous", "/analytics/conspicuous/photos",
        "/analytics/conspicuous/repeats", "/analytics/conspicuous/odometer?since=2026-01-01&least=1",
        "/analytics/conspicuous/peers?since=2026-01-01", "/analytics/conspicuous/claims",
    ),
    "settlement": (
        "/settlement/", "/settlement/close", "/settlement/{disputed_statement}",
        "/settlement/{disputed_statement}/answer",
    ),
    "quality": (
        "/campaigns/", "/campaigns/new", "/campaigns/{recall}", "/campaigns/{recall}/edit",
        "/campaigns/{recall}/definition", "/campaigns/{recall}/reports/phase", "/campaigns/cars/{recall_car}",
        "/imports/campaigns", "/imports/campaigns/mappings", "/imports/campaigns/mappings/new",
        "/guarantee/watch", "/guarantee/alarms", "/guarantee/alarms/1", "/guarantee/orders",
        "/guarantee/orders/SAMR-43",
        "/guarantee/orders/SAMR-43/new", "/guarantee/models", "/guarantee/models/{model}",
        "/guarantee/models/{model}/new", "/guarantee/maker", "/guarantee/holidays", "/guarantee/holidays/2026",
        "/guarantee/holidays/2028", "/imports/holidays",
    ),
    "network_manager": ("/network/", "/network/{station}", "/imports/", "/imports/dealers"),
    "administrator": (
        "/auth/users", "/auth/users/auditor", "/auth/users/new", "/auth/audit", "/auth/profile", "/auth/sessions",
        "/auth/password", "/catalogue/parts", "/imports/parts", "/vehicles/",
    ),
}  # fmt: skip
RECALLED = (
    "from campaign_car join campaign on campaign.id = campaign_id join vehicle on vehicle.id = vehicle_id"
    " where kind = 'recall' and campaign_car.state = 'due' and selling_dealer_id = 1 order by vehicle.id"
)
#: Where the pages' objects are found.
FACTS = {
    "open_order": "select number from repair_order where dealer_id = 1 and state = 'open'",
    "completed_order": "select number from repair_order where dealer_id = 1 and state = 'completed' order by id desc",
    "own_claim": "select number from claim where dealer_id = 1 and state = 'approved' order by id desc",
    "waiting_claim": "select number from claim where state = 'submitted'",
    "open_statement": "select number from settlement where dealer_id = 1 and state = 'generated'",
    "disputed_statement": "select number from settlement where state = 'disputed'",
    "watched": "select vin from vehicle join guarantee_watch on vehicle.id = vehicle_id order by rank desc",
    "model": "select code from vehicle_model order by id",
    "recall": "select number from campaign where kind = 'recall'",
    "recall_vin": f"select vehicle.vin {RECALLED}",
    "recall_car": f"select campaign.number || ':' || vehicle.vin {RECALLED}",
    "part": "select number from part where number = '3104-00200'",
}


def look_at(person: Person, running: Running, paths: tuple[str, ...]) -> None:
    """Open pages one after another and look at each."""
    facts = {name: running.value(sql) for name, sql in FACTS.items()}
    for path in paths:
        person.open(path.format(vin=running.network.car.vin, station=running.network.station, **facts))
        person.look_for_barriers()


def raise_alarm(running: Running) -> None:
    """Store what the nightly check leaves of a car whose kept days were wrong."""
    with closing(sqlite3.connect(running.path)) as connection, connection:
        (vehicle, vin, rows), plain = (
            connection.execute(
                "select vehicle_id, vin, rows from guarantee_watch join vehicle on vehicle.id = vehicle_id limit 1"
            ).fetchone(),
            {"level": "green", "counter": "repair_days", "value": 3, "limit": 30, "in_force": True},
        )
        states = [json.dumps({**plain, "rows": json.loads(rows), "repair_days": days}) for days in (2, 3)]
        connection.execute(
            "insert into guarantee_alarm (vehicle_id, vin, at, kept, reckoned) values (?, ?, ?, ?, ?)",
            (vehicle, vin, "2026-11-20 18:00:00", *states),
        )


@pytest.mark.parametrize("role", DEALER)
def test_pages_of_a_station(enter: Callable[..., Person], running: Running, role: str) -> None:
    look_at(enter(role), running, DEALER[role])


@pytest.mark.parametrize("role", HEADQUARTERS)
def test_pages_of_headquarters(enter: Callable[..., Person], running: Running, role: str) -> None:
    raise_alarm(running)
    look_at(enter(role, None), running, HEADQUARTERS[role])


def test_the_door_and_what_is_not_there(enter: Callable[..., Person], running: Running) -> None:
    person = enter("reader", None)
    person.tab.locator(".user-menu summary").click()
    person.press("Sign out", within=person.tab.locator(".user-menu"), look=False)
    person.open("/auth/sign-in")
    person.look_for_barriers()
    person.field("User name").fill("reader")
    person.field("Password").fill("not the password")
    person.press("Sign in", look=False)
    expect(person.tab.locator(".error-summary")).to_be_focused()
    person.look_for_barriers()
