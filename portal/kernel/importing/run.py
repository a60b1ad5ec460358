"""Import a list: every row is created, updated, left unchanged or rejected with its reason.

The rows are read once, checked column-wise and written as they come. Only when a key turns up a
second time is all undone, the file searched for what contradicts what, and the work done again;
so the common list pays nothing for it. The whole import is one transaction of the caller's session.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import compress
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel import audit
from portal.kernel.clock import local_date
from portal.kernel.db import read_transactions
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_
from portal.kernel.importing.binding import Binding, bind
from portal.kernel.importing.fields import Parser
from portal.kernel.importing.kinds import Agreement, Batch, Desk, ImportKind, Tally
from portal.kernel.importing.reading import Chunk, Source
from portal.kernel.importing.report import ErrorBook
from portal.kernel.importing.store import open_store
from portal.kernel.importing.upsert import UNCHANGED

#: How many row numbers a note lists.
LISTED = 20
_TWICE = N_("Row %(other)s has the same key but says something else. Neither was imported: keep the right one.")

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Result:
    """What an import did: the counts, the workbook of rejected rows (None without any), and notes."""

    tally: Tally
    errors: Path | None
    notes: tuple[Fault, ...]


@dataclass
class Repeats:
    """What the search for repeated keys found, by row number."""

    contradicted: dict[int, Fault] = field(default_factory=dict)
    same_as: dict[int, int] = field(default_factory=dict)  # an exact repeat → the row it repeats


class KeyRepeatsError(Exception):
    """A key turned up a second time in a run that had hoped it would not."""


def run_import(
    session: Session, kind: ImportKind, source: Source, errors: Path, now: datetime,
    locales: Sequence[str], progress: Progress | None = None,
) -> Result:  # fmt: skip
    """Import a list in the session's transaction, from its beginning; the caller commits.

    ``errors`` is where the workbook of rejected rows goes, its reasons in ``locales``. With
    ``progress`` the file is checked first, outside any writing transaction, telling how far it is.
    Raises `DomainError` when the list as a whole cannot be imported.
    """
    if session.in_transaction():
        raise RuntimeError("an import begins its own transaction")
    binding = bind(kind, source.headings())
    run = _Run(session, kind, source, binding, errors, local_date(now), tuple(locales))
    known = None
    if progress is not None or kind.agreements:
        with read_transactions():
            known = run.search(progress)
            session.rollback()
    result = run.write(known, now)
    audit.record(
        session, "import", kind.tables[0].name,
        {"kind": kind.key, "file": source.name, "sha256": source.sha256, **result.tally.as_dict()},
    )  # fmt: skip
    return result


@dataclass
class _Run:
    session: Session
    kind: ImportKind
    source: Source
    binding: Binding
    errors: Path
    today: date
    locales: tuple[str, ...]

    def write(self, known: Repeats | None, now: datetime) -> Result:
        """Write the rows; begin again as often as something turns up that changes earlier rows."""
        refused: dict[Any, Fault] = {}
        while True:
            attempt = _Attempt(self, known, refused)
            try:
                late = attempt.work()
                if not late.keys() - refused.keys():
                    attempt.complete(now)
                    return attempt.result()
                refused |= late
            except KeyRepeatsError:
                self.session.rollback()
                known = self.search(None)
            except BaseException:
                attempt.drop()
                self.session.rollback()
                raise
            attempt.drop()
            self.session.rollback()

    def search(self, progress: Progress | None) -> Repeats:
        """Find rows that repeat or contradict each other."""
        everything = Agreement(self.kind.natural_key, tuple(self.binding.fields), _TWICE)
        repeats = Repeats()
        with open_store(self.session) as store:
            parsers = _parsers(self.kind, self.kind.desk(store, self.today))
            for agreement in (everything, *self.kind.agreements):
                found = _gather(self, agreement, parsers, _suspects(self, agreement, parsers, progress))
                for rows in found.values():
                    _judge(rows, agreement, repeats, exact=agreement is everything)
        return repeats


class _Attempt:
    """One try to write all rows."""

    def __init__(self, run: _Run, known: Repeats | None, refused: dict[Any, Fault]) -> None:
        self.run, self.known, self.refused = run, known, refused
        self.tally = Tally()
        self.repeated: list[int] = []
        self._book: ErrorBook | None = None
        self._seen: set[Any] = set()
        self._desk: Desk | None = None

    def work(self) -> dict[Any, Fault]:
        """Check and write every row; return the keys that cannot stay after all."""
        run = self.run
        with open_store(run.session) as store:
            store.lock(run.kind.tables)
            self._desk = run.kind.desk(store, run.today)
            parsers = _parsers(run.kind, self._desk)
            for chunk in run.source.chunks():
                self._file(self._desk, _read(run.binding, chunk, parsers), chunk)
            store.settle()
            return self._desk.finish()

    def complete(self, now: datetime) -> None:
        """Let the desk do what can only be done when every row stays."""
        if self._desk is not None:
            self._desk.complete(self.run.session, self.run.source.name, now)

    def result(self) -> Result:
        """Put the workbook in its place and say what was done."""
        notes = [*self.run.source.notes, *self.run.binding.notes]
        if self.repeated:
            notes.append(_note(N_("Rows that repeat an earlier row exactly, counted as unchanged: %(rows)s."),
                               self.repeated))  # fmt: skip
        for message, numbers in (self._desk.warnings if self._desk else {}).items():
            notes.append(_note(message, numbers))
        if self._book is not None:
            self._book.close()
        notes += self._desk.notes if self._desk else []
        return Result(self.tally, self.run.errors if self._book else None, tuple(notes))

    def drop(self) -> None:
        """Forget what this try has written beside the database."""
        if self._book is not None:
            self._book.drop()

    def _file(self, desk: Desk, batch: Batch, chunk: Chunk) -> None:
        keys = _keys(batch.values, self.run.kind.natural_key)
        repeated = self._repeats(batch, keys)
        desk.check(batch)
        if self.refused:
            for index, key in enumerate(keys):
                if key in self.refused:
                    fault = self.refused[key]
                    batch.refuse(index, fault.field or self.run.kind.natural_key[0], fault)
        self.tally.read += len(batch.numbers)
        values = batch.values
        if batch.wrong:
            self._reject(batch, chunk)
        if batch.wrong or repeated:
            kept = [index not in batch.wrong and index not in repeated for index in range(len(batch.numbers))]
            values = {key: list(compress(column, kept)) for key, column in values.items()}
            same = sum(index not in batch.wrong for index in repeated)
            self.tally.add([UNCHANGED] * same)
        if values[self.run.kind.natural_key[0]]:
            self.tally.add(desk.write(values))

    def _repeats(self, batch: Batch, keys: list[Any]) -> set[int]:
        """Refuse contradictions and return the exact repeats; without a search, notice a repeated key."""
        if self.known is None:
            named = [key for key in keys if key is not None]
            before = len(self._seen)
            self._seen.update(named)
            if len(self._seen) - before != len(named):
                raise KeyRepeatsError
            return set()
        repeated: set[int] = set()
        contradicted, same_as = self.known.contradicted, self.known.same_as
        if contradicted or same_as:
            for index, number in enumerate(batch.numbers):
                if number in contradicted:
                    batch.refuse(index, self.run.kind.natural_key[0], contradicted[number])
                elif number in same_as:
                    repeated.add(index)
        self.repeated += [batch.numbers[index] for index in repeated if index not in batch.wrong]
        return repeated

    def _reject(self, batch: Batch, chunk: Chunk) -> None:
        if self._book is None:
            self._book = ErrorBook(self.run.errors, self.run.binding, self.run.locales)
        for index in sorted(batch.wrong):
            self._book.add(batch.numbers[index], chunk.rows[index], batch.wrong[index])
        self.tally.rejected += len(batch.wrong)


def _parsers(kind: ImportKind, desk: Desk) -> dict[str, Parser]:
    return {item.key: desk.parsers[item.key] if item.key in desk.parsers else item.parser() for item in kind.fields}


def _read(binding: Binding, chunk: Chunk, parsers: dict[str, Parser]) -> Batch:
    """Turn rows into columns of values; refuse cells without sense and required cells without text."""
    wide, rows, overlong = len(binding.headings), chunk.rows, []
    if set(map(len, rows)) != {wide}:
        overlong = [index for index, row in enumerate(rows) if any(map(str.strip, row[wide:]))]
        rows = [[*row[:wide], *[""] * (wide - len(row))] for row in rows]
    columns = list(zip(*rows, strict=True))
    texts = {key: columns[place] for key, place in binding.places.items()}
    batch = Batch(chunk.numbers, {}, texts, binding.fields)
    for key, column in texts.items():
        values = parsers[key].column(column, lambda index, fault, key=key: batch.refuse(index, key, fault))  # type: ignore[misc]
        batch.values[key] = values
        if binding.fields[key].required and None in values:
            for index, value in enumerate(values):
                if value is None and not column[index].strip():
                    batch.refuse(index, key, Fault(N_("Please fill this in.")))
    for index in overlong:
        batch.refuse(index, None, Fault(N_("The row has more cells than there are headings.")))
    return batch


def _keys(values: dict[str, list[Any]], key: tuple[str, ...]) -> list[Any]:
    """Return what names each row; None where a cell that every key has is empty or wrong."""
    if len(key) == 1:
        return values[key[0]]
    lead = values[key[0]]
    others = [values.get(name, [None] * len(lead)) for name in key[1:]]
    return [pair if pair[0] is not None else None for pair in zip(lead, *others, strict=True)]


def _suspects(
    run: _Run, agreement: Agreement, parsers: dict[str, Parser], progress: Progress | None
) -> set[Any]:  # fmt: skip
    """Return the keys that stand on more than one row."""
    seen: set[Any] = set()
    several: set[Any] = set()
    done, total = 0, max(run.source.lines - 1, 1)
    for chunk in run.source.chunks():
        for key in _keys(_read(run.binding, chunk, parsers).values, agreement.keys):
            (several if key in seen else seen).add(key)
        done += len(chunk.rows)
        if progress is not None:
            progress(min(done, total), total)
    several.discard(None)
    return several


def _gather(
    run: _Run, agreement: Agreement, parsers: dict[str, Parser], suspects: set[Any]
) -> dict[Any, list[tuple[int, bytes]]]:  # fmt: skip
    """Collect number and fingerprint of every row whose key is suspect."""
    found: dict[Any, list[tuple[int, bytes]]] = {key: [] for key in suspects}
    if not suspects:
        return found
    contents = [key for key in agreement.contents if key in run.binding.places]
    for chunk in run.source.chunks():
        batch = _read(run.binding, chunk, parsers)
        for index, key in enumerate(_keys(batch.values, agreement.keys)):
            if key in found:
                said = tuple(_said(batch, name, index) for name in contents)
                digest = hashlib.blake2b(repr(said).encode(), digest_size=16).digest()
                found[key].append((batch.numbers[index], digest))
    return found


def _said(batch: Batch, name: str, index: int) -> Any:
    value = batch.values[name][index]
    return batch.texts[name][index].strip() if value is None else value


def _judge(rows: list[tuple[int, bytes]], agreement: Agreement, repeats: Repeats, *, exact: bool) -> None:
    """Tell exact repeats from contradictions among the rows of one key."""
    if len({digest for _number, digest in rows}) > 1:
        for number, digest in rows:
            other = next(n for n, d in rows if d != digest)
            repeats.contradicted.setdefault(number, Fault(agreement.message, facts={"other": other}))
    elif exact:
        for number, _digest in rows[1:]:
            repeats.same_as[number] = rows[0][0]


def _note(message: str, numbers: Sequence[int]) -> Fault:
    listed = ", ".join(map(str, numbers[:LISTED])) + (" …" if len(numbers) > LISTED else "")
    return Fault(message, facts={"rows": listed, "count": len(numbers)})
