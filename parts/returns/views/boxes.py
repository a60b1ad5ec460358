"""Boxes: a station fills and ships them, headquarters counts and signs for them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_wtf import FlaskForm

from parts.returns import services, words
from parts.returns.forms import ReasonForm, ReceiptForm, ScanForm, ShipForm
from parts.returns.lists import BOXES
from parts.returns.queries import pages
from parts.returns.states import RETURN_BOX
from parts.returns.views import bp
from parts.returns.views.acting import taken
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.i18n import _, ngettext
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page

VIEW, PACK, INSPECT = Permission.RETURN_VIEW, Permission.RETURN_PACK, Permission.RETURN_INSPECT


@bp.get("/boxes")
@access(VIEW)
def boxes() -> Any:
    """List boxes."""
    return list_page("parts/returns/boxes.html", fetch_page(db_session(), BOXES, request.args))


@bp.post("/boxes")
@access(PACK)
def open_box() -> Any:
    """Open a box, or go on with the empty one that is open."""
    box = services.open_box(db_session(), actor(), now())
    return redirect(url_for("returns.box", box=box.number))


@bp.get("/boxes/<box>")
@access(VIEW)
def box(box: str) -> Any:
    """Show a box: what lies in it, and what can be done now."""
    return show(box)


def show(number: str, wrong: tuple[str, FlaskForm] | None = None) -> Any:
    """Render a box's page; ``wrong`` is a form that was sent and not accepted, with its name."""
    find = request.args.get("find", "").strip()
    found = pages.box_sheet(db_session(), number, find)
    forms: dict[str, Any] = {
        "scan": ScanForm(formdata=None), "ship": ShipForm(formdata=None), "sign": ReceiptForm(formdata=None),
        "lose": ReasonForm(formdata=None),
    }  # fmt: skip
    if wrong:
        forms[wrong[0]] = wrong[1]
    steps = {step.action for step in RETURN_BOX.offered(found.box.state, actor().permissions)}
    return page(
        "parts/returns/box.html", 422 if wrong else 200, found=found, box=found.box, forms=forms,
        steps=steps, today=local_date(now()), typed=wrong[0] if wrong else None, find=find,
        events=[
            {"at": step.at, "title": _(words.ACTIONS[step.action]), "who": step.actor, "text": step.reason or "",
             "tone": words.TONES.get(step.action, "plain")}
            for step in found.steps
        ],
    )  # fmt: skip


@bp.post("/boxes/<box>/pack")
@access(PACK)
def pack(box: str) -> Any:
    """Put a scanned part, or the parts that were ticked, into the box."""
    pages.box_sheet(db_session(), box)
    ticked = request.form.getlist("parts")
    if ticked:
        form: FlaskForm = FlaskForm()
        done = taken(form, lambda: services.put_in(db_session(), box, ticked, actor(), now()))
        told = ngettext("%(num)d part is in the box now.", "%(num)d parts are in the box now.", len(ticked))
    else:
        scan = form = ScanForm()
        done = taken(form, lambda: services.scan_in(db_session(), box, scan.label.data or "", actor(), now()))
        told = _("It is in the box.")
    if not done:
        return show(box, ("scan", form) if not ticked else ("ticked", form))
    flash(told, "success")
    return redirect(url_for("returns.box", box=box, find=request.args.get("find") or None))


@bp.post("/boxes/<box>/unpack")
@access(PACK)
def unpack(box: str) -> Any:
    """Take a part out of the box."""
    services.take_out(db_session(), box, request.form.get("part", ""), actor(), now())
    return redirect(url_for("returns.box", box=box))


@bp.post("/boxes/<box>/ship")
@access(PACK)
def ship(box: str) -> Any:
    """Hand the box to the carrier."""
    pages.box_sheet(db_session(), box)
    form = ShipForm()
    if taken(form, lambda: services.ship(
        db_session(), box, form.carrier.data or "", form.waybill.data or "", actor(), now(), form.seen())):  # fmt: skip
        flash(_("Shipped. Headquarters counts the box when it arrives."), "success")
        return redirect(url_for("returns.box", box=box))
    return show(box, ("ship", form))


@bp.post("/boxes/<box>/discard")
@access(PACK)
def discard(box: str) -> Any:
    """Give an empty box up."""
    services.discard(db_session(), box, actor(), now())
    flash(_("The box is given up."), "success")
    return redirect(url_for("returns.boxes"))


@bp.post("/boxes/<box>/sign")
@access(INSPECT)
def sign(box: str) -> Any:
    """Sign for the box, counted by its labels."""
    form = ReceiptForm()
    if taken(form, lambda: services.sign_box(
        db_session(), box, form.scanned(), actor(), now(), lacking=form.lacking.data, seen=form.seen())):  # fmt: skip
        flash(_("Signed. Its parts can be inspected now."), "success")
        return redirect(url_for("returns.box", box=box))
    return show(box, ("sign", form))


@bp.post("/boxes/<box>/lose")
@access(INSPECT)
def lose(box: str) -> Any:
    """Record that nothing of the box arrived."""
    form = ReasonForm()
    if taken(form, lambda: services.lose_box(
        db_session(), box, form.reason.data or "", actor(), now(), form.seen())):  # fmt: skip
        flash(_("Recorded. Its parts are the station's to send again; their last day stays."), "success")
        return redirect(url_for("returns.box", box=box))
    return show(box, ("lose", form))
