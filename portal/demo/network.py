"""Make a whole demo network in an empty database: by seed, in the order of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from portal.demo.authorisations import make_authorisations
from portal.demo.base import World, make_accounts, make_cars, make_catalogues, make_stations, utc_text
from portal.demo.campaigns import run_campaigns
from portal.demo.claims import Claims
from portal.demo.covering import cover_cars
from portal.demo.load import Loader
from portal.demo.months import settle_months
from portal.demo.old_parts import make_old_parts
from portal.demo.photos import take_photos
from portal.demo.quality import make_quality_reports
from portal.demo.recoveries import recover
from portal.demo.rulebook import enforce_rules
from portal.demo.stock import make_stock
from portal.demo.visits import Visits
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import OperatorError
from portal.kernel.scoping import HeadOfficeScope, enter
from warranty.guarantee.queries.watched import visited_cars
from warranty.guarantee.services.nightly import Proof, prove_cars

#: Cars that the watch looks at in one transaction.
STRETCH = 2_000


@dataclass(frozen=True)
class Size:
    """How large the network is, and the seed that makes it what it is."""

    dealers: int = 16
    vehicles: int = 9_000
    months: int = 8
    seed: int = 2026


def months_before(today: date, count: int) -> list[tuple[date, date]]:
    """Return the first and last day of ``count`` months, the running one last and cut at yesterday."""
    spans, first = [], today.replace(day=1)
    last = today - timedelta(days=1)
    for _ in range(count):
        if last >= first:
            spans.append((first, last))
        last = first - timedelta(days=1)
        first = last.replace(day=1)
    return spans[::-1]


def fill(engine: Engine, size: Size, now: datetime, say: Callable[[str], None]) -> World:
    """Fill an empty database with a network and settle the months that are over."""
    with engine.begin() as connection:
        world = make_network(connection, size, now, say)
    send_parts_back(engine, now, say)
    months = [first for first, _last in months_before(world.today, size.months) if first < world.today.replace(day=1)]
    if months:
        settle_months(engine, months, size.seed, say)
    cover_cars(engine, world, now, say)
    watch_cars(engine, now, say)
    run_campaigns(engine, now, say)
    with Session(engine, expire_on_commit=False) as session:
        enter(session, Actor.system("demo"), HeadOfficeScope("making the demo network"))
        say(f"pre-authorisations: {make_authorisations(session, now)}")
        say(f"stock: {make_stock(session, now, size.seed)}")
        session.commit()
    take_photos(engine, world, now, say)
    with Session(engine, expire_on_commit=False) as session:
        enter(session, Actor.system("demo"), HeadOfficeScope("making the demo network"))
        say(f"quality reports: {make_quality_reports(session, now)}")
        session.commit()
    recover(engine, size.seed, now, say)
    return world


def send_parts_back(engine: Engine, now: datetime, say: Callable[[str], None]) -> None:
    """Lead old parts on their way, before the months are settled that take their deductions."""
    with Session(engine, expire_on_commit=False) as session:
        enter(session, Actor.system("demo"), HeadOfficeScope("making the demo network"))
        say(f"old parts: {make_old_parts(session, now)}")
        session.commit()


def watch_cars(engine: Engine, now: datetime, say: Callable[[str], None]) -> None:
    """Let the three-guarantees watch look at every car that was repaired, a stretch in a transaction."""
    after, total = 0, Proof()
    with Session(engine, expire_on_commit=False) as session:
        enter(session, Actor.system("demo"), HeadOfficeScope("making the demo network"))
        while cars := visited_cars(session, after, STRETCH):
            total, after = total + prove_cars(session, cars, now, filling=True), cars[-1]
            session.commit()
            session.expunge_all()
    say(f"watch: {total.watched:,} of {total.cars:,} cars have repairs that count")


def make_network(connection: Connection, size: Size, now: datetime, say: Callable[[str], None]) -> World:
    """Fill an empty database; ``say`` is told what is done. The caller commits."""
    if connection.execute(text("select 1 from dealer limit 1")).first():
        raise OperatorError("the database is not empty: the demo network needs one of its own")
    world, loader = World(size.seed, local_date(now)), Loader(connection)
    make_stations(world, loader, size.dealers)
    make_accounts(world, loader, utc_text(world.today.toordinal() - 400, 540))
    make_catalogues(loader)
    for done in make_cars(world, loader, size.vehicles):
        say(f"cars {done:,}")
    loader.settle(everything=True)  # what follows goes through the services, as headquarters would do it
    months = months_before(world.today, size.months)
    book = enforce_rules(connection, months[0][0] if months else world.today, size.seed)
    visits = Visits(world, loader)
    claims = Claims(world, visits, book)
    for first, last in months:
        for job in visits.month(first, last):
            claims.make(job)
        say(f"visits to {last}: {visits.order_id:,} repair orders, {claims.claim_id:,} claims")
    series = loader.table("document_series", "series", "owner", "month", "last")
    series += [(kind, owner, f"{month[:4]}-{month[4:]}", last) for (kind, owner, month), last in visits.series.items()]
    loader.finish()
    return world
