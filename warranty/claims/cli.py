"""Claims on the command line: prove that rules reproduce their decisions, try other rules."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from typing import Any

import click

from portal.kernel.command import at_desk
from portal.kernel.db import read_transactions
from portal.kernel.errors import DomainError, OperatorError
from warranty.claims.queries.books import book_of, book_row
from warranty.claims.rules.book import FIRST_BOOK
from warranty.claims.rules.trial import Tally
from warranty.claims.services.trials import check_days, prove_claims, tally_claims


@click.group()
def claims() -> None:
    """Replay claims under rule books."""


@claims.command("replay")
@click.option("--book", type=int, help="The rule book to try; without it each claim's own is used again.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day of submission.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def replay(book: int | None, first: datetime, last: datetime, *, as_json: bool) -> None:
    """Judge past claims anew; nothing is kept.

    Without --book every submission is judged by the rules of its own day, beside what the portal itself decided
    then; exit 1 where one comes out otherwise.
    """
    with read_transactions(), at_desk("replaying claims") as desk:
        try:
            check_days(first.date(), last.date())
            tried = FIRST_BOOK if book in {None, FIRST_BOOK.version} else book_of(book_row(desk.session, book or 0))
        except DomainError as error:
            raise OperatorError("; ".join(fault.message % dict(fault.facts) for fault in error.faults)) from error
        if book is None:
            tally = prove_claims(desk.session, first.date(), last.date(), _quiet)
        else:
            tally = tally_claims(desk.session, tried, first.date(), last.date(), _quiet)
    figures = _figures(tally, first.date(), last.date())
    click.echo(json.dumps(figures, ensure_ascii=False) if as_json else _told(figures))
    if book is None and tally.whole.changed:
        sys.exit(1)


def _quiet(_done: int, _total: int) -> None:
    """Say nothing of the progress: the command line waits."""


def _figures(tally: Tally, first: date, last: date) -> dict[str, Any]:
    whole = tally.whole
    return {
        "from": first.isoformat(), "to": last.isoformat(), "claims": whole.claims, "unknown": tally.unknown,
        "changed": whole.changed, "approved_before": str(whole.before), "approved_after": str(whole.after),
    }  # fmt: skip


def _told(figures: dict[str, Any]) -> str:
    return (
        "{claims} claims of {from} to {to}: {changed} go otherwise; the rules alone approve {approved_before} yuan, "
        "then {approved_after}. {unknown} were submitted before facts were kept.".format(**figures)
    )


commands = (claims,)
