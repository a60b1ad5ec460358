"""Pictures of parts: kept shrunk and without what the camera wrote into them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.pictures import shrink
from parts.catalogue.models import PartPicture
from parts.catalogue.services.load import locked_part
from parts.catalogue.services.news import tell
from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.storage import storage

MOST_PICTURES = 12


def add_picture(
    session: Session, number: str, content: bytes, actor: Actor, now: datetime, *, caption: str = ""
) -> PartPicture:  # fmt: skip
    """Keep a picture of a part; the same picture again stays one. `DomainError` at ``photo`` says why not."""
    require(actor, Permission.CATALOGUE_EDIT)
    part = locked_part(session, number)
    picture = shrink(content)
    kept = session.scalars(select(PartPicture).where(PartPicture.part_id == part.id)).all()
    for known in kept:
        if known.sha256 == picture.sha256:
            return known
    if len(kept) >= MOST_PICTURES:
        raise DomainError.at("photo", N_("A part has at most %(limit)s pictures."), limit=MOST_PICTURES)
    key = f"parts/{picture.sha256[:2]}/{picture.sha256}.jpg"
    storage().put(key, picture.content)  # under its hash: left behind by a roll-back, it is simply put again
    row = PartPicture(
        part_id=part.id, storage_key=key, sha256=picture.sha256, width=picture.width, height=picture.height,
        size=len(picture.content), caption=caption.strip()[:120], added_by=actor.name, added_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    tell(session, part.id, "facts", actor, now)
    return row


def remove_picture(session: Session, number: str, picture_id: int, actor: Actor) -> None:
    """Take a picture off a part. Its file stays: the audit trail may ask for it."""
    require(actor, Permission.CATALOGUE_EDIT)
    part = locked_part(session, number)
    row = session.scalars(
        select(PartPicture).where(PartPicture.id == picture_id, PartPicture.part_id == part.id)
    ).first()
    if row is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    session.delete(row)
    session.flush()
