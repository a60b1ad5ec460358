"""The one place where a state changes.

`advance` checks the machine, the permission and the reason, writes the state and its history, and
bumps the row's version: of two people deciding at once one wins, the other gets `ConflictError`.
`advance_all` does the same for a set of rows, in a handful of statements however many they are.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from sqlalchemy import (
    ColumnElement,
    Index,
    event,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column

from portal.kernel.access import Actor, require
from portal.kernel.db import Base, Identified, short
from portal.kernel.errors import ConflictError, DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.states import Machine, Step

#: What a history keeps of a reason, in characters.
LONGEST_REASON = 1_000

CHANGED = N_("Somebody changed this in the meantime. Please look at it again.")

_advancing: ContextVar[bool] = ContextVar("advancing", default=False)


class Stateful:
    """Mixin for entities with a state machine (``__machine__``) and a row version."""

    __machine__: ClassVar[Machine]
    id: Mapped[int]
    state: Mapped[str] = mapped_column(short(24))
    row_version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """Let every UPDATE check and bump the version."""
        return {"version_id_col": cls.row_version}

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "state" and not _advancing.get() and value != self.__machine__.initial:
            raise AttributeError(f"{type(self).__name__}.state changes through advance() only")
        super().__setattr__(name, value)


@event.listens_for(Stateful, "init", propagate=True)
def _initial(target: Stateful, _args: Any, kwargs: dict[str, Any]) -> None:
    kwargs.setdefault("state", target.__machine__.initial)


class StateChange(Identified, Base):
    """One step of one entity's life: the timeline is read from here."""

    __tablename__ = "state_change"
    __audited__ = False
    __table_args__ = (Index("ix_state_change_entity", "entity", "entity_id", "id"),)

    entity: Mapped[str] = mapped_column(short(64))
    entity_id: Mapped[int]
    action: Mapped[str] = mapped_column(short(24))
    source: Mapped[str] = mapped_column(short(24))
    target: Mapped[str] = mapped_column(short(24))
    reason: Mapped[str | None]
    user_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(short(120))
    at: Mapped[datetime]


Entity = TypeVar("Entity", bound=Stateful)


def locked(session: Session, model: type[Entity], key: int, expected_version: int | None = None) -> Entity:
    """Load a row for change: locked, fresh, in the session's scope, else `NotFoundError`.

    ``expected_version`` is what the person saw; if somebody changed the row since: `ConflictError`.
    """
    found = session.scalars(
        select(model).where(model.id == key).with_for_update().execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    if expected_version is not None and found.row_version != expected_version:
        raise ConflictError(Fault(CHANGED))
    return found


def advance(
    session: Session, entity: Stateful, action: str, actor: Actor, now: datetime, *, reason: str | None = None
) -> Step:
    """Take one step: check machine, permission and reason, then write state and history."""
    step, reason = allowed(entity.__machine__, entity.state, action, actor, reason)
    source, token = entity.state, _advancing.set(True)
    try:
        entity.state = step.target
    finally:
        _advancing.reset(token)
    session.flush()  # a new entity gets its id here
    session.add(
        StateChange(
            entity=entity.__tablename__,  # type: ignore[attr-defined]
            entity_id=entity.id,
            action=action,
            source=source,
            target=step.target,
            reason=reason,
            user_id=actor.user_id,
            actor=actor.name,
            at=now,
        )
    )
    return step


def allowed(
    machine: Machine, state: str, action: str, actor: Actor, reason: str | None
) -> tuple[Step, str | None]:  # fmt: skip
    """Return the step and its reason; refuse what machine, permission or a missing reason forbid."""
    step = machine.step(state, action)
    if step.permission is not None:
        require(actor, step.permission)
    reason = (reason or "").strip() or None
    if step.needs_reason and reason is None:
        raise DomainError.at("reason", N_("Please give a reason."))
    if reason is not None and len(reason) > LONGEST_REASON:
        raise DomainError.at("reason", N_("At most %(limit)s characters."), limit=LONGEST_REASON)
    return step, reason


def advance_all(
    session: Session, model: type[Entity], criteria: ColumnElement[bool], action: str, actor: Actor, now: datetime,
    *, reason: str | None = None,
) -> int:  # fmt: skip
    """Take one step with every row that meets ``criteria``; return how many there were.

    All or nothing: one row from whose state the action is not possible raises `StateError`, one that
    somebody changed meanwhile raises `ConflictError`. For headquarters' sessions: a dealer's refuses
    to write rows that a SELECT makes.
    """
    sources = session.scalars(select(model.state).where(criteria).distinct().order_by(model.state)).all()
    steps = {source: allowed(model.__machine__, source, action, actor, reason) for source in sources}
    return sum(
        _step_rows(session, model, criteria, (source, step), (actor, now, words))
        for source, (step, words) in steps.items()
    )


def _step_rows(
    session: Session, model: type[Entity], criteria: ColumnElement[bool], move: tuple[str, Step],
    why: tuple[Actor, datetime, str | None],
) -> int:  # fmt: skip
    """Write history, then state, of the rows in one state; both must meet the same rows."""
    (source, step), (actor, now, reason) = move, why
    here = (criteria, model.state == source)
    table: str = model.__tablename__  # type: ignore[attr-defined]
    written = {
        StateChange.entity: table, StateChange.action: step.action, StateChange.source: source,
        StateChange.target: step.target, StateChange.reason: reason, StateChange.user_id: actor.user_id,
        StateChange.actor: actor.name, StateChange.at: now,
    }  # fmt: skip
    values = [literal(value, column.type).label(column.key) for column, value in written.items()]
    rows = select(model.id.label("entity_id"), *values).where(*here).order_by(model.id)
    kept = session.execute(
        insert(StateChange).from_select(["entity_id", *(column.key for column in written)], rows),
        execution_options={"preserve_rowcount": True},
    )
    changed = session.execute(
        update(model).where(*here).values(state=step.target, row_version=model.row_version + 1),
        execution_options={"synchronize_session": False},
    )
    if kept.rowcount != changed.rowcount:  # type: ignore[attr-defined]
        raise ConflictError(Fault(CHANGED))
    for entity in session.identity_map.values():
        if isinstance(entity, model):
            session.expire(entity, ["state", "row_version"])
    return int(changed.rowcount)  # type: ignore[attr-defined]


def history(session: Session, entity: Stateful) -> list[StateChange]:
    """Return the steps of an entity that the caller was allowed to load, oldest first."""
    return list(
        session.scalars(
            select(StateChange)
            .where(
                StateChange.entity == entity.__tablename__,  # type: ignore[attr-defined]
                StateChange.entity_id == entity.id,
            )
            .order_by(StateChange.id)
        )
    )
