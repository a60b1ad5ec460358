"""Every change leaves a trace, sealed so that nobody can mend it afterwards.

One listener writes who, when, from where and what (old → new) for every table, in the transaction
of the change; statements that write many rows leave one entry with their count. A job seals the
entries into a hash chain for each dealer and one for headquarters: writers never wait for a lock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, event, func, insert, inspect, select, update
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, UOWTransaction, mapped_column

from portal.kernel.access import Actor
from portal.kernel.clock import utc_now
from portal.kernel.db import Base, Document, Identified, db, short
from portal.kernel.scoping import DealerOwned, actor_of

HIDDEN = "•••"  # what stands for a value that must not be kept twice
GENESIS = "0" * 64
HEAD_OFFICE = "hq"
#: Entries a link seals at most: memory and the number of bound values stay small.
SEAL_BATCH = 5_000


class AuditSeal(Identified, Base):
    """A link of one chain: the hash over the link before and every entry sealed with it."""

    __tablename__ = "audit_seal"
    __audited__ = False
    __table_args__ = (UniqueConstraint("chain", "number"),)

    chain: Mapped[str] = mapped_column(short(32))
    number: Mapped[int]
    entries: Mapped[int]
    previous: Mapped[str] = mapped_column(short(64))
    digest: Mapped[str] = mapped_column(short(64))
    sealed_at: Mapped[datetime]


class AuditEntry(Identified, Base):
    """One change: who, when, from where, which row, what it was and what it became."""

    __tablename__ = "audit_entry"
    __audited__ = False
    __table_args__ = (
        Index("ix_audit_entry_row", "table_name", "row_id"),
        Index("ix_audit_entry_seal", "seal_id"),
        Index("ix_audit_entry_at", "at", "id"),
        Index("ix_audit_entry_user", "user_id", "at", "id"),
    )

    at: Mapped[datetime]
    chain: Mapped[str] = mapped_column(short(32))
    user_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(short(120))
    origin: Mapped[str] = mapped_column(short(64))
    action: Mapped[str] = mapped_column(short(24))
    table_name: Mapped[str] = mapped_column(short(64))
    row_id: Mapped[int | None]
    changes: Mapped[dict[str, Any]] = mapped_column(Document)
    seal_id: Mapped[int | None] = mapped_column(ForeignKey("audit_seal.id"))


def record(
    session: Session, action: str, table: str, changes: Mapping[str, Any], *, row_id: int | None = None,
    dealer_id: int | None = None, actor: Actor | None = None,
) -> None:  # fmt: skip
    """Leave a trace of something that no flush shows: an import, a download, a sign-in.

    ``actor`` is for a session that has none: nobody is signed in yet.
    """
    _write(session, [entry(session, action, table, row_id, dealer_id, dict(changes), actor)])


def record_reading(
    action: str, table: str, changes: Mapping[str, Any], *, row_id: int | None = None, actor: Actor
) -> None:
    """Leave a trace of something that was only read, a file that was taken: in a transaction of its own."""
    row = trace(actor, action, table, row_id, actor.dealer_id, dict(changes))
    with db.engine.begin() as connection:
        connection.execute(insert(AuditEntry.__table__), row)  # type: ignore[arg-type]


def seal(session: Session, now: datetime) -> int:
    """Seal all entries not sealed yet, links of at most `SEAL_BATCH` entries; return how many.

    Of two sealers at once the second breaks the unique number of the link and rolls back.
    """
    sealed = 0
    while True:
        fresh = session.scalars(
            select(AuditEntry).where(AuditEntry.seal_id.is_(None))
            .order_by(AuditEntry.chain, AuditEntry.id).limit(SEAL_BATCH)
        ).all()  # fmt: skip
        for chain, group in groupby(fresh, key=lambda entry: entry.chain):
            _seal_link(session, chain, list(group), now)
        session.flush()
        session.expunge_all()
        sealed += len(fresh)
        if len(fresh) < SEAL_BATCH:
            return sealed


def _seal_link(session: Session, chain: str, entries: list[AuditEntry], now: datetime) -> None:
    last = session.scalars(
        select(AuditSeal).where(AuditSeal.chain == chain).order_by(AuditSeal.number.desc()).limit(1)
    ).first()
    previous = last.digest if last else GENESIS
    link = AuditSeal(
        chain=chain, number=last.number + 1 if last else 1, entries=len(entries), previous=previous,
        digest=digest(previous, map(payload, entries)), sealed_at=now,
    )  # fmt: skip
    session.add(link)
    session.flush()
    mine = update(AuditEntry).where(AuditEntry.id.in_([entry.id for entry in entries]))
    session.execute(mine.values(seal_id=link.id).execution_options(synchronize_session=False))


@dataclass(frozen=True)
class Verdict:
    """What a verification found: links and entries checked, entries still open, and every fault."""

    links: int
    entries: int
    unsealed: int
    faults: tuple[str, ...]


def verify(session: Session) -> Verdict:
    """Recompute every chain from the stored entries and compare it with its seals."""
    faults: list[str] = []
    entries = 0
    previous: dict[str, AuditSeal] = {}
    links = 0
    for link in session.scalars(select(AuditSeal).order_by(AuditSeal.chain, AuditSeal.number)).yield_per(500):
        links += 1
        before = previous.get(link.chain)
        rows = session.scalars(select(AuditEntry).where(AuditEntry.seal_id == link.id).order_by(AuditEntry.id)).all()
        entries += len(rows)
        faults += check_link(link_data(link), [payload(row) for row in rows], link_data(before) if before else None)
        previous[link.chain] = link
    unsealed = session.scalar(select(func.count()).where(AuditEntry.seal_id.is_(None))) or 0
    return Verdict(links, entries, unsealed, tuple(faults))


def check_link(
    link: Mapping[str, Any], entries: list[dict[str, Any]], before: Mapping[str, Any] | None
) -> Iterator[str]:
    """Yield what is wrong with one link; works on an export as on the database."""
    place = f"{link['chain']} #{link['number']}"
    if link["number"] != (before["number"] + 1 if before else 1):
        yield f"{place}: a link before it is missing"
    if link["previous"] != (before["digest"] if before else GENESIS):
        yield f"{place}: does not continue the link before"
    if len(entries) != link["entries"]:
        yield f"{place}: {link['entries']} entries were sealed, {len(entries)} are there"
    elif digest(link["previous"], entries) != link["digest"]:
        yield f"{place}: an entry was changed after it was sealed"


def link_data(link: AuditSeal) -> dict[str, Any]:
    """Return a seal as it stands in an export."""
    return {name: getattr(link, name) for name in ("chain", "number", "entries", "previous", "digest")}


def payload(entry: AuditEntry) -> dict[str, Any]:
    """Return what of an entry is hashed: everything but its seal."""
    return {
        "id": entry.id, "at": entry.at.astimezone(UTC).isoformat(), "chain": entry.chain,
        "user_id": entry.user_id, "actor": entry.actor, "origin": entry.origin, "action": entry.action,
        "table": entry.table_name, "row": entry.row_id, "changes": entry.changes,
    }  # fmt: skip


def digest(previous: str, entries: Iterable[dict[str, Any]]) -> str:
    """Hash a link: the digest before, then every entry as canonical JSON, a line each."""
    sha = hashlib.sha256(previous.encode())
    for entry in entries:
        sha.update(b"\n" + canonical(entry).encode())
    return sha.hexdigest()


def canonical(value: Any, other: Callable[[Any], Any] | None = None) -> str:
    """Write a value as canonical JSON; ``other`` says what stands for what JSON has no form of."""
    return json.dumps(value, default=other, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it, without losing exactness."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, Decimal | date):
        return str(value)
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return value


def entry(
    session: Session,
    action: str,
    table: str,
    row_id: int | None,
    dealer_id: int | None,
    changes: dict[str, Any],
    given: Actor | None = None,
) -> dict[str, Any]:
    """Return the values of a trace's row, for whoever writes it."""
    return trace(given or actor_of(session), action, table, row_id, dealer_id, changes)


