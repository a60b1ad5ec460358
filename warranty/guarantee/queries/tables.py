"""What headquarters keeps of the law, for its pages: versions of orders and certificates, the calendar."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.vehicles.models import VehicleModel
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from warranty.guarantee.models import CalendarDay, CalendarYear, Maker, ModelCertificate, RegimeVersion
from warranty.guarantee.rules.orders import ORDERS
from warranty.guarantee.rules.plain import from_plain
from warranty.guarantee.rules.regimes import Regime
from warranty.guarantee.seeds import holiday_names, published_calendar

#: How many years back the calendar's page shows.
YEARS_SHOWN = 4


@dataclass(frozen=True)
class OrderVersion:
    """An order as it holds from a day on; ``valid_from`` None: as the portal was built."""

    version: int
    valid_from: date | None
    order: Regime
    state: str  # past | in_force | coming
    note: str = ""
    made_by: str = ""
    made_at: datetime | None = None


@dataclass(frozen=True)
class OrderHistory:
    """An order with all its versions, the newest first."""

    code: str
    versions: tuple[OrderVersion, ...]

    @property
    def shown(self) -> OrderVersion:
        """The version in force; of an order that is still to come, its first."""
        return next((one for one in self.versions if one.state == "in_force"), self.versions[-1])

    def version(self, number: int) -> OrderVersion:
        """Return one version."""
        found = next((one for one in self.versions if one.version == number), None)
        if found is None:
            raise NotFoundError(Fault(N_("This version is not known.")))
        return found


def order_histories(session: Session, today: date) -> list[OrderHistory]:
    """Return every order with its versions, the order of the newest sales first."""
    rows = session.scalars(select(RegimeVersion).order_by(RegimeVersion.valid_from, RegimeVersion.version)).all()
    kept: dict[str, list[RegimeVersion]] = {}
    for row in rows:
        kept.setdefault(row.code, []).append(row)
    built = {order.code: order for order in ORDERS}
    histories = [_history(code, built.get(code), kept.get(code, []), today) for code in {**built, **kept}]
    return sorted(histories, key=lambda one: one.shown.order.first_sale, reverse=True)


def order_history(session: Session, code: str, today: date) -> OrderHistory:
    """Return one order with its versions."""
    found = next((one for one in order_histories(session, today) if one.code == code), None)
    if found is None:
        raise NotFoundError(Fault(N_("This order is not known.")))
    return found


def _history(code: str, built: Regime | None, rows: list[RegimeVersion], today: date) -> OrderHistory:
    begun = [row for row in rows if row.valid_from <= today]
    ruling = begun[-1] if begun else None
    versions = [
        OrderVersion(
            row.version, row.valid_from, from_plain(row.body),
            "coming" if row.valid_from > today else "in_force" if row is ruling else "past",
            row.note, row.made_by, row.made_at,
        )
        for row in reversed(rows)
    ]  # fmt: skip
    if built is not None:
        versions.append(OrderVersion(1, None, built, "past" if ruling else "in_force"))
    return OrderHistory(code, tuple(versions))


def next_order_version(session: Session, code: str) -> int:
    """Return the number of an order's next version; what the portal was built with is version 1."""
    last = session.scalar(select(func.max(RegimeVersion.version)).where(RegimeVersion.code == code))
    return (last or (1 if any(order.code == code for order in ORDERS) else 0)) + 1


@dataclass(frozen=True)
class ModelRow:
    """A model with its certificate in force, and how many versions there are."""

    model: VehicleModel
    versions: tuple[ModelCertificate, ...]  # newest first
    today: date

    @property
    def in_force(self) -> ModelCertificate | None:
        """The certificate of a car that is sold today."""
        return next((row for row in self.versions if row.valid_from <= self.today), None)

    def state(self, row: ModelCertificate) -> str:
        """Return a version's place in time."""
        if row.valid_from > self.today:
            return "coming"
        return "in_force" if row is self.in_force else "past"


