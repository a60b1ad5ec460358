"""The demo network's ground: stations, accounts, models, parts, operations, rates and cars."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random

from argon2 import PasswordHasher

from portal.auth.roles import ROLES, Role, Side
from portal.demo import people
from portal.demo import range as makers
from portal.demo.catalogue import make_parts
from portal.demo.load import Loader
from portal.demo.places import CITIES, City
from portal.kernel.pinyin import initials

#: One password for every demo account; they exist in a demo database only.
PASSWORD = "sanbao-demo-2026"  # noqa: S105
RATES_FROM = date(2024, 1, 1)
#: Yuan an hour by grade (0: not graded) and how much it rose in 2026.
HOURLY = {0: 80, 1: 85, 2: 90, 3: 100, 4: 110, 5: 120}
RISE = 5
RISE_FROM = date(2026, 1, 1)
WMI = "LJY"


@dataclass(frozen=True)
class Station:
    """A station as the generator needs it."""

    id: int
    code: str
    name: str
    city: City
    grade: int
    advisors: tuple[str, ...]
    technicians: tuple[str, ...]
    weight: float


@dataclass(slots=True)
class Car:
    """A car as the generator needs it."""

    id: int
    vin: str
    model: int
    station: int
    sold: int  # ordinal day of delivery
    produced: tuple[int, int]  # ISO year and week
    daily_km: int
    owner: str
    phone: str
    plate: str


@dataclass
class World:
    """Everything made so far, and the dice it was made with."""

    seed: int
    today: date
    stations: list[Station] = field(default_factory=list)
    cars: list[Car] = field(default_factory=list)
    accounts: list[tuple[str, str, str, str | None]] = field(default_factory=list)


def make_stations(world: World, loader: Loader, count: int) -> None:
    """Make ``count`` stations over the cities, a few of them large, as networks are."""
    random = Random(f"{world.seed} stations")
    rows = loader.table(
        "dealer", "id", "code", "name", "kind", "region", "province", "city", "address", "uscc", "grade", "phone",
        "bank_name", "bank_account", "state", "row_version",
    )  # fmt: skip
    used: set[str] = set()
    for number in range(1, count + 1):
        city = CITIES[(number - 1) * 7 % len(CITIES)]
        name = ""
        while not name or name in used:
            given = random.choice(people.DEALER_NAMES) + random.choice(("", "", "汇", "达", "通"))
            kind = "4s" if random.random() < 0.75 else "station"
            name = f"{city.name}{given}汽车{'销售服务' if kind == '4s' else '维修服务'}有限公司"
            if name in used and len(used) > 300:
                name = f"{city.name}{given}{number}汽车销售服务有限公司"
        used.add(name)
        code, grade = f"JY{number:04d}", random.choices((0, 1, 2, 3, 4, 5), (4, 8, 18, 38, 24, 8))[0]
        bank = random.choice(people.BANKS)
        rows.append((
            number, code, name, kind, city.region, city.province, city.name,
            f"{city.name}市{random.choice(people.ROADS)}{random.randrange(1, 980)}号",
            people.uscc(random, city.division), grade or None, f"0{random.randrange(310, 999)}-{random.randrange(10**7, 10**8)}",
            f"{bank}{city.name}分行", f"{random.randrange(10**18, 10**19 - 1)}", "open", 1,
        ))  # fmt: skip
        staff = [people.person(random) for _ in range(5)]
        world.stations.append(
            Station(number, code, name, city, grade, tuple(staff[:2]), tuple(staff[2:]), 0.4 + random.random() ** 3 * 4)
        )


def make_accounts(world: World, loader: Loader, moment: str) -> None:
    """Make an account for every role: headquarters', and those of the first two stations."""
    random = Random(f"{world.seed} accounts")
    rows = loader.table(
        "user_account", "id", "username", "display_name", "dealer_id", "roles", "locale", "password_hash",
        "must_change_password", "active", "created_at",
    )  # fmt: skip
    password = PasswordHasher().hash(PASSWORD)
    wanted: list[tuple[Role, Station | None]] = [
        (role, None) for role in ROLES.values() if role.side is Side.HEAD_OFFICE
    ]
    wanted += [(role, station) for station in world.stations[:2] for role in ROLES.values() if role.side is Side.DEALER]
    for number, (role, station) in enumerate(wanted, start=1):
        username = role.key if station is None else f"{role.key}.{station.code.lower()}"
        name = people.person(random)
        rows.append((
            number, username, name, station.id if station else None, json.dumps([role.key]), "zh_CN", password, 0, 1, moment,
        ))  # fmt: skip
        world.accounts.append((username, name, role.key, station.code if station else None))


