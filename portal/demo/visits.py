"""The demo network's life: visits of cars, month by month, with failures that have trends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import accumulate
from random import Random

from portal.demo import range as makers
from portal.demo.base import HOURLY, PASSWORD, RISE, RISE_FROM, Car, Station, World, utc_text
from portal.demo.catalogue import prices
from portal.demo.load import Loader
from portal.kernel.money import round_fen

__all__ = ["PASSWORD", "Claimable", "Visits"]

#: Visits of a hundred cars in a month.
VISITS_PER_HUNDRED = 11
WARRANTY_DAYS, WARRANTY_KM = 1095, 60_000
CONCERNS = ("到店保养，检查全车", "按里程保养，顺便检查底盘", "更换机油机滤，客户反映一切正常")
RISE_DAY = RISE_FROM.toordinal()


@dataclass(frozen=True, slots=True)
class Claimable:
    """A completed warranty job: what a claim is made from. Amounts in fen, hours in hundredths."""

    order_id: int
    job_id: int
    number: str
    car: Car
    station: Station
    failure: int
    received: str
    completed: str
    completed_day: int
    odometer_km: int
    hours: int
    rate: int
    price: int


@dataclass(frozen=True, slots=True)
class Span:
    """When a visit began, was promised, was done; and since when a substitute car was due."""

    received: str
    promised: str
    completed: str
    done_day: int
    substitute: str | None


@dataclass
class Visits:
    """Writes visits and hands out the warranty jobs among them."""

    world: World
    loader: Loader
    series: dict[tuple[str, str, str], int] = field(default_factory=dict)
    order_id: int = 0
    job_id: int = 0

    def __post_init__(self) -> None:
        self.random = Random(f"{self.world.seed} visits")
        add = self.loader.table
        self.orders = add(
            "repair_order", "id", "dealer_id", "number", "vehicle_id", "vin", "plate", "type", "received_at",
            "promised_at", "completed_at", "odometer_km", "meter_replaced", "advisor_name", "owner_name", "owner_phone",
            "presenter_name", "presenter_phone", "out_call_km", "out_call_expenses", "towing_fee", "substitute",
            "substitute_from", "substitute_until", "substitute_amount", "labour_total", "parts_total", "created_at",
            "state", "row_version", "special_transport_hours", "battery_transport_hours", "rescue_hours",
        )  # fmt: skip
        self.jobs = add("repair_job", "id", "dealer_id", "order_id", "position", "concern", "cause", "correction",
                        "component", "failure_mode", "payer", "technician", "quality_problem", "action", "serious_safety")  # fmt: skip
        self.labour = add(
            "labour_line", "dealer_id", "job_id", "position", "operation_code", "name", "hours", "rate", "amount"
        )
        self.parts = add("part_line", "dealer_id", "job_id", "position", "part_number", "name", "unit", "quantity",
                         "unit_price", "amount", "causal", "supplier")  # fmt: skip
        self.readings = add(
            "odometer_reading", "vehicle_id", "read_at", "km", "source", "reference", "meter_replaced", "doubt"
        )
        self.changes = add(
            "state_change", "entity", "entity_id", "action", "source", "target", "user_id", "actor", "at"
        )
        parts = {part.number: part for part in makers.PARTS}
        self.part_of = [parts[failure.part] for failure in makers.FAILURES]
        self.price_of = [(prices(p.retail)[1], prices(round_fen(p.retail * Decimal("1.03")))[1]) for p in self.part_of]
        self.hours_of = [int(Decimal(failure.hours) * 100) for failure in makers.FAILURES]
        self.failures = {power: self._failures(power) for power in ("petrol", "hybrid", "electric")}

    def month(self, first: date, last: date) -> Iterator[Claimable]:
        """Write the visits of the days ``first`` to ``last`` in order; yield the warranty jobs."""
        start, days = first.toordinal(), (last - first).days + 1
        cars, random = self.world.cars, self.random
        count = len(cars) * VISITS_PER_HUNDRED * days // 3000
        moments = sorted((start + int(random.random() * days), 480 + int(random.random() * 540)) for _ in range(count))
        month = f"{first:%Y%m}"
        for day, minute in moments:
            car = cars[int(random.random() * len(cars))]
            if car.sold < day - 3:
                job = self._visit(car, day, minute, month)
                if job is not None:
                    yield job
            self.loader.settle()

    def number(self, series: str, code: str, month: str) -> str:
        """Return the next document number, as `portal.kernel.numbers` counts them."""
        key = (series, code, month)
        self.series[key] = last = self.series.get(key, 0) + 1
        return f"{series}-{code}-{month}-{last:04d}"

    def _visit(self, car: Car, day: int, minute: int, month: str) -> Claimable | None:
        random, stations = self.random, self.world.stations
        station = stations[car.station] if random.random() < 0.86 else random.choice(stations)
        dice, km = random.random(), (day - car.sold) * car.daily_km + 30
        kind = "maintenance" if dice < 0.4 else "out_call" if dice > 0.985 else "general"
        under = day - car.sold < WARRANTY_DAYS and km < WARRANTY_KM and car.owner[-2:] != "公司"
        warranty = kind != "maintenance" and under and random.random() < 0.72
        span = self._span(day, minute)
        finished = span.done_day < self.world.today.toordinal()
        self.order_id += 1
        self.job_id += 1
        rate = (HOURLY[station.grade] + (RISE if day >= RISE_DAY else 0)) * 100
        if kind == "maintenance":
            sums = self._maintain(station, rate)
        else:
            sums = self._repair(car, station, day, rate, warranty=warranty)
        number = self.number("RO", station.code, month)
        self._order(car, station, number, kind, km, span, sums, finished=finished)
        if not (finished and warranty):
            return None
        return Claimable(
            self.order_id, self.job_id, number, car, station, self.failure, span.received, span.completed, span.done_day,
            km, self.hours_of[self.failure], rate, self.price_of[self.failure][day >= RISE_DAY],
        )  # fmt: skip

    def _span(self, day: int, minute: int) -> Span:
        """Choose how long a visit takes: most go home the same day, some wait weeks for a part."""
        random, stay = self.random, self.random.random()
        length = (
            0 if stay < 0.62 else 1 + int(random.random() * 3) if stay < 0.95 else 4 + int(random.random() ** 2 * 20)
        )
        ready = min(minute + 90 + int(random.random() * 200), 1110) if length == 0 else 900 + int(random.random() * 180)
        late = utc_text(day + 5, minute) if length > 5 else None
        return Span(
            utc_text(day, minute), utc_text(day + length, 1020), utc_text(day + length, ready), day + length, late
        )

    def _order(
        self,
        car: Car,
        station: Station,
        number: str,
        kind: str,
        km: int,
        span: Span,
        sums: tuple[int, int],
        *,
        finished: bool,
    ) -> None:
        random, out = self.random, kind == "out_call"
        advisor, completed = (
            station.advisors[self.order_id % len(station.advisors)],
            span.completed if finished else None,
        )
        self.orders.append((
            self.order_id, station.id, number, car.id, car.vin, car.plate, kind, span.received, span.promised, completed,
            km, 0, advisor, car.owner, car.phone, car.owner if random.random() < 0.9 else f"{car.owner[:1]}师傅", car.phone,
            18 + self.order_id % 40 if out else None, 0, 26000 if out else 0, "car" if span.substitute else "none",
            span.substitute, completed if span.substitute else None, 0, *sums, span.received,
            "completed" if finished else "open", 2 if finished else 1, 0, 0, 0,
        ))  # fmt: skip
        doubtful = random.random() < 0.002
        reading = (car.id, span.received, km // 10 if doubtful else km, "repair_order", number, 0)
        self.readings.append((*reading, "lower" if doubtful else None))
        if finished:
            change = ("repair_order", self.order_id, "complete", "open", "completed", None, advisor, completed)
            self.changes.append(change)

    def _maintain(self, station: Station, rate: int) -> tuple[int, int]:
        labour = (60 * rate + 50) // 100
        self.jobs.append(
            (
                self.job_id,
                station.id,
                self.order_id,
                1,
                CONCERNS[self.order_id % 3],
                "到达保养里程",
                "更换机油机滤，检查制动与底盘",
                "other",
                None,
                "customer",
                station.technicians[self.order_id % 3],
                0,
                "repair",
                0,
            )
        )
        self.labour.append((station.id, self.job_id, 1, "MA0001", "定期保养", 60, rate, labour))
        self.parts.append((station.id, self.job_id, 1, "1010-00990", "机油", "升", 400, 5800, 23200, 0, "中石润滑"))
        self.parts.append(
            (station.id, self.job_id, 2, "1010-00230", "机油滤清器", "件", 100, 3200, 3200, 0, "上海滤洁")
        )
        return labour, 26400

    def _repair(self, car: Car, station: Station, day: int, rate: int, *, warranty: bool) -> tuple[int, int]:
        self.failure = index = self._choose(car)
        failure, part, hours = makers.FAILURES[index], self.part_of[index], self.hours_of[index]
        price = self.price_of[index][day >= RISE_DAY]
        labour = (hours * rate + 50) // 100
        self.jobs.append((
            self.job_id, station.id, self.order_id, 1, failure.concern, failure.cause, failure.correction, failure.component,
            failure.mode, "warranty" if warranty else "customer", station.technicians[self.job_id % 3],
            int(warranty), "replace_part", 0,
        ))  # fmt: skip
        self.labour.append((station.id, self.job_id, 1, failure.operation, f"更换{part.name_zh}", hours, rate, labour))
        self.parts.append(
            (station.id, self.job_id, 1, part.number, part.name_zh, part.unit, 100, price, price, 1, part.supplier)
        )
        return labour, price

    def _choose(self, car: Car) -> int:
        """Choose what failed: by rate, and eight times as often for a car of a bad batch."""
        indices, weights, batches = self.failures[makers.MODELS[car.model].powertrain]
        year, week = car.produced
        for index, bad_year, first, last in batches:
            if year == bad_year and first <= week <= last and self.random.random() < 0.3:
                return index
        return self.random.choices(indices, cum_weights=weights)[0]

    @staticmethod
    def _failures(power: str) -> tuple[list[int], list[int], list[tuple[int, int, int, int]]]:
        kinds = {"any", "petrol"} if power in {"petrol", "hybrid"} else {"any", "electric"}
        indices = [index for index, failure in enumerate(makers.FAILURES) if failure.power in kinds]
        weights = list(accumulate(makers.FAILURES[index].rate for index in indices))
        batches = [(index, *batch) for index in indices if (batch := makers.FAILURES[index].batch)]
        return indices, weights, batches
