"""What was decided, and how long it took: the figures of many decisions at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from typing import cast as cast_to

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, extract, func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.kernel.clock import day_bounds
from portal.kernel.scoping import lawful_view
from reports.analytics.rules import Clock, Decided, clocks, network_medians
from warranty.claims.models import Claim, ClaimDecision, ClaimVersion

#: What ends a clock; passing a claim on to somebody else does not.
FINAL = ("approve", "return", "refuse")
#: Why a station is told the whole network's median: it names nobody.
LAWFUL = "the median hours of the network, which are no single station's"

#: A version's clock runs from its submission; that of an appeal from the appeal.
STARTED: ColumnElement[Any] = case(
    (
        and_(Claim.appealed_at > ClaimVersion.submitted_at, ClaimDecision.decided_at >= Claim.appealed_at),
        Claim.appealed_at,
    ),
    else_=ClaimVersion.submitted_at,
)
_SECONDS = cast(extract("epoch", ClaimDecision.decided_at) - extract("epoch", STARTED), BigInteger)
#: Tenths of an hour, begun ones counted whole.
TENTHS: ColumnElement[int] = (_SECONDS + 359) // 360


@dataclass(frozen=True)
class Asked:
    """Which decisions: of the days from ``first`` to ``last``, of one station, type or level where one is named."""

    first: date
    last: date
    dealer: str = ""
    type: str = ""
    level: int | None = None


@dataclass(frozen=True)
class Row:
    """A line of figures: of everything, of a station, or of a type and level."""

    clock: Clock
    network: Any = None  # the network's median hours
    code: str = ""
    name: str = ""
    type: str = ""
    level: int | None = None


@dataclass(frozen=True)
class Clocks:
    """The page: everything, by type and level, by station. ``beside``: the network's median stands beside."""

    whole: Row
    kinds: list[Row]
    stations: list[Row]
    beside: bool


def joined(statement: Select[Any]) -> Select[Any]:
    """Join what a decision's clock is read from, and keep the decisions that end one."""
    return (
        statement.join(Claim, Claim.id == ClaimDecision.claim_id)
        .join(
            ClaimVersion,
            and_(ClaimVersion.claim_id == ClaimDecision.claim_id, ClaimVersion.version == ClaimDecision.version),
        )
        .where(ClaimDecision.outcome.in_(FINAL))
    )


def decided(session: Session, asked: Asked) -> list[Decided]:
    """Return the decisions that the session may see, alike ones counted together."""
    start, end = day_bounds(asked.first, asked.last)
    what = (ClaimDecision.dealer_id, Claim.type, ClaimDecision.level, ClaimDecision.outcome, TENTHS.label("tenths"))
    columns = cast_to("Select[Any]", select(*what))
    statement = joined(columns.select_from(ClaimDecision)).where(
        ClaimDecision.decided_at >= start, ClaimDecision.decided_at < end
    )
    if asked.dealer:
        mine = select(Dealer.id).where(Dealer.code == asked.dealer).scalar_subquery()
        statement = statement.where(ClaimDecision.dealer_id == mine)
    if asked.type:
        statement = statement.where(Claim.type == asked.type)
    if asked.level is not None:
        statement = statement.where(ClaimDecision.level == asked.level)
    inner = statement.subquery()  # grouped by names: an expression with parameters is another one to PostgreSQL
    grouped = select(*inner.c, func.count()).group_by(*inner.c)
    return [Decided(*tuple(row)) for row in session.execute(grouped)]


def read_clocks(session: Session, asked: Asked, *, own: bool) -> Clocks:
    """Return the figures of the page; ``own``: the reader is a station and sees itself beside the network."""
    found = decided(session, asked)
    beside = own or bool(asked.dealer)
    network: list[Decided] = []
    if beside:
        whole = Asked(asked.first, asked.last, "", asked.type, asked.level)
        with lawful_view(session, LAWFUL):
            network = decided(session, whole)
    middle = network_medians(network, lambda _one: True)
    middles = network_medians(network, lambda one: (one.type, one.level))
    whole_row = Row(clocks(found, lambda _one: True).get(True, Clock()), middle.get(True))
    kinds = [
        Row(clock, middles.get(key), type=key[0], level=key[1])
        for key, clock in sorted(clocks(found, lambda one: (one.type, one.level)).items())
    ]
    names = {row.id: row for row in session.execute(select(Dealer.id, Dealer.code, Dealer.name))}
    stations = [
        Row(clock, middle.get(True), names[dealer].code, names[dealer].name)
        for dealer, clock in clocks(found, lambda one: one.dealer).items()
    ]
    stations.sort(key=lambda row: (-(row.clock.median or 0), -row.clock.count, row.code))
    return Clocks(whole_row, kinds, stations, beside)


def read_cube(session: Session, asked: Asked) -> list[Row]:
    """Return the figures of every station, type and level: for the workbook."""
    names = {row.id: row for row in session.execute(select(Dealer.id, Dealer.code, Dealer.name))}
    found = clocks(decided(session, asked), lambda one: (one.dealer, one.type, one.level))
    rows = [
        Row(clock, None, names[dealer].code, names[dealer].name, kind, level)
        for (dealer, kind, level), clock in found.items()
    ]
    return sorted(rows, key=lambda row: (row.code, row.type, row.level))
