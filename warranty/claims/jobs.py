"""Trying a rule book as a job: a year of a network is no work for a web request."""

from __future__ import annotations

from datetime import date

from portal.kernel.db import read_transactions
from portal.kernel.jobs import Context, Outcome, handles
from warranty.claims.services.trials import judge_book, keep_trial

KIND = "try_rules"


@handles(KIND, reads_only=False)
def run_trial(context: Context) -> Outcome:
    """Run the rule book ``version`` over the claims from ``first`` to ``last``."""
    asked, session = context.payload, context.session
    days = date.fromisoformat(asked["first"]), date.fromisoformat(asked["last"])
    with read_transactions():  # nobody waits while it judges
        judged = judge_book(session, asked["version"], *days, context.actor, context.progress)
        session.rollback()
    trial = keep_trial(session, judged, context.actor, context.now)
    return Outcome({"trial": trial.id, "claims": trial.claims, "changed": trial.changed})
