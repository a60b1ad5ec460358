"""What covers the demo's cars: certificates with wear parts, policies, part warranty, contracts, goodwill.

Everything goes through the services, as headquarters would enter it, at the day it would have.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from dealers.vehicles.rules import period_end
from portal.demo import range as makers
from portal.demo.base import Car, World
from portal.kernel.access import Actor
from portal.kernel.scoping import HeadOfficeScope, enter
from warranty.coverage.services.agreements import (
    ContractFacts,
    GrantFacts,
    Span,
    add_contract,
    grant_goodwill,
)
from warranty.coverage.services.versions import (
    PolicyScope,
    Terms,
    add_part_warranty,
    add_policy,
    follow_policy,
)
from warranty.guarantee.queries.law import default_parts
from warranty.guarantee.rules.facts import Term
from warranty.guarantee.seeds import SPECIAL_PARTS, wear_parts
from warranty.guarantee.services.certificates import ModelTerms, WearPart, add_certificate

FIRST = date(2018, 1, 1)
#: The day on which the range's kilometres were raised from the law's least.
RAISED = date(2023, 1, 1)
WHOLE_MONTHS, WHOLE_KM = 36, 100_000
#: Months and kilometres of wear parts; what is not named has the first pair.
WEAR = {
    "battery": (12, 20_000), "tyre": (6, 10_000), "brake_lining": (6, 10_000), "clutch_disc": (12, 20_000),
    "spark_plug": (6, 10_000), "bulb": (6, 10_000), "fuse_relay": (6, 10_000),
}  # fmt: skip
WEAR_LEAST = (3, 5_000)
BATTERY_LIMIT = "包修期内容量衰减不超过30%"
#: 三电: eight years or 120,000 km.
ELECTRIC = ("traction_battery", "drive_motor")
PRODUCTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("整车延保2年", ()), ("动力总成延保2年", ("engine", "transmission", "driveline")),
)  # fmt: skip
CONTRACTS, GRANTS = 40, 6
REASONS = ("老客户，超保修期不足一个月", "同批次反馈较多，关怀处理", "首任车主，按时保养")


def cover_cars(engine: Engine, world: World, now: datetime, say: Callable[[str], None]) -> None:
    """Enter what headquarters keeps of coverage."""
    maker = Actor.system("demo")
    with Session(engine, expire_on_commit=False) as session:
        enter(session, maker, HeadOfficeScope("making the demo network"))
        _certificates(session, maker, now)
        _policies(session, maker, now)
        covered, oldest = _some(world, CONTRACTS), sorted(world.cars, key=lambda car: car.sold)[:GRANTS]
        for place, car in enumerate(covered):
            _contract(session, maker, world, car, place)
        for place, car in enumerate(oldest):
            _grant(session, maker, world, car, place, now)
        session.commit()
    say(f"coverage: {len(covered)} contracts and {len(oldest)} grants of goodwill")


def _certificates(session: Session, maker: Actor, now: datetime) -> None:
    """The law's least for every model, with the periods of its wear parts."""
    for model in makers.MODELS:
        wear = [WearPart(name, *WEAR.get(name, WEAR_LEAST)) for name in wear_parts(model.powertrain)]
        main = {name: sorted(parts) for name, parts in default_parts(model.powertrain).items()}
        limit = "" if model.powertrain == "petrol" else BATTERY_LIMIT
        terms = ModelTerms(
            FIRST, Term(24, 50_000), Term(36, 60_000), Decimal("0.005"), main, SPECIAL_PARTS, wear, limit
        )  # fmt: skip
        add_certificate(session, model.code, terms, maker, now)


def _policies(session: Session, maker: Actor, now: datetime) -> None:
    """The narrow ones first: what grants less than the whole car's must not come after it."""
    fleet = Terms(FIRST, 24, WHOLE_KM, "营运车辆")
    add_policy(session, PolicyScope(use="commercial"), fleet, maker, now)
    whole = add_policy(session, PolicyScope(), Terms(FIRST, WHOLE_MONTHS, 60_000, "整车基本保修"), maker, now)
    then = datetime(RAISED.year - 1, 12, 1, 2, tzinfo=UTC)
    raised = Terms(RAISED, WHOLE_MONTHS, WHOLE_KM, "整车保修里程提高到10万公里")
    follow_policy(session, whole.code, raised, maker, then)
    for component in ELECTRIC:
        terms = Terms(FIRST, 96, 120_000, "三电保修8年或12万公里")
        add_policy(session, PolicyScope(component=component), terms, maker, now)
    paint = Terms(FIRST, WHOLE_MONTHS, None, "车身及漆面3年，不限里程")
    add_policy(session, PolicyScope(component="body"), paint, maker, now)
    add_part_warranty(session, "", "bulb", Terms(FIRST, 6, 10_000, "灯泡"), maker, now)
    add_part_warranty(session, "", "", Terms(FIRST, 12, 20_000, "维修更换的配件"), maker, now)


def _some(world: World, count: int) -> list[Car]:
    """Return cars evenly over the whole network."""
    return world.cars[:: max(1, len(world.cars) // count)][:count]


def _contract(session: Session, maker: Actor, world: World, car: Car, place: int) -> None:
    """Two years after the whole car's coverage, sold with the car."""
    sold = date.fromordinal(car.sold)
    begins = period_end(sold, WHOLE_MONTHS) + timedelta(days=1)
    product, components = PRODUCTS[place % len(PRODUCTS)]
    facts = ContractFacts(
        f"YB{sold.year}-{place + 1:05d}", car.vin, product, Span(begins, period_end(begins, 24), 150_000), components,
        seller=world.stations[car.station].code,
    )  # fmt: skip
    add_contract(session, facts, maker, datetime(sold.year, sold.month, sold.day, 2, tzinfo=UTC))


def _grant(session: Session, maker: Actor, world: World, car: Car, place: int, now: datetime) -> None:
    """A month around today, asked for by the station that sold the car."""
    facts = GrantFacts(
        car.vin, Span(world.today - timedelta(days=10), world.today + timedelta(days=30), None), 70, 10, 20,
        REASONS[place % len(REASONS)], station=world.stations[car.station].code,
    )  # fmt: skip
    grant_goodwill(session, facts, maker, now)
