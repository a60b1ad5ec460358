"""Photos of a visit: kept shrunk, taken off again while the order is open."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.models import RepairPhoto
from dealers.service.pictures import look_of_file, shrink
from dealers.service.services.claimed import CLAIMED_PHOTO, at_headquarters
from dealers.service.services.orders import editable
from portal.kernel.access import Actor
from portal.kernel.clock import local
from portal.kernel.errors import DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.storage import storage

PHOTO_LIMIT = 30


def add_photo(
    session: Session, order_id: int, content: bytes, actor: Actor, now: datetime, *, caption: str = ""
) -> RepairPhoto:
    """Keep a photo on an open order; the same photo again stays one.

    The order's version stays: a phone adds photos while somebody types at the counter.
    """
    order = editable(session, order_id, None, actor)
    picture = shrink(content)
    kept = session.scalars(select(RepairPhoto).where(RepairPhoto.order_id == order.id)).all()
    for photo in kept:
        if photo.sha256 == picture.sha256:
            return photo
    if len(kept) >= PHOTO_LIMIT:
        raise DomainError.at("photo", N_("An order holds at most %(limit)s photos."), limit=PHOTO_LIMIT)
    key = f"photos/{local(now):%Y/%m}/{order.number}/{picture.sha256}.jpg"
    storage().put(key, picture.content)  # under its hash: left behind by a roll-back, it is simply put again
    photo = RepairPhoto(
        dealer_id=order.dealer_id, order_id=order.id, storage_key=key, sha256=picture.sha256, look=picture.look,
        width=picture.width, height=picture.height, size=len(picture.content), caption=caption.strip()[:120],
        added_by=actor.name, added_at=now,
    )  # fmt: skip
    session.add(photo)
    session.flush()
    return photo


def remove_photo(session: Session, order_id: int, photo_id: int, actor: Actor) -> None:
    """Take a photo off an open order. Its file stays: the audit trail may ask for it."""
    order = editable(session, order_id, None, actor)
    claim = at_headquarters(session, order.id)
    if claim is not None:
        raise DomainError.at(None, CLAIMED_PHOTO, claim=claim.number)
    photo = session.scalars(
        select(RepairPhoto).where(RepairPhoto.id == photo_id, RepairPhoto.order_id == order.id)
    ).first()
    if photo is None:
        raise NotFoundError(Fault("This does not exist."))
    session.delete(photo)
    session.flush()


def look_at_photos(session: Session, most: int, after: int = 0) -> tuple[int, int]:
    """Give the next ``most`` photos without a look theirs; return how many were read, and the last one's id.

    For photos that were kept before looks were: a figure drawn from what is kept, no change of the record.
    """
    found = session.scalars(
        select(RepairPhoto).where(RepairPhoto.look.is_(None), RepairPhoto.id > after)
        .order_by(RepairPhoto.id).limit(most)
    ).all()  # fmt: skip
    for photo in found:
        content = storage().get(photo.storage_key)
        photo.look = look_of_file(content) if content is not None else None
    session.flush()
    return len(found), found[-1].id if found else after
