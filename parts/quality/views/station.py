"""What a station does: opens a report with one click, completes and submits it, reads what headquarters says."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from parts.quality import services
from parts.quality.queries.published import unread_measures
from parts.quality.views import bp
from parts.quality.views.take import take
from parts.quality.words import FAILURE_MODES, KINDS
from portal.kernel.access import Permission, access
from portal.kernel.i18n import _
from portal.kernel.incoming import whole
from portal.kernel.web import actor, db_session, now, page

REPORT = Permission.QUALITY_REPORT
EITHER = (REPORT, Permission.QUALITY_HANDLE)


@bp.post("/open")
@access(REPORT)
def open_report() -> Any:
    """Open a report of a repair order's job; pressed again it only leads there."""
    sent = request.form
    found = services.open_for_job(db_session(), sent.get("order", ""), whole(sent.get("job")), actor(), now())
    if found.state == "draft":
        flash(_("The report is filled in as far as the visit says it. Complete it and submit it."), "success")
    return redirect(url_for("quality.report", key=found.number))


@bp.post("/<key>/edit")
@access(*EITHER)
def edit(key: str) -> Any:
    """Store what was typed on the card."""
    return take(key, "card", _("Saved."), lambda form: services.edit_report(
        db_session(), key, form.card(), actor(), now(), form.seen()))  # fmt: skip


@bp.post("/<key>/submit")
@access(REPORT)
def submit(key: str) -> Any:
    """Store the card and hand it to headquarters, once however often the button is pressed."""
    return take(key, "card", _("Submitted to headquarters."), lambda form: services.submit_report(
        db_session(), key, form.card(), actor(), now(), form.seen(), seen=form.state.data))  # fmt: skip


@bp.post("/<key>/withdraw")
@access(REPORT)
def withdraw(key: str) -> Any:
    """Take the report back."""
    return take(key, "plain", _("The report is withdrawn."), lambda form: services.withdraw_report(
        db_session(), key, actor(), now(), form.seen()))  # fmt: skip


@bp.post("/<key>/seen")
@access(REPORT)
def seen(key: str) -> Any:
    """Say that headquarters' words were read."""
    return take(key, "plain", _("Noted as read."), lambda _form: services.mark_seen(
        db_session(), key, actor(), now()))  # fmt: skip


@bp.get("/measures/unread")
@access(REPORT)
def unread() -> Any:
    """Show the published measures that nobody of the station has read."""
    return page(
        "parts/quality/unread.html", found=unread_measures(db_session(), actor()), KINDS=KINDS,
        FAILURE_MODES=FAILURE_MODES,
    )  # fmt: skip


@bp.post("/measures/<int:measure_id>/read")
@access(REPORT)
def read(measure_id: int) -> Any:
    """Say that the station has read a published measure."""
    services.read_measure(db_session(), measure_id, actor(), now())
    flash(_("Noted as read."), "success")
    return redirect(url_for("quality.unread"))
