"""The list of old parts, one part with its steps and its dispute, and what is overdue."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from parts.returns import services, words
from parts.returns.forms import AnswerForm, CorrectionForm, PlaceForm, ReasonForm, WriteOffForm
from parts.returns.lists import NETWORK_OLD_PARTS, OLD_PARTS, OVERDUE
from parts.returns.ports import deductions
from parts.returns.queries import overdue as overdue_reads
from parts.returns.queries import pages
from parts.returns.queries.pages import Sheet
from parts.returns.queries.papers import label_files
from parts.returns.rules.labels import printed
from parts.returns.services.correct import hindrance
from parts.returns.states import OLD_PART, OLD_PART_DISPUTE
from parts.returns.views import bp
from parts.returns.views.acting import taken
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.errors import Fault
from portal.kernel.i18n import _, say
from portal.kernel.listing import fetch_page
from portal.kernel.storage import storage
from portal.kernel.web import actor, db_session, list_page, now, page

VIEW, PACK, INSPECT = Permission.RETURN_VIEW, Permission.RETURN_PACK, Permission.RETURN_INSPECT


@bp.app_context_processor
def _words() -> dict[str, object]:
    return {"returns_words": words}


@bp.get("/")
@access(VIEW)
def parts() -> Any:
    """List old parts: the station's, or everybody's."""
    own, session = actor().dealer_id is not None, db_session()
    found = fetch_page(session, OLD_PARTS if own else NETWORK_OLD_PARTS, request.args)
    files = label_files(session) if own and actor().may(PACK) else 0
    return list_page("parts/returns/parts.html", found, files=files)


@bp.get("/parts/<key>")
@access(VIEW)
def part(key: str) -> Any:
    """Show an old part: its label, where it stands, what was found, and what can be done now."""
    return show(key)


def show(key: str, wrong: tuple[str, FlaskForm] | None = None) -> Any:
    """Render a part's page; ``wrong`` is a form that was sent and not accepted, with its name."""
    found = pages.sheet(db_session(), key)
    forms: dict[str, FlaskForm] = {
        "store": PlaceForm(formdata=None, prefix="store-"), "excuse": ReasonForm(formdata=None, prefix="excuse-"),
        "dispute": ReasonForm(formdata=None, prefix="dispute-"), "answer": AnswerForm(formdata=None, prefix="answer-"),
        "correct": CorrectionForm(formdata=None, prefix="correct-"),
    }  # fmt: skip
    if wrong:
        forms[wrong[0]] = wrong[1]
    held = actor().permissions
    steps = {step.action for step in OLD_PART.offered(found.part.state, held)}
    if found.dispute:
        steps |= {step.action for step in OLD_PART_DISPUTE.offered(found.dispute.state, held)}
    return page(
        "parts/returns/part.html", 422 if wrong else 200, found=found, part=found.part, steps=steps, forms=forms,
        events=_events(found), printed=printed(found.part.number), today=local_date(now()),
        statement=deductions().statements(db_session(), [found.part.number]).get(found.part.number),
        typed=wrong[0] if wrong else None,
        uncorrectable=say(fault) if (fault := _hindrance(found, steps)) else None,
    )  # fmt: skip


def _hindrance(found: Sheet, steps: set[str]) -> Fault | None:
    """Say why this person cannot correct the inspection that the page offers to correct."""
    return hindrance(db_session(), found.part, actor()) if "correct" in steps else None


def _events(found: Sheet) -> list[dict[str, Any]]:
    asked = {"at": found.part.asked_at, "title": _("Asked for with the claim's decision"), "who": "", "text": "",
             "tone": "info"}  # fmt: skip
    steps = sorted((*found.steps, *found.answers), key=lambda step: step.at)
    raised = found.dispute
    events = [asked, *({"at": step.at, "title": _(words.ACTIONS[step.action]), "who": step.actor,
                        "text": step.reason or "", "tone": words.TONES.get(step.action, "plain")}
                       for step in steps)]  # fmt: skip
    if raised:
        events.append({"at": raised.raised_at, "title": _("The station disputes the deduction"),
                       "who": raised.raised_by, "text": raised.reason, "tone": "warning"})  # fmt: skip
    return sorted(events, key=lambda event: event["at"])


@bp.post("/parts/<key>/store")
@access(INSPECT)
def store(key: str) -> Any:
    """Put an inspected part into its place."""
    form = PlaceForm(prefix="store-")
    if taken(form, lambda: services.store(
        db_session(), key, form.place.data or "", actor(), now(), form.seen())):  # fmt: skip
        return _done(key, _("Stored."))
    return show(key, ("store", form))


