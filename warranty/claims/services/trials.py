"""Run a rule book over past claims, before it is put into force (规则试算)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, insert, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.kernel.access import Actor, Permission, require
from portal.kernel.audit import plain
from portal.kernel.clock import day_bounds, known_day, local_date
from portal.kernel.errors import DomainError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance, locked
from warranty.claims.models import Claim, ClaimDecision, ClaimVersion, RuleBookVersion, RuleTrial, RuleTrialChange
from warranty.claims.queries.books import book_of, book_on, book_row, digest_of
from warranty.claims.rules.book import FIRST_BOOK, RuleBook
from warranty.claims.rules.replay import Replayed, prove, replay
from warranty.claims.rules.trial import Tally

#: Submissions read at once.
CHUNK = 2_000
RULES_LENGTH = 255
Progress = Callable[[int, int], None]


def check_days(first: date, last: date) -> None:
    """Refuse days that are no period."""
    if not (known_day(first) and known_day(last)) or last < first:
        raise DomainError.at("last", N_("The last day is before the first one."))


def tally_claims(session: Session, tried: RuleBook, first: date, last: date, progress: Progress) -> Tally:
    """Judge the last submission of every claim handed in on these days; reads only."""
    books, meant = Books(session), (*_between(first, last), ClaimVersion.version == Claim.version)

    def judged(row: Any) -> Replayed:
        return replay(row.content, books.of(row.content), tried, books.priced(row.content).rates)

    return _tally(session, meant, judged, progress)


def prove_claims(session: Session, first: date, last: date, progress: Progress) -> Tally:
    """Judge every submission of these days anew by its own book, beside what the portal itself decided on it."""
    books, meant = Books(session), _between(first, last)

    def judged(row: Any) -> Replayed:
        return prove(row.content, books.of(row.content), row.outcome, row.audited)

    return _tally(session, meant, judged, progress)


def _between(first: date, last: date) -> tuple[Any, ...]:
    start, end = day_bounds(first, last)
    return (ClaimVersion.submitted_at >= start, ClaimVersion.submitted_at < end)


def _tally(session: Session, meant: tuple[Any, ...], judged: Callable[[Any], Replayed], progress: Progress) -> Tally:
    joined = select(func.count()).select_from(ClaimVersion).join(Claim, Claim.id == ClaimVersion.claim_id)
    total, tally = session.scalar(joined.where(*meant)) or 0, Tally()
    for done, row in enumerate(_submissions(session, meant), 1):
        tally.add(row.claim_id, row.number, row.dealer_id, judged(row) if "facts" in row.content else None)
        if not done % CHUNK:
            progress(done, total)
    progress(total, total)
    return tally


class Books:
    """The books by which claims were judged and priced, each read once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known = {FIRST_BOOK.version: FIRST_BOOK}
        self._by_day: dict[date, RuleBook] = {}

    def of(self, content: dict[str, Any]) -> RuleBook:
        """Return the book that judged a submission."""
        version = content.get("book", FIRST_BOOK.version)
        if version not in self._known:
            self._known[version] = book_of(book_row(self._session, version))
        return self._known[version]

    def priced(self, content: dict[str, Any]) -> RuleBook:
        """Return the book whose rates priced its lines: that of the day on which the work was completed."""
        claim = content["claim"]
        day = local_date(datetime.fromisoformat(claim["completed_at"] or claim["received_at"]))
        if day not in self._by_day:
            self._by_day[day] = book_on(self._session, day)
        return self._by_day[day]


def _submissions(session: Session, meant: tuple[Any, ...]) -> Iterator[Any]:
    """Read submissions in the order of their keys, a chunk at a time, with what the portal itself decided."""
    own = and_(
        ClaimDecision.claim_id == ClaimVersion.claim_id, ClaimDecision.version == ClaimVersion.version,
        ClaimDecision.book.is_not(None),
    )  # fmt: skip
    columns = (
        ClaimVersion.id, ClaimVersion.claim_id, ClaimVersion.dealer_id, ClaimVersion.content, Claim.number,
        ClaimDecision.outcome, ClaimDecision.audited,
    )  # fmt: skip
    statement = (
        select(*columns).join(Claim, Claim.id == ClaimVersion.claim_id).outerjoin(ClaimDecision, own).where(*meant)
    )
    after = 0
    while rows := session.execute(
        statement.where(ClaimVersion.id > after).order_by(ClaimVersion.id).limit(CHUNK)
    ).all():  # fmt: skip
        yield from rows
        after = rows[-1].id


@dataclass(frozen=True)
class Judged:
    """What a wording of a rule book came to; ``digest`` tells which wording."""

    version: int
    digest: str
    first: date
    last: date
    tally: Tally


def judge_book(
    session: Session, version: int, first: date, last: date, actor: Actor,
    progress: Progress = lambda _done, _total: None,
) -> Judged:  # fmt: skip
    """Run a draft over past claims: the long part, which only reads."""
    require(actor, Permission.CLAIM_RULES)
    check_days(first, last)
    row = book_row(session, version)
    tally = tally_claims(session, book_of(row), first, last, progress)
    return Judged(version, digest_of(row.body), first, last, tally)


def keep_trial(session: Session, judged: Judged, actor: Actor, now: datetime) -> RuleTrial:
    """Keep what a trial came to; the book is tried then, unless its wording changed meanwhile."""
    row = locked(session, RuleBookVersion, book_row(session, judged.version).id)
    if digest_of(row.body) != judged.digest:
        raise DomainError.at(None, N_("The rule book was changed while it was tried. Please try it again."))
    advance(session, row, "try", actor, now)
    trial = RuleTrial(
        book_id=row.id, digest=judged.digest, first_day=judged.first, last_day=judged.last, tried_by=actor.name,
        tried_at=now, **_figures(session, judged.tally),
    )  # fmt: skip
    session.add(trial)
    session.flush()
    _keep_changes(session, trial, judged.tally)
    return trial


def _figures(session: Session, tally: Tally) -> dict[str, Any]:
    names = {row.id: (row.code, row.name) for row in session.execute(select(Dealer.id, Dealer.code, Dealer.name))}
    whole = tally.whole
    return {
        "claims": whole.claims, "unknown": tally.unknown, "changed": whole.changed, "money_before": whole.before,
        "money_after": whole.after,
        "moves": [
            [*move, share.claims, share.changed, plain(share.before), plain(share.after)]
            for move, share in sorted(tally.moves.items())
        ],
        "rules": [[check, tally.before[check], tally.after[check]] for check in sorted({*tally.before, *tally.after})],
        "dealers": [
            [*names[key], share.claims, share.changed, plain(share.before), plain(share.after)]
            for key, share in sorted(tally.dealers.items(), key=lambda one: -abs(one[1].after - one[1].before))
        ],
    }  # fmt: skip


def _keep_changes(session: Session, trial: RuleTrial, tally: Tally) -> None:
    codes = {row.id: row.code for row in session.execute(select(Dealer.id, Dealer.code))}
    rows = [
        {
            "trial_id": trial.id, "claim_id": one.claim_id, "number": one.number, "dealer": codes[one.dealer_id],
            "before": one.replayed.before, "after": one.replayed.after, "amount_before": one.replayed.amount_before,
            "amount_after": one.replayed.amount_after, "rules": ", ".join(one.replayed.difference)[:RULES_LENGTH],
        }
        for one in tally.changes
    ]  # fmt: skip
    for start in range(0, len(rows), CHUNK):
        session.execute(insert(RuleTrialChange), rows[start : start + CHUNK])