def trace(
    actor: Actor | None, action: str, table: str, row_id: int | None, dealer_id: int | None, changes: dict[str, Any]
) -> dict[str, Any]:
    """Return the values of a trace's row for an actor that no session knows."""
    return {
        "at": utc_now(), "chain": HEAD_OFFICE if dealer_id is None else f"dealer:{dealer_id}",
        "user_id": actor.user_id if actor else None, "actor": actor.name if actor else "nobody",
        "origin": actor.origin if actor else "-", "action": action, "table_name": table, "row_id": row_id,
        "changes": changes,
    }  # fmt: skip


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(AuditEntry.__table__.insert(), rows)  # type: ignore[attr-defined]


@event.listens_for(Session, "after_flush")
def _trace_flush(session: Session, _context: UOWTransaction) -> None:
    rows = []
    for action, entities in (("create", session.new), ("change", session.dirty), ("delete", session.deleted)):
        for entity in entities:
            if not getattr(entity, "__audited__", False):
                continue
            changes = _changes(entity, action)
            if changes:
                dealer_id = entity.dealer_id if isinstance(entity, DealerOwned) else None
                rows.append(
                    entry(session, action, entity.__tablename__, getattr(entity, "id", None), dealer_id, changes)
                )
    _write(session, rows)


def _changes(entity: Any, action: str) -> dict[str, Any]:
    state = inspect(entity)
    changes: dict[str, Any] = {}
    for attribute in state.mapper.column_attrs:
        column = attribute.columns[0]
        history = state.attrs[attribute.key].history
        if action == "change" and not history.has_changes():
            continue
        old = history.deleted[0] if history.deleted else None
        new = getattr(entity, attribute.key) if action != "delete" else None
        if action == "delete":
            old = getattr(entity, attribute.key)
        if old is None and new is None:
            continue
        hidden = column.info.get("secret")
        pair = [HIDDEN if hidden and value is not None else plain(value) for value in (old, new)]
        changes[column.name] = pair if action == "change" else pair[1 if action == "create" else 0]
    return changes