@bp.post("/parts/<key>/excuse")
@access(INSPECT)
def excuse(key: str) -> Any:
    """Let a part stay with the dealer."""
    form = ReasonForm(prefix="excuse-")
    if taken(form, lambda: services.excuse(
        db_session(), key, form.reason.data or "", actor(), now(), form.seen())):  # fmt: skip
        return _done(key, _("Excused: the part need not come back."))
    return show(key, ("excuse", form))


@bp.post("/parts/<key>/correct")
@access(INSPECT)
def correct(key: str) -> Any:
    """Correct an inspection, as a second person."""
    form = CorrectionForm(prefix="correct-")
    if taken(form, lambda: services.correct(
        db_session(), key, form.finding(), form.reason.data or "", actor(), now(), form.seen() or 0)):  # fmt: skip
        return _done(key, _("Corrected. The deduction follows what was found now."))
    return show(key, ("correct", form))


@bp.post("/parts/<key>/dispute")
@access(PACK)
def dispute(key: str) -> Any:
    """Object to a deduction, with photos."""
    pages.part_of(db_session(), key)
    form = ReasonForm(prefix="dispute-")
    if taken(form, lambda: services.dispute(
        db_session(), key, form.reason.data or "", _photos(), actor(), now())):  # fmt: skip
        return _done(key, _("Sent. Another person than who deducted it answers."))
    return show(key, ("dispute", form))


@bp.post("/parts/<key>/answer")
@access(Permission.RETURN_ANSWER)
def answer(key: str) -> Any:
    """Uphold or waive a disputed deduction."""
    form = AnswerForm(prefix="answer-")
    if taken(form, lambda: services.answer(
        db_session(), key, form.action.data or "", form.reason.data or "", actor(), now(), form.seen())):  # fmt: skip
        return _done(key, _("Answered."))
    return show(key, ("answer", form))


@bp.post("/parts/<key>/photos")
@access(PACK, INSPECT)
def add_photos(key: str) -> Any:
    """Keep photos of a part."""
    pages.part_of(db_session(), key)
    form = FlaskForm()
    if taken(form, lambda: services.add_photos(db_session(), key, _photos(), actor(), now())):
        return _done(key, _("The photos were added."))
    for message in (*form.form_errors, *(word for words_ in form.errors.values() for word in words_)):
        flash(str(message), "danger")
    return redirect(url_for("returns.part", key=key))


@bp.get("/parts/<key>/photos/<int:photo_id>.jpg")
@access(VIEW)
def photo(key: str, photo_id: int) -> Any:
    """Serve a photo; the browser of this person may keep it, nobody else's."""
    content = storage().get(pages.photo_key(db_session(), key, photo_id))
    if content is None:
        abort(404)
    return Response(content, 200, {"Cache-Control": "private, max-age=86400"}, content_type="image/jpeg")


@bp.get("/claims/<number>")
@access(VIEW)
def of_claim(number: str) -> str:
    """Return what was asked back of a claim, for the claim's page."""
    return render_template("parts/returns/_of_claim.html", parts=pages.of_claim(db_session(), number))


@bp.get("/overdue")
@access(VIEW)
def overdue() -> Any:
    """List what is overdue by dealer, and what it will cost; a dealer sees its parts."""
    if actor().dealer_id is None:
        return list_page("parts/returns/overdue.html", fetch_page(db_session(), OVERDUE, request.args))
    return page("parts/returns/overdue_own.html", figures=overdue_reads.overdue(db_session(), local_date(now())))


@bp.route("/overdue/<dealer>", methods=["GET", "POST"])
@access(INSPECT)
def overdue_of(dealer: str) -> Any:
    """Show a dealer's overdue parts; after a reason, deduct them all."""
    form, session = WriteOffForm(), db_session()
    if taken(form, lambda: services.write_off(
        session, dealer, form.reason.data or "", actor(), now(), form.shown.data or "")):  # fmt: skip
        flash(_("Deducted. The station's next statement takes it."), "success")
        return redirect(url_for("returns.overdue"))
    found = overdue_reads.overdue_of(session, dealer, local_date(now()))
    form.shown.data = found.seen
    return page("parts/returns/overdue_of.html", 422 if form.is_submitted() else 200, form=form, found=found)


@bp.post("/notices/seen")
@access(PACK)
def seen() -> Any:
    """Mark what the station was told of as seen."""
    services.mark_seen(db_session(), actor(), now())
    return redirect(url_for("returns.parts", late="yes"))


def _photos() -> list[bytes]:
    return [file.read() for file in request.files.getlist("photo") if file.filename]


def _done(key: str, told: str) -> Any:
    flash(told, "success")
    return redirect(url_for("returns.part", key=key))
