"""The queue of headquarters: what waits, and many decisions at once."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.kernel.access import access
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _, say
from portal.kernel.incoming import whole
from portal.kernel.listing import Page, fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page
from warranty.claims import services
from warranty.claims.forms import read_batch
from warranty.claims.queries.lists import WAITING
from warranty.claims.queue_list import QUEUE
from warranty.claims.services import further
from warranty.claims.views import DECIDE, SENIOR, WORDS, bp
from warranty.claims.words import OUTCOMES

#: What can be said of many claims at once, and its words.
BATCH_OUTCOMES = tuple((outcome, OUTCOMES[outcome]) for outcome in ("approve", "return", "refer"))
TEMPLATE = "warranty/claims/queue.html"


@bp.get("/queue")
@access(DECIDE, SENIOR)
def queue() -> Response:
    """List the claims that wait, the oldest first."""
    found = fetch_page(db_session(), QUEUE, request.args)
    return list_page(TEMPLATE, found, **_batch(found))


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
        if outcome not in dict(BATCH_OUTCOMES):
            raise DomainError.at("outcome", _("Please choose from the list."))
        results = services.decide_batch(
            db_session(), read_batch(sent), outcome, sent.get("reason", ""), -1 if count is None else count,
            actor(), now(),
        )  # fmt: skip
    except DomainError as error:
        db_session().rollback()
        return _again(error)
    return page("warranty/claims/batch.html", results=results, outcome=outcome, say=say, **WORDS)


def _again(error: DomainError) -> tuple[str, int]:
    """Show the queue with what is wrong in the batch, each fault at its field, and what was typed."""
    found = fetch_page(db_session(), QUEUE, request.args)
    faults = {fault.field: say(fault) for fault in error.faults if fault.field}
    general = [say(fault) for fault in error.faults if not fault.field]
    return page(
        TEMPLATE, error.status, page=found, faults=faults, general=general, typed=request.form, **WORDS, **_batch(found)
    )


def _batch(found: Page) -> dict[str, Any]:
    """Say whether a claim of the page can be decided together with others, and how."""
    return {"batch": any(row.state == "submitted" for row in found.rows), "batch_outcomes": BATCH_OUTCOMES}