def model_rows(session: Session, today: date, model: str | None = None) -> list[ModelRow]:
    """Return the models with their certificates; one model's where its code is given."""
    models = select(VehicleModel).order_by(VehicleModel.code)
    rows = select(ModelCertificate).order_by(ModelCertificate.valid_from.desc(), ModelCertificate.version.desc())
    if model is not None:
        models = models.where(VehicleModel.code == model)
        rows = rows.join(VehicleModel, VehicleModel.id == ModelCertificate.model_id).where(VehicleModel.code == model)
    by_model: dict[int, list[ModelCertificate]] = {}
    for row in session.scalars(rows):
        by_model.setdefault(row.model_id, []).append(row)
    return [ModelRow(one, tuple(by_model.get(one.id, ())), today) for one in session.scalars(models)]


def model_row(session: Session, model: str, today: date) -> ModelRow:
    """Return one model with its certificates."""
    found = model_rows(session, today, model)
    if not found:
        raise NotFoundError(Fault(N_("This model is not known.")))
    return found[0]


def maker(session: Session) -> Maker | None:
    """Return what certificates say of the maker; None while headquarters has not written it."""
    return session.scalars(select(Maker).order_by(Maker.id).limit(1)).first()


@dataclass(frozen=True)
class YearView:
    """A year of the calendar. ``source`` None: not published yet (未公布); empty: known since the portal was built."""

    year: int
    days_off: tuple[tuple[date, str], ...] = ()
    worked: tuple[tuple[date, str], ...] = ()
    source: str | None = None
    made_by: str = ""
    made_at: datetime | None = None

    @property
    def published(self) -> bool:
        """Tell whether the year's notice is known."""
        return self.source is not None

    @property
    def days(self) -> list[tuple[date, bool, str]]:
        """Every day of the notice in its order: day, whether it is worked, name."""
        marked = [(day, False, name) for day, name in self.days_off] + [(day, True, name) for day, name in self.worked]
        return sorted(marked)


def calendar_years(session: Session, today: date) -> list[YearView]:
    """Return the years around today, the newest first; the next one is shown although nobody knows it yet."""
    imported = set(session.scalars(select(CalendarYear.year)))
    last = max({today.year + 1, *imported})
    first = min({today.year - YEARS_SHOWN, *imported})
    return [calendar_year(session, year) for year in range(last, first - 1, -1)]


def calendar_year(session: Session, year: int) -> YearView:
    """Return one year as the rules read it: imported, known with the portal, or unpublished."""
    row = session.scalars(select(CalendarYear).where(CalendarYear.year == year)).first()
    if row is not None:
        days = days_of(session, year)
        return YearView(
            year, tuple((day, name) for day, (works, name) in days.items() if not works),
            tuple((day, name) for day, (works, name) in days.items() if works), row.source, row.made_by, row.made_at,
        )  # fmt: skip
    seed = published_calendar()
    if year not in seed.years:
        return YearView(year)
    names = holiday_names()
    off, worked = (
        tuple((day, names.get(day, "")) for day in sorted(days) if day.year == year)
        for days in (seed.days_off, seed.working_weekends)
    )
    return YearView(year, off, worked, "")


def days_of(session: Session, year: int) -> dict[date, tuple[bool, str]]:
    """Return an imported year's days in their order: whether each is worked, and its name."""
    rows = session.execute(
        select(CalendarDay.day, CalendarDay.works, CalendarDay.name)
        .where(CalendarDay.year == year)
        .order_by(CalendarDay.day)
    )
    return {row.day: (row.works, row.name) for row in rows}


@dataclass(frozen=True)
class Change:
    """What differs between two versions of an order: the place, before, after."""

    at: str
    before: Any
    after: Any


@dataclass
class Differences:
    """Collects what differs between two plain bodies."""

    found: list[Change] = field(default_factory=list)

    def look(self, at: str, before: Any, after: Any) -> None:
        """Go down two bodies side by side."""
        if isinstance(before, dict) and isinstance(after, dict):
            for name in {**before, **after}:
                self.look(f"{at}/{name}" if at else name, before.get(name), after.get(name))
        elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
            for place, (one, other) in enumerate(zip(before, after, strict=True)):
                self.look(f"{at}/{place}", one, other)
        elif before != after:
            self.found.append(Change(at, before, after))


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Return what a later version of an order says otherwise."""
    both = Differences()
    both.look("", before, after)
    return both.found
