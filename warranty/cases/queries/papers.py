"""What the papers of a case say: as it stands, or word for word as the owner has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from dealers.vehicles.models import Vehicle, VehicleModel
from portal.kernel.kept import plain, read
from warranty.cases.models import GuaranteeCase
from warranty.cases.queries.cases import CaseSheet, case_sheet
from warranty.cases.rules.articles import Articles
from warranty.cases.rules.compensation import Sums
from warranty.cases.rules.finding import CaseFinding
from warranty.guarantee.queries.tables import maker

#: The papers that a case keeps when the owner gets them (keys of `GuaranteeCase.given`).
REPLY, SUPPLEMENT, CERTIFICATE = "reply", "supplement", "certificate"
CHOICES = {"replace": ("更换家用汽车产品", "another car"), "return": ("退货", "the money back")}
KINDS = {
    "registration": ("车辆登记费用", "vehicle registration"),
    "fitting": ("加装、装饰费用（扣除折旧）", "fittings, less depreciation"),
    "service": ("相关服务费用", "services charged by the seller"),
}


@dataclass(frozen=True)
class CostRow:
    """One loss on the paper, yuan."""

    kind: tuple[str, str]
    what: str
    receipt: str
    charged: Decimal
    used_months: int
    life_months: int | None
    amount: Decimal
    reason: str


@dataclass(frozen=True)
class CarOnPaper:
    """A car as a paper names it."""

    vin: str
    model: str
    engine_no: str | None
    invoice_no: str | None
    invoiced_on: date | None
    delivered_on: date | None


@dataclass(frozen=True)
class Switched:
    """Why the owner gets the money instead of another car (`rules.decision.SWITCHES`), and since when."""

    on: date
    why: str
    reason: str


@dataclass(frozen=True)
class CasePaper:
    """All that the papers of a case say."""

    number: str
    issuer: str
    seller: str
    address: str | None
    phone: str | None
    consumer: str
    consumer_phone: str
    car: CarOnPaper
    new_car: CarOnPaper | None
    received_on: date
    statement: str
    choice: tuple[str, str]
    odometer_km: int
    price: Decimal
    finding: CaseFinding
    articles: Articles
    accepted: bool
    in_favour: bool
    decision_reason: str | None
    decided_at: datetime | None
    costs: tuple[CostRow, ...]
    sums: Sums
    complete_by: date
    delay_days: int
    replied_on: date | None
    completed_on: date | None
    no_worse_because: str | None
    returned: bool
    asked_first: tuple[str, str]
    switched: Switched | None
    capital: str = ""  # of what goes between them, written when it is printed


def paper_of(session: Session, sheet: CaseSheet, kind: str) -> CasePaper:
    """Return a paper: what was kept of it, else what it would say now."""
    kept = sheet.case.given.get(kind)
    found: CasePaper = read(CasePaper, kept) if kept else _paper(session, sheet)
    return found


def kept_paper(session: Session, case: GuaranteeCase, now: datetime, switched: Switched | None = None) -> Any:
    """Return what a paper says at this moment, as JSON keeps it."""
    return plain(_paper(session, case_sheet(session, case.number, now), switched))


def _paper(session: Session, sheet: CaseSheet, switched: Switched | None = None) -> CasePaper:
    case, dealer, issuer = sheet.case, sheet.dealer, maker(session)
    return CasePaper(
        number=case.number, issuer=issuer.name if issuer else dealer.name, seller=dealer.name, address=dealer.address,
        phone=dealer.phone, consumer=case.consumer, consumer_phone=case.phone, car=_car(sheet.vehicle, sheet.model),
        new_car=_car(sheet.new_vehicle, sheet.new_model) if sheet.new_vehicle and sheet.new_model else None,
        received_on=case.received_on, statement=case.statement, choice=CHOICES[case.choice],
        odometer_km=case.odometer_km, price=case.price, finding=sheet.finding, articles=sheet.articles,
        accepted=case.outcome == "accept", in_favour=case.in_favour, decision_reason=case.decision_reason,
        decided_at=case.decided_at,
        costs=tuple(
            CostRow(
                KINDS[row.kind], row.what, row.receipt, row.charged, row.used_months, row.life_months, row.amount,
                row.reason,
            )
            for row in sheet.costs
        ),
        sums=sheet.sums, complete_by=case.complete_by, delay_days=case.delay_days, replied_on=case.replied_on,
        completed_on=case.completed_on, no_worse_because=case.no_worse_because,
        returned=case.choice == "return", asked_first=CHOICES[case.asked_first], switched=switched,
    )  # fmt: skip


def _car(vehicle: Vehicle, model: VehicleModel) -> CarOnPaper:
    return CarOnPaper(
        vehicle.vin, f"{model.code} {model.name_zh}", vehicle.engine_no, vehicle.invoice_no,
        vehicle.invoiced_on, vehicle.delivered_on,
    )  # fmt: skip
