"""Reads all that may cover a car, in two statements however much it is.

Coverage follows the car, so parts are read across dealers: which, when and at how many kilometres,
never by whom or for how much. The submission of a claim reads this; see ADR 7 and 12.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any
from typing import cast as to_type

from sqlalchemy import (
    Date,
    Integer,
    Row,
    String,
    Table,
    and_,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from dealers.service.models import PartLine, RepairJob, RepairOrder
from dealers.vehicles.models import VehicleModel
from parts.catalogue.models import Part
from portal.kernel.clock import local_date
from portal.kernel.db import Document, UtcDateTime
from portal.kernel.money import ZERO
from portal.kernel.prepared import PreparedRead
from portal.kernel.straight import Sent
from warranty.coverage.models import CoveragePolicy, Goodwill, PartWarranty, ServiceContract
from warranty.coverage.rules.facts import (
    Car,
    Contract,
    Facts,
    Grant,
    Length,
    PartTerm,
    Policy,
    Replaced,
    Until,
)
from warranty.guarantee.models import ModelCertificate, RegimeVersion
from warranty.guarantee.rules.facts import Certificate, Sale, Term
from warranty.guarantee.rules.orders import ORDERS
from warranty.guarantee.rules.plain import from_plain
from warranty.guarantee.rules.regimes import Regime, ruling_date

#: A row of columns by name.
AnyRow = Row[*tuple[Any, ...]]
LAWFUL = "what covers the car follows it from station to station"
POLICY, PART_TERM, CONTRACT, GRANT, MODEL, REGIME, CERTIFICATE, LINE, JOB, ORDER, PART = (
    to_type("Table", model.__table__)
    for model in (
        CoveragePolicy, PartWarranty, ServiceContract, Goodwill, VehicleModel, RegimeVersion, ModelCertificate,
        PartLine, RepairJob, RepairOrder, Part,
    )
)  # fmt: skip
_NO_TEXT, _NO_NUMBER, _NO_DAY = cast(null(), String), cast(null(), Integer), cast(null(), Date)
_NO_BODY = cast(null(), Document)


def _terms() -> Any:
    """Orders of the law, the model's certificates, and the policies that ask for no other model or series."""
    orders = select(
        literal("order").label("kind"), REGIME.c.code, REGIME.c.version, REGIME.c.valid_from,
        _NO_NUMBER.label("months"), _NO_NUMBER.label("km"), _NO_TEXT.label("component"), _NO_TEXT.label("use"),
        _NO_NUMBER.label("model_id"), _NO_TEXT.label("series"), REGIME.c.body,
    ).where(REGIME.c.valid_from <= bindparam("today", type_=Date()))  # fmt: skip
    certificates = select(
        literal("certificate"), _NO_TEXT, CERTIFICATE.c.version, CERTIFICATE.c.valid_from,
        CERTIFICATE.c.repair_months, CERTIFICATE.c.repair_km, _NO_TEXT, _NO_TEXT, CERTIFICATE.c.model_id, _NO_TEXT,
        CERTIFICATE.c.wear_parts,
    ).where(CERTIFICATE.c.model_id == bindparam("model"))  # fmt: skip
    policies = select(
        literal("policy"), POLICY.c.code, POLICY.c.version, POLICY.c.valid_from, POLICY.c.months, POLICY.c.km,
        POLICY.c.component, POLICY.c.use, POLICY.c.model_id, POLICY.c.series, _NO_BODY,
    ).where(
        or_(POLICY.c.model_id.is_(None), POLICY.c.model_id == bindparam("model")),
        or_(POLICY.c.series == "", POLICY.c.series == bindparam("series")),
    )  # fmt: skip
    return union_all(orders, certificates, policies)


def _of_car() -> Any:
    """Parts that were put in with the warranties they may have; contracts; goodwill.

    ``a``, ``b`` and ``c`` are months and version of a term, the wear flag of a contract, the shares of a grant.
    """
    fitted = LINE.join(JOB, JOB.c.id == LINE.c.job_id).join(ORDER, ORDER.c.id == JOB.c.order_id)
    here = and_(
        ORDER.c.vehicle_id == bindparam("vehicle"), ORDER.c.state == "completed", ORDER.c.id != bindparam("order")
    )  # fmt: skip
    asked = bindparam("part", type_=String())
    parts = (
        select(
            literal("replaced").label("kind"), LINE.c.part_number.label("number"), PART.c.wear_class.label("word"),
            PART.c.superseded_by.label("name"), _NO_DAY.label("since"), _NO_DAY.label("until"),
            ORDER.c.odometer_km.label("km"), _NO_NUMBER.label("a"), _NO_NUMBER.label("b"), _NO_NUMBER.label("c"),
            _NO_DAY.label("gone"), ORDER.c.completed_at.label("at"),
            _NO_BODY.label("body"),
        )
        .select_from(fitted.outerjoin(PART, PART.c.number == LINE.c.part_number))
        .where(here, or_(asked == "", LINE.c.part_number == asked, PART.c.superseded_by == asked))
    )  # fmt: skip
    never, numbers = cast(null(), UtcDateTime), select(LINE.c.part_number).select_from(fitted).where(here)
    terms = select(
        literal("term"), PART_TERM.c.number, PART_TERM.c.wear_class, _NO_TEXT, PART_TERM.c.valid_from, _NO_DAY,
        PART_TERM.c.km, PART_TERM.c.months, PART_TERM.c.version, _NO_NUMBER, _NO_DAY, never, _NO_BODY,
    ).where(
        or_(PART_TERM.c.number == "", PART_TERM.c.number.in_(numbers))
    )  # fmt: skip
    contracts = select(
        literal("contract"), CONTRACT.c.number, _NO_TEXT, CONTRACT.c.product, CONTRACT.c.begins_on, CONTRACT.c.until_on,
        CONTRACT.c.until_km, cast(CONTRACT.c.wear_parts, Integer), _NO_NUMBER, _NO_NUMBER,
        CONTRACT.c.cancelled_on, never, CONTRACT.c.components,
    ).where(CONTRACT.c.vehicle_id == bindparam("vehicle"))  # fmt: skip
    grants = select(
        literal("grant"), GRANT.c.number, GRANT.c.component, cast(GRANT.c.station_id, String), GRANT.c.begins_on,
        GRANT.c.until_on, GRANT.c.until_km, GRANT.c.headquarters_share, GRANT.c.dealer_share, GRANT.c.customer_share,
        _NO_DAY, never, _NO_BODY,
    ).where(GRANT.c.vehicle_id == bindparam("vehicle"))  # fmt: skip
    return union_all(parts, terms, contracts, grants)


