"""What somebody is typing, kept on the server; and requests that must happen once only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.db import Base, Document, Identified, short


class FormDraft(Identified, Base):
    """The fields of one unfinished form of one person."""

    __tablename__ = "form_draft"
    __audited__ = False
    __table_args__ = (UniqueConstraint("user_id", "form"),)

    user_id: Mapped[int]
    form: Mapped[str] = mapped_column(short(64))
    fields: Mapped[dict[str, Any]] = mapped_column(Document)
    saved_at: Mapped[datetime]


class RequestKey(Identified, Base):
    """A form was sent with this key; what came of it. A repeat gets the same answer."""

    __tablename__ = "request_key"
    __audited__ = False
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    user_id: Mapped[int]
    key: Mapped[str] = mapped_column(short(64))
    outcome: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


def _insert(session: Session, model: Any) -> Any:
    return (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(model)


def save_draft(session: Session, user_id: int, form: str, fields: dict[str, Any], now: datetime) -> None:
    """Keep what is typed, in place of what was kept before."""
    session.execute(
        _insert(session, FormDraft)
        .values(user_id=user_id, form=form, fields=fields, saved_at=now)
        .on_conflict_do_update(index_elements=["user_id", "form"], set_={"fields": fields, "saved_at": now})
    )


def load_draft(session: Session, user_id: int, form: str) -> FormDraft | None:
    """Return what was being typed, if anything."""
    return session.scalars(
        select(FormDraft).where(FormDraft.user_id == user_id, FormDraft.form == form)
    ).first()  # fmt: skip


def drop_draft(session: Session, user_id: int, form: str) -> None:
    """Forget a draft: the form was sent, or the person said so."""
    session.execute(delete(FormDraft).where(FormDraft.user_id == user_id, FormDraft.form == form))


def once(session: Session, user_id: int, key: str, now: datetime, produce: Callable[[], str]) -> str:
    """Do ``produce`` once for a key and return its outcome; a repeat returns the same, doing nothing.

    The key's row is taken first: of two requests at the same moment the second waits for the first.
    """
    taken = session.execute(
        _insert(session, RequestKey)
        .values(user_id=user_id, key=key, outcome="", at=now)
        .on_conflict_do_nothing(index_elements=["user_id", "key"])
        .returning(RequestKey.id)
    ).scalar()
    if taken is None:
        return session.scalars(
            select(RequestKey.outcome).where(RequestKey.user_id == user_id, RequestKey.key == key)
        ).one()
    outcome = produce()
    session.get_one(RequestKey, taken).outcome = outcome
    return outcome
