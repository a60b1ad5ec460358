"""A dealer disputes a deduction, with photos; another person at headquarters than who deducted answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.pictures import shrink
from parts.returns.models import OldPart, OldPartDispute, OldPartPhoto
from parts.returns.ports import deductions
from parts.returns.queries.disputes import last_day_of
from parts.returns.services.load import happened
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local, local_date
from portal.kernel.errors import ConflictError, DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import LONGEST_REASON, advance, history, locked
from portal.kernel.money import ZERO
from portal.kernel.storage import storage

#: Photos of an old part that each side keeps.
PHOTO_LIMIT = 12
DEALER, HEAD_OFFICE = "dealer", "head_office"


def dispute(
    session: Session, number: str, reason: str, photos: Sequence[bytes], actor: Actor, now: datetime
) -> OldPartDispute:  # fmt: skip
    """Object to a deduction, once a part and until its last day."""
    require(actor, Permission.RETURN_PACK)
    part = _locked(session, number)
    if not part.deducted:
        raise DomainError(Fault(N_("Nothing was deducted for this part.")))
    if session.scalar(select(OldPartDispute.id).where(OldPartDispute.old_part_id == part.id)) is not None:
        raise ConflictError(Fault(N_("This deduction was disputed already; the answer stands.")))
    until = last_day_of(session, part)
    if until is not None and local_date(now) > until:
        message = N_("%(day)s was the last day to dispute this deduction.")
        raise DomainError(Fault(message, facts={"day": until.isoformat()}))
    if not reason.strip():
        raise DomainError.at("reason", N_("Please say why the deduction is wrong."))
    if len(reason.strip()) > LONGEST_REASON:
        raise DomainError.at("reason", N_("At most %(limit)s characters."), limit=LONGEST_REASON)
    raised = OldPartDispute(
        dealer_id=part.dealer_id, old_part_id=part.id, reason=reason.strip(), raised_by=actor.name, raised_at=now
    )
    session.add(raised)
    _keep(session, part, photos, actor, now)
    session.flush()
    return raised


def answer(
    session: Session, number: str, action: str, text: str, actor: Actor, now: datetime, seen: int | None = None
) -> OldPartDispute:
    """Uphold or waive a disputed deduction; waived, it is struck out of the next statement, or credited in it."""
    require(actor, Permission.RETURN_ANSWER)
    part = _locked(session, number)
    key = session.scalar(select(OldPartDispute.id).where(OldPartDispute.old_part_id == part.id))
    if key is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    if action not in {"uphold", "waive"}:
        raise DomainError.at("action", N_("Please choose from the list."))
    raised = locked(session, OldPartDispute, key)
    if raised.state != "open" or (seen is not None and raised.row_version != seen):
        raise ConflictError(happened(session, raised, part.number))
    if actor.user_id is not None and actor.user_id in _who_deducted(session, part):
        raise DomainError(Fault(N_("You deducted this part yourself: another person answers the dispute.")))
    if action == "uphold" and not part.deducted:
        message = N_("Nothing is deducted for this part any more, so there is nothing to uphold.")
        raise DomainError.at(None, message)
    advance(session, raised, action, actor, now, reason=text)
    raised.answer, raised.answered_by, raised.answered_at = text.strip(), actor.name, now
    if action == "waive" and part.deducted and part.deducted > ZERO:
        deductions().give_back(session, part.number, text.strip(), actor, now)
    session.flush()
    return raised


def _who_deducted(session: Session, part: OldPart) -> set[int | None]:
    """Return who inspected a part, and who wrote it off: that stands in its history alone."""
    return {part.inspector_id, *(step.user_id for step in history(session, part) if step.action == "write_off")}


def add_photos(session: Session, number: str, photos: Sequence[bytes], actor: Actor, now: datetime) -> int:
    """Keep photos of an old part; return how many there are now. The same photo again stays one."""
    require(actor, Permission.RETURN_PACK if actor.dealer_id is not None else Permission.RETURN_INSPECT)
    part = _locked(session, number)
    kept = _keep(session, part, photos, actor, now)
    session.flush()
    return kept


def _keep(session: Session, part: OldPart, photos: Sequence[bytes], actor: Actor, now: datetime) -> int:
    """Keep photos; each side has its own limit, so that neither can leave no room for the other's proof."""
    rows = session.execute(select(OldPartPhoto.sha256, OldPartPhoto.side).where(OldPartPhoto.old_part_id == part.id))
    known = {row.sha256: row.side for row in rows}
    mine = HEAD_OFFICE if actor.dealer_id is None else DEALER
    for content in photos:
        picture = shrink(content)
        if picture.sha256 in known:
            continue
        if list(known.values()).count(mine) >= PHOTO_LIMIT:
            raise DomainError.at("photo", N_("Each side keeps at most %(limit)s photos."), limit=PHOTO_LIMIT)
        known[picture.sha256] = mine
        key = f"old-parts/{local(now):%Y/%m}/{part.number}/{picture.sha256}.jpg"
        storage().put(key, picture.content)  # under its hash: left behind by a roll-back, it is simply put again
        session.add(
            OldPartPhoto(
                dealer_id=part.dealer_id, old_part_id=part.id, side=mine,
                storage_key=key, sha256=picture.sha256, width=picture.width, height=picture.height,
                added_by=actor.name, added_at=now,
            )
        )  # fmt: skip
    return len(known)


def _locked(session: Session, number: str) -> OldPart:
    key = session.scalar(select(OldPart.id).where(OldPart.number == number))
    if key is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return locked(session, OldPart, key)
