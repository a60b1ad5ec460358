"""The papers of a case: the reply with reasons (答复书), the certificates 换车证明 and 退车证明."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from dealers.vehicles.models import Vehicle, VehicleModel
from portal.kernel.clock import utc_now
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from warranty.cases.queries.cases import CaseSheet, case_sheet
from warranty.cases.rules.articles import Articles
from warranty.cases.rules.compensation import Sums
from warranty.cases.rules.finding import CaseFinding
from warranty.guarantee.queries.tables import maker
from warranty.settlement.documents import in_words

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
    capital: str
    completed_on: date | None
    no_worse_because: str | None
    returned: bool


def build_reply(session: Session, number: str) -> CasePaper:
    """Load the reply; there is one as soon as headquarters has decided."""
    sheet = case_sheet(session, number, utc_now())
    if not sheet.decided:
        raise NotFoundError(Fault(N_("Nothing is decided yet, so there is no answer to print.")))
    return _paper(session, sheet)


def build_certificate(session: Session, number: str) -> CasePaper:
    """Load the certificate of a completed case."""
    sheet = case_sheet(session, number, utc_now())
    if sheet.case.completed_on is None:
        raise NotFoundError(Fault(N_("The case is not completed yet, so there is no certificate.")))
    return _paper(session, sheet)


def reply_name(paper: CasePaper) -> str:
    """Name the file of a reply."""
    return f"{paper.number}-reply"


def certificate_name(paper: CasePaper) -> str:
    """Name the file of a certificate."""
    return f"{paper.number}-{'return' if paper.returned else 'replacement'}"


def _paper(session: Session, sheet: CaseSheet) -> CasePaper:
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
                KINDS[row.kind], row.what, row.receipt, row.charged, row.used_months, row.life_months, row.amount
            )
            for row in sheet.costs
        ),
        sums=sheet.sums, capital=in_words(abs(sheet.sums.to_owner)),
        completed_on=case.completed_on, no_worse_because=case.no_worse_because,
        returned=case.choice == "return",
    )  # fmt: skip


def _car(vehicle: Vehicle, model: VehicleModel) -> CarOnPaper:
    return CarOnPaper(
        vehicle.vin, f"{model.code} {model.name_zh}", vehicle.engine_no, vehicle.invoice_no,
        vehicle.invoiced_on, vehicle.delivered_on,
    )  # fmt: skip