def make_catalogues(loader: Loader) -> None:
    """Write models, parts with dated prices, labour operations, hourly rates and the tax rate."""
    models = loader.table("vehicle_model", "id", "code", "series", "name_zh", "name_en", "category", "powertrain",
                          "guarantee_months", "guarantee_km", "repair_months", "repair_km")  # fmt: skip
    for number, model in enumerate(makers.MODELS, start=1):
        models.append((number, model.code, model.series, model.name_zh, model.name_en, model.category,
                       model.powertrain, 24, 50_000, 36, 60_000))  # fmt: skip
    make_parts(loader)
    operations = loader.table(
        "labour_operation", "code", "model_id", "name_zh", "name_en", "initials", "hours", "component"
    )
    names = {part.number: part for part in makers.PARTS}
    for failure in makers.FAILURES:
        name = f"更换{names[failure.part].name_zh}"
        operations.append((failure.operation, None, name, f"Replace {names[failure.part].name_en.lower()}",
                           initials(name), int(Decimal(failure.hours) * 100), failure.component))  # fmt: skip
    for code, zh, en, hours in makers.MAINTENANCE:
        operations.append((code, None, zh, en, initials(zh), int(Decimal(hours) * 100), "other"))
    rates = loader.table("labour_rate", "grade", "valid_from", "rate")
    for grade, yuan in HOURLY.items():
        rates.append((grade, RATES_FROM.isoformat(), yuan * 100))
        rates.append((grade, RISE_FROM.isoformat(), (yuan + RISE) * 100))
    loader.table("tax_rate", "valid_from", "rate").append(("2019-04-01", 1300))


class CarMaker:
    """Makes cars one by one: model and station by their shares, sold over the last four years."""

    def __init__(self, world: World, loader: Loader) -> None:
        self.world, self.random = world, Random(f"{world.seed} cars")
        self.customers = loader.table("customer", "id", "name", "phone", "kind")
        self.vehicles = loader.table(
            "vehicle", "id", "vin", "vin_tail", "model_id", "configuration", "colour", "engine_no", "produced_on",
            "use", "plate", "invoice_no", "invoiced_on", "delivered_on", "price", "selling_dealer_id", "owner_id",
            "owner_since",
        )  # fmt: skip
        self.shares = list(accumulate(model.share for model in makers.MODELS))
        self.weights = list(accumulate(station.weight for station in world.stations))
        self.vins: dict[tuple[int, int, int], Callable[[int], str]] = {}
        self.serials: dict[int, int] = {}
        self.last = world.today.toordinal()

    def make(self, number: int) -> None:
        """Write one car with its owner."""
        random, world = self.random, self.world
        index = random.choices(range(len(makers.MODELS)), cum_weights=self.shares)[0]
        model, station = makers.MODELS[index], random.choices(world.stations, cum_weights=self.weights)[0]
        sold = self.last - int(random.random() ** 0.85 * 1460)
        delivered, produced = date.fromordinal(sold), date.fromordinal(sold - random.randrange(12, 110))
        vin, engine = self._identity(index, produced)
        company = random.random() < 0.06
        owner = f"{station.city.name}{random.choice(people.COMPANIES)}有限公司" if company else people.person(random)
        phone = people.phone(random)
        plate = people.plate(random, station.city.plate, electric=model.powertrain == "electric")
        invoiced = date.fromordinal(min(sold + random.choice((-2, -1, 0, 0, 0, 0)), self.last))
        self.customers.append((number, owner, phone, "company" if company else "person"))
        self.vehicles.append((
            number, vin, vin[-6:], index + 1, random.choice(("舒适型", "豪华型", "旗舰型")), random.choice(people.COLOURS),
            engine, produced.isoformat(), "commercial" if company else "household", plate, f"{random.randrange(10**8):08d}",
            invoiced.isoformat(), delivered.isoformat(), (model.price - random.randrange(0, 80) * 100) * 100,
            station.id, number, delivered.isoformat(),
        ))  # fmt: skip
        week, daily = produced.isocalendar()[:2], random.randrange(14, 78)
        world.cars.append(Car(number, vin, index, station.id - 1, sold, week, daily, owner, phone, plate))

    def _identity(self, index: int, produced: date) -> tuple[str, str]:
        """Return the next VIN and engine number: one count a model year, so the last eight name a car."""
        year, vds = produced.year + (1 if produced.month > 8 else 0), makers.MODELS[index].vds
        serial = self.serials[year] = self.serials.get(year, 99_999) + 1
        key = (index, year, serial // 1_000_000)
        if key not in self.vins:
            self.vins[key] = people.vin_maker(WMI, vds, year, "ABCDEFGH"[key[2]])
        return self.vins[key](serial % 1_000_000), f"{vds}{serial:07d}"


def make_cars(world: World, loader: Loader, count: int) -> Iterator[int]:
    """Make ``count`` cars; yields how many are done."""
    maker = CarMaker(world, loader)
    for number in range(1, count + 1):
        maker.make(number)
        loader.settle()
        if number % 10_000 == 0:
            yield number
    yield count


def utc_text(day: int, minute: int) -> str:
    """Return the UTC text of a minute after midnight in China on an ordinal day."""
    moment = datetime.fromordinal(day) + timedelta(minutes=minute - 480)
    return moment.strftime("%Y-%m-%d %H:%M:00.000000")
