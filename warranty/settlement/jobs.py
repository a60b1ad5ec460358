"""Closing a month as a job: a network of thousands of dealers is no work for a web request."""

from __future__ import annotations

from portal.kernel.jobs import Context, Outcome, handles
from warranty.settlement.closing import close_month

KIND = "close_month"


@handles(KIND, reads_only=False)
def run_close(context: Context) -> Outcome:
    """Close ``month``, telling progress dealer by dealer; after a kill the next attempt goes on."""
    closed = close_month(context.session, context.payload["month"], context.actor, context.now, context.progress)
    return Outcome(closed.plain())
