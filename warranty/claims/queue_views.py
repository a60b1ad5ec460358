"""The queue of headquarters: what waits, and many decisions at once."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.kernel.access import access
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _, say
from portal.kernel.incoming import whole
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, now, page
from warranty.claims import services
from warranty.claims.forms import read_batch
from warranty.claims.queries.lists import WAITING
from warranty.claims.queue_list import QUEUE
from warranty.claims.services import further
from warranty.claims.views import DECIDE, SENIOR, WORDS, bp

BATCH_OUTCOMES = ("approve", "return", "refer")


@bp.get("/queue")
@access(DECIDE, SENIOR)
def queue() -> tuple[str, int]:
    """List the claims that wait, the oldest first."""
    return _queue()


@bp.post("/queue/next")
@access(DECIDE, SENIOR)
def following() -> Response:
    """Take the claim that is due first onto one's desk: nobody else gets it meanwhile."""
    state, seen = request.form.get("state", ""), request.form.get("claim") or None
    number = further.take_next(db_session(), state if state in WAITING else "submitted", actor(), now(), seen)
    if number is None:
        flash(_("No other claim waits here.") if seen else _("Nothing waits for a decision."), "info")
        return redirect(url_for("claims.queue"))
    return redirect(url_for("claims.claim", key=number))


@bp.post("/<key>/put-back")
@access(DECIDE, SENIOR)
def put_back(key: str) -> Response:
    """Take a claim off one's desk, undecided, and go back to its queue."""
    claim = further.put_back(db_session(), key, actor())
    return redirect(url_for("claims.queue", state=claim.state if claim and claim.state in WAITING else None))


@bp.post("/queue/batch")
@access(DECIDE)
def batch() -> tuple[str, int]:
    """Decide the ticked claims alike, when the number typed is their number."""
    sent = request.form
    outcome = sent.get("outcome", "approve")
    count = whole(sent.get("count", "").strip())
    try:
        if outcome not in BATCH_OUTCOMES:
            raise DomainError.at("outcome", _("Please choose from the list."))
        results = services.decide_batch(
            db_session(), read_batch(sent), outcome, sent.get("reason", ""), -1 if count is None else count,
            actor(), now(),
        )  # fmt: skip
    except DomainError as error:
        db_session().rollback()
        faults = {fault.field: say(fault) for fault in error.faults if fault.field}
        general = [say(fault) for fault in error.faults if not fault.field]
        return _queue(error.status, faults=faults, general=general, typed=sent)
    return page("warranty/claims/batch.html", results=results, outcome=outcome, say=say, **WORDS)


def _queue(status: int = 200, **more: Any) -> tuple[str, int]:
    values: dict[str, Any] = {**WORDS, "faults": {}, "general": [], "typed": {}, **more}
    found = fetch_page(db_session(), QUEUE, request.args)
    return page("warranty/claims/queue.html", status, page=found, batch_outcomes=BATCH_OUTCOMES, **values)
