"""Photos of a report: kept as those of a visit are, while whoever opened the report may change it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.pictures import shrink
from parts.quality.models import QualityPhoto, QualityReport
from parts.quality.queries.reports import photos_of
from parts.quality.services.card import locked_own
from portal.kernel.access import Actor
from portal.kernel.clock import local
from portal.kernel.errors import DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.storage import storage

PHOTO_LIMIT = 20


def add_photo(
    session: Session, number: str, content: bytes, actor: Actor, now: datetime, *, caption: str = ""
) -> QualityPhoto:
    """Keep a photo, shrunk and without what the phone wrote into it; the same photo again stays one."""
    report: QualityReport = locked_own(session, number, actor, now, None)
    picture = shrink(content)
    kept = photos_of(session, report.id)
    known = next((photo for photo in kept if photo.sha256 == picture.sha256), None)
    if known is not None:
        return known
    if len(kept) >= PHOTO_LIMIT:
        raise DomainError.at("photo", N_("A report holds at most %(limit)s photos."), limit=PHOTO_LIMIT)
    key = f"photos/{local(now):%Y/%m}/{report.number}/{picture.sha256}.jpg"
    storage().put(key, picture.content)  # under its hash: left behind by a roll-back, it is simply put again
    photo = QualityPhoto(
        dealer_id=report.dealer_id, report_id=report.id, storage_key=key, sha256=picture.sha256, width=picture.width,
        height=picture.height, caption=caption.strip()[:120], added_by=actor.name, added_at=now,
    )  # fmt: skip
    session.add(photo)
    session.flush()
    return photo


def remove_photo(session: Session, number: str, photo_id: int, actor: Actor, now: datetime) -> None:
    """Take a photo off a report. Its file stays: the visit and the audit trail may ask for it."""
    report = locked_own(session, number, actor, now, None)
    photo = session.scalars(
        select(QualityPhoto).where(QualityPhoto.id == photo_id, QualityPhoto.report_id == report.id)
    ).first()
    if photo is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    session.delete(photo)
    session.flush()