_TERMS = PreparedRead(_terms)
_OF_CAR = PreparedRead(_of_car, lawful=frozenset({"part_line", "repair_job", "repair_order"}))
#: The columns of a car that coverage reads, for statements that find it.
MODEL_COLUMNS = (
    MODEL.c.code.label("model_code"), MODEL.c.series, MODEL.c.category, MODEL.c.guarantee_months,
    MODEL.c.guarantee_km, MODEL.c.repair_months, MODEL.c.repair_km,
)  # fmt: skip


def facts_of(
    session: Session, car: AnyRow, vehicle_id: int, today: date, *, but_order: int = 0, part: str = ""
) -> Facts:
    """Return what may cover a car, inside a `lawful_view` (`LAWFUL`).

    ``car`` is a row with `MODEL_COLUMNS` and the vehicle's own; parts of the visit ``but_order`` are
    left out, since it is the one that is asked about. ``part``: of the parts only this one is wanted.
    """
    return put_together(car, ask_facts(session, car, vehicle_id, today, but_order=but_order, part=part))


#: The terms that hold for a car, and what is its own.
Asked = tuple[Sent, Sent]


def ask_facts(
    session: Session, car: AnyRow, vehicle_id: int, today: date, *, but_order: int = 0, part: str = ""
) -> Asked:  # fmt: skip
    """Ask what `facts_of` returns; `put_together` reads the answers."""
    terms = _TERMS(session, {"today": today, "model": car.model_id, "series": car.series})
    return terms, _OF_CAR(session, {"vehicle": vehicle_id, "order": but_order, "part": part})


def put_together(car: AnyRow, asked: Asked) -> Facts:
    """Make facts of the answers."""
    of_terms, of_car = (_by_kind(one.all()) for one in asked)
    sale = _sale(car)
    certificate, wear = _certificate(car, of_terms["certificate"], sale)
    taken_back_on = (car.taken_back_on or date.min) if car.taken_back else None
    return Facts(
        Car(car.model_code, car.series, car.category, car.use, sale, taken_back_on),
        _orders(of_terms["order"]), certificate, wear,
        tuple(_policy(row, car.model_code) for row in of_terms["policy"]),
        tuple(PartTerm(row.b, row.since, Length(row.a, row.km), row.number, row.word) for row in of_car["term"]),
        tuple(
            Replaced(row.number, local_date(row.at), row.km, row.word, row.name) for row in of_car["replaced"]
        ),
        tuple(
            Contract(
                row.number, row.name, row.since, Until(row.until, row.km), tuple(row.body), bool(row.a), row.gone,
            )
            for row in of_car["contract"]
        ),
        tuple(
            Grant(
                row.number, row.since, Until(row.until, row.km), (row.a, row.b, row.c), row.word,
                int(row.name) if row.name else None,
            )
            for row in of_car["grant"]
        ),
    )  # fmt: skip


def _by_kind(rows: Iterable[Row[Any]]) -> defaultdict[str, list[Row[Any]]]:
    found: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.kind].append(row)
    return found


def _sale(car: AnyRow) -> Sale | None:
    return None if car.invoiced_on is None else Sale(car.invoiced_on, car.delivered_on, ZERO, car.replaced_on)


def _orders(rows: list[Row[Any]]) -> tuple[Regime, ...]:
    """Return the orders as headquarters has them: the newest version of each, else as the portal was built."""
    rows.sort(key=lambda row: (row.valid_from, row.version))
    newest = {row.code: row.body for row in rows}
    orders = {order.code: order for order in ORDERS} | {code: from_plain(body) for code, body in newest.items()}
    return tuple(orders.values())


def _certificate(car: AnyRow, rows: list[Row[Any]], sale: Sale | None) -> tuple[Certificate, dict[str, Term]]:
    """Return the certificate of the day of sale and its wear parts; the model's own periods stand in for one."""
    guarantee = Term(car.guarantee_months, car.guarantee_km)
    sold_on = date.max if sale is None else ruling_date(sale)
    begun = [row for row in rows if row.valid_from <= sold_on]
    row = max(begun, key=lambda row: (row.valid_from, row.version), default=None)
    if row is None:
        return Certificate(guarantee, Term(car.repair_months, car.repair_km), ZERO, {}), {}
    wear = {part["name"]: Term(part["months"], part["km"]) for part in row.body}
    return Certificate(guarantee, Term(row.months, row.km), ZERO, {}), wear


def _policy(row: Row[Any], model: str) -> Policy:
    length = None if row.months is None else Length(row.months, row.km)
    return Policy(
        row.version, row.valid_from, length, "" if row.model_id is None else model, row.series, row.component, row.use
    )
