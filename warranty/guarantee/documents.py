"""The printed three-guarantees certificate (三包凭证): what its issue kept, word for word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.errors import NotFoundError
from warranty.guarantee.queries.certificates import issue

CATEGORIES = {
    "passenger_car": ("乘用车", "passenger car"),
    "pickup": ("皮卡车", "pickup"),
    "special_passenger_car": ("专用乘用车", "special passenger car"),
    "other": ("其他", "other"),
}
POWERTRAINS = {
    "petrol": ("燃油", "combustion engine"),
    "hybrid": ("插电式混合动力", "plug-in hybrid"),
    "electric": ("纯电动", "electric"),
}


@dataclass(frozen=True)
class CertificatePaper:
    """All that a certificate says. What nobody registered is None."""

    number: str
    again: bool
    reason: str
    issued_at: datetime
    issued_by: str
    code: str  # of the QR code
    kind: tuple[str, str]  # of car
    said: dict[str, Any]


def build(session: Session, number: str) -> CertificatePaper:
    """Load an issue for printing; a dealer sees those of the cars it sold."""
    kept = issue(session, number)
    car = kept.body["car"]
    kind = [
        " · ".join(pair)
        for pair in zip(CATEGORIES[car["category"]], POWERTRAINS[car["powertrain"]], strict=True)
    ]  # fmt: skip
    return CertificatePaper(
        number=kept.number, again=kept.kind == "again", reason=kept.reason, issued_at=kept.issued_at,
        issued_by=kept.issued_by, code=f"{kept.number}|{car['vin']}", kind=(kind[0], kind[1]), said=kept.body,
    )  # fmt: skip


def shown_at(session: Session, number: str) -> tuple[str, dict[str, str]] | None:
    """Return the page of the certificates of the car that an issue was for."""
    try:
        return "guarantee.certificates", {"vin": issue(session, number).body["car"]["vin"]}
    except NotFoundError:
        return None


def file_name(paper: CertificatePaper) -> str:
    """Name the file by the number."""
    return paper.number
