"""Finds old parts and boxes by their numbers and labels and locks them, in the session's scope."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.returns.models import OldPart, ReturnBox
from parts.returns.rules.labels import LabelError, read
from parts.returns.states import OLD_PART, RETURN_BOX
from parts.returns.words import ACTIONS, LABEL_FAULTS, STATES
from portal.kernel.errors import ConflictError, DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_, lazy
from portal.kernel.lifecycle import CHANGED, Stateful, history, locked

#: How much of a text that is no label is shown back.
SHOWN = 60


def number_on(label: str, field: str = "label") -> str:
    """Return the number on a label that was scanned or typed; `DomainError` at ``field`` where it is none."""
    try:
        return read(label)
    except LabelError as error:
        raise DomainError(label_fault(label, error, field)) from error


def label_fault(label: str, error: LabelError, field: str) -> Fault:
    """Say what is wrong with a label."""
    return Fault(LABEL_FAULTS[error.code], field, {"text": label.strip()[:SHOWN]})


def locked_part(session: Session, number: str, action: str, seen: int | None = None) -> OldPart:
    """Load an old part for a step; another dealer's does not exist, who comes second is told who was first."""
    key = session.scalar(select(OldPart.id).where(OldPart.number == number))
    if key is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    part = locked(session, OldPart, key)
    if (seen is not None and part.row_version != seen) or not OLD_PART.can(part.state, action):
        raise ConflictError(happened(session, part, part.number))
    return part


def locked_box(session: Session, number: str, action: str, seen: int | None = None) -> ReturnBox:
    """Load a box for a step; another dealer's does not exist, who comes second is told who was first."""
    key = session.scalar(select(ReturnBox.id).where(ReturnBox.number == number))
    if key is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    box = locked(session, ReturnBox, key)
    if (seen is not None and box.row_version != seen) or not RETURN_BOX.can(box.state, action):
        raise ConflictError(happened(session, box, box.number))
    return box


def happened(session: Session, entity: Stateful, number: str) -> Fault:
    """Say who was faster, and what they did."""
    steps = history(session, entity)
    if not steps:
        return Fault(CHANGED)
    return Fault(
        N_("%(number)s is changed already: %(who)s took the step “%(what)s”. Nothing of yours was stored."),
        facts={"number": number, "who": steps[-1].actor, "what": lazy(ACTIONS[steps[-1].action])},
    )


def stands(part: OldPart, field: str) -> Fault:
    """Say where an old part stands, to whoever wanted something else of it."""
    return Fault(
        N_("%(number)s is not to be had for this: %(state)s."), field,
        {"number": part.number, "state": lazy(STATES[part.state])},
    )  # fmt: skip