@event.listens_for(Session, "do_orm_execute")
def _trace_statement(state: ORMExecuteState) -> Any:
    """Leave one entry for a statement that writes rows without a flush."""
    if state.is_select or state.is_column_load or not (state.is_insert or state.is_update or state.is_delete):
        return None
    name = getattr(getattr(state.statement, "table", None), "name", None)
    mapper = next((m for m in Base.registry.mappers if m.local_table.name == name), None)  # type: ignore[attr-defined]
    if mapper is None or not getattr(mapper.class_, "__audited__", False):
        return None
    result = state.invoke_statement()
    given = state.parameters
    count = len(given) if isinstance(given, list) else getattr(result, "rowcount", None)
    actor = actor_of(state.session)
    owned = issubclass(mapper.class_, DealerOwned)
    verb = "insert" if state.is_insert else "update" if state.is_update else "delete"
    values = {key: [plain(v) for v in column] for key, column in _columns(given)} if owned and count else {}
    _write(
        state.session,
        [entry(state.session, f"bulk {verb}", str(name), None, actor.dealer_id if owned and actor else None,
                {"rows": count, **({"values": values} if values else {})})],
    )  # fmt: skip
    return result


#: Beyond this many rows a bulk statement's trace keeps the count only.
KEPT_ROWS = 50


def _columns(given: Any) -> Iterator[tuple[str, list[Any]]]:
    rows = given if isinstance(given, list) else [given] if given else []
    if rows and len(rows) <= KEPT_ROWS:
        for key in rows[0]:
            yield key, [row.get(key) for row in rows]
