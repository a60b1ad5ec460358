"""Claims as a dealer works with them, and the parts of them that other pages show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.kernel.access import Permission, access
from portal.kernel.errors import DomainError, NotFoundError
from portal.kernel.i18n import N_, _, say
from portal.kernel.incoming import whole
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, is_fragment, list_page, now, page
from warranty.claims import services, words
from warranty.claims.forms import ClaimForm, read_decision, row_version
from warranty.claims.queries.lists import CLAIMS, NETWORK_CLAIMS, UNCLAIMED, WAITING
from warranty.claims.queries.pages import (
    audit_steps,
    car_claims,
    last_findings,
    life,
    of_dealer,
    order_anchors,
    order_claims,
    same_part,
    sheet,
    who_decides,
)
from warranty.claims.rules.checks import CHECK_BY_ID, CLAUSES
from warranty.claims.rules.verdict import verdict
from warranty.claims.services.further import level_of, take_next
from warranty.claims.states import CLAIM, WITH_HEADQUARTERS
from warranty.coverage.saying import SAID as COVERAGE_SAID

bp = Blueprint("claims", __name__, url_prefix="/claims")

#: What the templates look words up in.
WORDS: dict[str, Any] = {
    **{name: value for name, value in vars(words).items() if name.isupper()}, "CHECKS": CHECK_BY_ID,
    "CLAUSES": CLAUSES, "WITH_HEADQUARTERS": WITH_HEADQUARTERS,
    "written": words.written, "coverage": COVERAGE_SAID,
}  # fmt: skip
#: What a dealer is told at once, by the state in which the rules left the claim.
SUBMITTED = {
    "submitted": N_("Claim %(number)s was submitted (version %(version)s)."),
    "approved": N_("Claim %(number)s was submitted and is approved (version %(version)s)."),
    "returned": N_("Claim %(number)s was submitted and came back at once (version %(version)s)."),
    "refused": N_("Claim %(number)s was submitted and is refused (version %(version)s)."),
}
WRITE, VIEW = Permission.CLAIM_WRITE, Permission.CLAIM_VIEW
DECIDE, SENIOR = Permission.CLAIM_DECIDE, Permission.CLAIM_DECIDE_SENIOR


@bp.get("/")
@access(VIEW)
def claims() -> Response:
    """List the claims of the station, or of the network."""
    spec = CLAIMS if actor().dealer_id is not None else NETWORK_CLAIMS
    return list_page("warranty/claims/list.html", fetch_page(db_session(), spec, request.args))


@bp.get("/unclaimed")
@access(WRITE)
def unclaimed() -> Response:
    """List completed warranty orders that nobody claimed yet."""
    return list_page("warranty/claims/list.html", fetch_page(db_session(), UNCLAIMED, request.args))


@bp.post("/make")
@access(WRITE)
def make() -> Response:
    """Make claims of a repair order: one click, prefilled; pressed again it only leads there."""
    numbers = services.make_claims_from_order(db_session(), request.form.get("order", ""), actor(), now())
    flash(_("The claim is filled in from the repair order. Check it and submit it."), "success")
    return redirect(url_for("claims.claim", key=numbers[0]))


@bp.get("/<key>")
@access(VIEW)
def claim(key: str) -> tuple[str, int]:
    """Show a claim: to mend, to decide, or to read, as its state and the person allow."""
    return show(key)


@bp.post("/<key>/edit")
@access(WRITE)
def edit(key: str) -> tuple[str, int] | Response:
    """Store what was typed; to htmx, answer with what the checks say now."""
    session, form = db_session(), ClaimForm()
    try:
        services.edit_claim(session, key, form.edit(request.form), actor(), row_version(request.form))
    except DomainError as error:
        return refuse(key, error, "warranty/claims/_verdict.html" if is_fragment() else None)
    if is_fragment():
        return page("warranty/claims/_verdict.html", saved=True, **context(key))
    flash(_("Saved."), "success")
    return redirect(url_for("claims.claim", key=key))


@bp.post("/<key>/submit")
@access(WRITE)
def submit(key: str) -> tuple[str, int] | Response:
    """Store what stands on the page and submit it, once however often the button is pressed."""
    try:
        done = services.mend_and_submit(
            db_session(), key, ClaimForm().edit(request.form), actor(), now(), whole(request.form.get("seen_version"))
        )
    except DomainError as error:
        return refuse(key, error)
    flash(_(SUBMITTED.get(done.state, SUBMITTED["submitted"]), number=key, version=done.version), "success")
    for text in changed_since(request.form, done):
        flash(text, "warning")
    return redirect(url_for("claims.claim", key=key))


def changed_since(sent: Mapping[str, str], done: services.Submitted) -> list[str]:
    """Say what the rules found otherwise than the page had shown: facts changed between showing and pressing."""
    shown = sent.get("shown_forecast", "")
    if done.repeated or shown not in words.FORECAST:
        return []
    before = {check for check in sent.get("shown_findings", "").split(",") if check in CHECK_BY_ID}
    after = {finding.check for finding in done.findings}
    told = []
    if shown != done.forecast:
        old, new = _(words.FORECAST[shown]), _(words.FORECAST[done.forecast])
        told.append(_("The page said: %(old)s. When it was submitted: %(new)s.", old=old, new=new))
    for message, checks in (
        (N_("Found since: %(checks)s."), after - before),
        (N_("Gone since: %(checks)s."), before - after),
    ):
        if checks:
            names = ", ".join(_(CHECK_BY_ID[name].title) for name in CHECK_BY_ID if name in checks)
            told.append(_(message, checks=names))
    return told


@bp.post("/<key>/refill")
@access(WRITE)
def refill(key: str) -> tuple[str, int] | Response:
    """Take the figures of the corrected repair order over again."""
    try:
        services.refill_claim(db_session(), key, actor(), row_version(request.form))
    except DomainError as error:
        return refuse(key, error)
    flash(_("The figures of the repair order were taken over again."), "success")
    return redirect(url_for("claims.claim", key=key))


@bp.post("/<key>/withdraw")
@access(WRITE)
def withdraw(key: str) -> tuple[str, int] | Response:
    """Take the claim back, with a reason."""
    reason = request.form.get("reason", "")
    try:
        services.withdraw_claim(db_session(), key, reason, actor(), now(), row_version(request.form))
    except DomainError as error:
        return refuse(key, error)
    flash(_("Claim %(number)s was withdrawn.", number=key), "success")
    return redirect(url_for("claims.claims"))


@bp.post("/<key>/decide")
@access(DECIDE, SENIOR)
def decide(key: str) -> tuple[str, int] | Response:
    """Decide a claim line by line, then go on to the next one that waits."""
    session = db_session()
    try:
        decision = read_decision(request.form)
        decided = services.decide_claim(session, key, decision, actor(), now(), row_version(request.form))
    except DomainError as error:
        return refuse(key, error)
    done = "propose" if decided.state == "countersign" else decision.outcome
    flash(_("Claim %(number)s: %(what)s.", number=key, what=_(words.ACTIONS[done])), "success")
    return go_on(request.form.get("queue", ""))


@bp.get("/order/<number>/panel")
@access(VIEW)
def order_panel(number: str) -> tuple[str, int]:
    """Show the claims of a repair order and the button that makes them, for its page."""
    order, rows, open_jobs = order_claims(db_session(), number)
    return page("warranty/claims/_order_panel.html", order=order, claims=rows, open_jobs=open_jobs, **WORDS)


@bp.get("/vehicle/<vin>/panel")
@access(VIEW)
def vehicle_panel(vin: str) -> tuple[str, int]:
    """Show the claims of every station on a car, for its page."""
    return page("warranty/claims/_vehicle_panel.html", claims=car_claims(db_session(), vin, actor()), **WORDS)


def show(key: str, status: int = 200, **more: Any) -> tuple[str, int]:
    """Render the page of a claim as its state and the person's permissions ask for."""
    values = context(key, **more)
    steps = {step.action for step in CLAIM.offered(values["sheet"].claim.state, actor().permissions)}
    template = "mend" if "submit" in steps else "decide" if steps & set(words.OUTCOMES) else "read"
    return page(f"warranty/claims/{template}.html", status, steps=steps, **values)


