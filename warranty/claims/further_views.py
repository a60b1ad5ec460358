"""Steps beyond the first decision: an opinion, an appeal, a look at what the rules decided alone."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.kernel.access import Permission, access
from portal.kernel.errors import DomainError
from portal.kernel.i18n import N_, _
from portal.kernel.web import actor, db_session, now
from warranty.claims.forms import row_version
from warranty.claims.services import further, goodwill
from warranty.claims.views import bp, refuse

STEPS = {"ask_opinion": further.ask_opinion, "give_opinion": further.give_opinion, "appeal": further.appeal}
TOLD = {
    "ask_opinion": N_("The quality engineers are asked."),
    "give_opinion": N_("The opinion is with the second level."),
    "appeal": N_("The appeal is with headquarters; another person decides."),
}


@bp.post("/<key>/<any(ask_opinion, give_opinion, appeal):step>")
@access(Permission.CLAIM_DECIDE, Permission.CLAIM_DECIDE_SENIOR, Permission.CLAIM_OPINE, Permission.CLAIM_WRITE)
def further_step(key: str, step: str) -> tuple[str, int] | Response:
    """Take a step that is a reason and a button; the state machine knows whose it is."""
    name = f"{step}-reason"
    try:
        STEPS[step](db_session(), key, request.form.get(name, ""), actor(), now(), row_version(request.form))
    except DomainError as error:
        named = [replace(fault, field=name) if fault.field == "reason" else fault for fault in error.faults]
        return refuse(key, error if error.status != DomainError.status else DomainError(*named))
    flash(_(TOLD[step]), "success")
    return redirect(url_for("claims.claim", key=key))


@bp.post("/<key>/looked-at")
@access(Permission.CLAIM_DECIDE)
def looked_at(key: str) -> tuple[str, int] | Response:
    """Say what came of looking at a sample: in order, or objected to with a reason."""
    objection = request.form.get("objection", "") if request.form.get("result") == "object" else None
    try:
        further.looked_at(db_session(), key, objection, actor(), now(), row_version(request.form))
    except DomainError as error:
        named = [replace(fault, field="objection") if fault.field == "reason" else fault for fault in error.faults]
        return refuse(key, error if error.status != DomainError.status else DomainError(*named))
    flash(_("Kept in the history of claim %(number)s.", number=key), "success")
    return redirect(url_for("claims.claims", sampled="yes"))


@bp.post("/<key>/share")
@access(Permission.CLAIM_WRITE)
def lower_to_share(key: str) -> tuple[str, int] | Response:
    """Lower the amounts of a goodwill claim to the share that headquarters bears."""
    try:
        goodwill.lower_to_share(db_session(), key, actor(), now(), row_version(request.form))
    except DomainError as error:
        return refuse(key, error)
    flash(_("The amounts were lowered to the share of headquarters."), "success")
    return redirect(url_for("claims.claim", key=key))
