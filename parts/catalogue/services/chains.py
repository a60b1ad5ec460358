"""Write what replaces what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from parts.catalogue.models import Part
from parts.catalogue.queries.fitment import replacements_around
from parts.catalogue.rules.chains import INTERCHANGES, closes_circle
from parts.catalogue.rules.facts import clean_number
from parts.catalogue.services.load import locked_part
from parts.catalogue.services.news import tell
from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_


@dataclass(frozen=True)
class Succession:
    """Which number replaces a part, from which day on, and which way they can be exchanged; empty: none does."""

    new: str = ""
    since: date | None = None
    interchange: str = ""


def supersede(
    session: Session, number: str, succession: Succession, version: int | None, actor: Actor, now: datetime
) -> Part:  # fmt: skip
    """Say what replaces a part, or that nothing does; a chain may not lead back to the part itself."""
    require(actor, Permission.CATALOGUE_EDIT)
    _one_after_the_other(session)
    part = locked_part(session, number, version)
    new = clean_number(succession.new)
    faults = _faults(session, part, new, succession) if new else []
    if faults:
        raise DomainError(*faults)
    part.superseded_by, part.superseded_on = new or None, succession.since if new else None
    part.interchange = succession.interchange if new else None
    if session.is_modified(part):
        session.flush()
        _refuse_circle(session, part.number, new)
        tell(session, part.id, "superseded", actor, now, day=part.superseded_on, detail=new)
    return part


def _one_after_the_other(session: Session) -> None:
    """Let one replacement at a time be written: two at once could close a circle together, each seeing half."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("select pg_advisory_xact_lock(hashtext('parts.catalogue.chains'))"))


def _refuse_circle(session: Session, old: str, new: str) -> None:
    """Look at the chain as it is stored now, after an import that was in the way has committed."""
    links = {link.old: link.new for link in replacements_around(session, [old, new])} if new else {}
    circle = closes_circle(links, old, new) if new else []
    if circle:
        message = N_("The replacements would go round in a circle: %(parts)s.")
        raise DomainError(Fault(message, "new", {"parts": " → ".join(circle)}))


def _faults(session: Session, part: Part, new: str, succession: Succession) -> list[Fault]:
    faults = []
    if new == part.number:
        faults.append(Fault(N_("A part cannot be replaced by itself."), "new"))
    elif session.scalar(select(Part.id).where(Part.number == new)) is None:
        faults.append(Fault(N_("This part is not in the catalogue."), "new"))
    if succession.since is None:
        faults.append(Fault(N_("Please fill this in."), "since"))
    if succession.interchange not in INTERCHANGES:
        faults.append(Fault(N_("Please choose from the list."), "interchange"))
    return faults