def context(key: str, **more: Any) -> dict[str, Any]:
    """Read what the pages of a claim share."""
    session = db_session()
    found = sheet(session, key)
    dossier, findings = services.preview(session, key, now())
    events = life(session, found.claim)
    kept = last_findings(events)
    wrong = [*(one.field for one in findings), *(one["field"] for one in kept), *more.get("faults", ())]
    return {
        **WORDS, "anchors": order_anchors(session, found.claim, wrong), "sheet": found, "claim": found.claim,
        "order": found.order, "events": events, "kept": kept, "judge": who_decides(found.claim, events),
        "verdict": verdict(findings, dossier.facts.applied, dossier.book), "facts": dossier.facts,
        "lowered": audit_steps(found.claim), "same_part": same_part(session, found.claim),
        "of_dealer": of_dealer(session, found.claim) if actor().dealer_id is None else [],
        "form": ClaimForm(formdata=None, obj=found.claim), "faults": {}, "general": [], "typed": {}, **more,
    }  # fmt: skip


def go_on(queue: str) -> Response:
    """Lead to the claim of the queue that is due first, taken onto the desk; to the queue where none waits."""
    state = queue if queue in WAITING else "submitted"
    number = take_next(db_session(), state, actor(), now()) if actor().may(level_of(state)) else None
    return redirect(url_for("claims.claim", key=number) if number else url_for("claims.queue"))


def refuse(key: str, error: DomainError, fragment: str | None = None) -> tuple[str, int]:
    """Show the page again with what is wrong at its field; what was typed stays."""
    if isinstance(error, NotFoundError):
        raise error
    db_session().rollback()
    faults = {fault.field: say(fault) for fault in error.faults if fault.field}
    general = [say(fault) for fault in error.faults if not fault.field]
    more = {"faults": faults, "general": general, "typed": request.form, "form": ClaimForm()}
    if fragment:
        return page(fragment, error.status, **context(key, **more))
    return show(key, error.status, **more)
