"""What headquarters does: answers, works through the eight steps, takes and publishes measures, checks, closes."""

from __future__ import annotations

from typing import Any

from flask import abort, request

from parts.quality import services
from parts.quality.services.work import GOING_ON
from parts.quality.views import bp
from parts.quality.views.take import take
from parts.quality.words import ACTIONS, STEPS
from portal.kernel.access import Permission, access
from portal.kernel.i18n import N_, _
from portal.kernel.incoming import whole
from portal.kernel.web import actor, db_session, now

HANDLE = Permission.QUALITY_HANDLE
TAKEN_UP = N_("Taken up: the eight steps have their days.")
ANSWERED = {
    "take_up": TAKEN_UP,
    "return": N_("Returned to the station."),
    "join": N_("Joined to the other report."),
    "reject": N_("Not accepted; the station reads why."),
}


@bp.post("/<key>/answer")
@access(HANDLE)
def answer(key: str) -> Any:
    """Take up, return, join or reject a station's report."""
    told = _(ANSWERED.get(request.form.get("answer-outcome", ""), TAKEN_UP))
    return take(key, "answer", told, lambda form: services.answer_report(
        db_session(), key, form.answer(), actor(), now(), form.seen()))  # fmt: skip


@bp.post("/<key>/begin")
@access(HANDLE)
def begin(key: str) -> Any:
    """Store the card of headquarters' own report and begin its analysis."""
    return take(key, "card", _(TAKEN_UP), lambda form: services.begin_report(
        db_session(), key, actor(), now(), form.seen(), card=form.card()))  # fmt: skip


@bp.post("/<key>/withdraw-own")
@access(HANDLE)
def withdraw_own(key: str) -> Any:
    """Take a report of headquarters' own back, with a reason."""
    return take(key, "withdraw", _("The report is withdrawn."), lambda form: services.withdraw_own_report(
        db_session(), key, form.reason.data or "", actor(), now(), form.seen()))  # fmt: skip


@bp.post("/<key>/go/<action>")
@access(HANDLE)
def go(key: str, action: str) -> Any:
    """Go on: measures decided, in force, back to the analysis, closed."""
    if action not in GOING_ON:
        abort(404)
    place = "#measures" if action == "resume" else ""  # where it asks about what was published and did not help
    return take(key, "go", _(ACTIONS[action]), lambda form: services.go_on(
        db_session(), key, action, form.reason.data or "", actor(), now(), form.seen()), place)  # fmt: skip


@bp.post("/<key>/step/<int:number>")
@access(HANDLE)
def step(key: str, number: int) -> Any:
    """Store one of the eight steps."""
    if number not in STEPS:
        abort(404)
    return take(key, f"d{number}", _("Saved."), lambda form: services.save_step(
        db_session(), key, number, form.typed(), actor(), now(), form.seen()), f"#d{number}")  # fmt: skip


@bp.post("/<key>/unit")
@access(HANDLE)
def unit(key: str) -> Any:
    """Say which unit is responsible."""
    return take(key, "unit", _("Saved."), lambda form: services.set_unit(
        db_session(), key, form.responsible_unit.data or "", form.responsible_name.data or "", actor(), now(),
        form.seen()), "#unit")  # fmt: skip


@bp.post("/<key>/measures")
@access(HANDLE)
def add_measure(key: str) -> Any:
    """Write down a measure."""
    return take(key, "measure", _("The measure is written down."), lambda form: services.add_measure(
        db_session(), key, form.measure(), actor(), now(), form.seen()), "#measures")  # fmt: skip


@bp.post("/<key>/measures/<int:measure_id>/publish")
@access(HANDLE)
def publish(key: str, measure_id: int) -> Any:
    """Let every station read a measure."""
    return take(key, "plain", _("Every station reads it now."), lambda _form: services.publish_measure(
        db_session(), key, measure_id, actor(), now()), "#measures")  # fmt: skip


@bp.post("/<key>/measures/<int:measure_id>/remove")
@access(HANDLE)
def remove_measure(key: str, measure_id: int) -> Any:
    """Strike a measure that no station was told of."""
    return take(key, "plain", _("The measure is struck."), lambda _form: services.remove_measure(
        db_session(), key, measure_id, actor(), now()), "#measures")  # fmt: skip


@bp.post("/<key>/measures/lift")
@access(HANDLE)
def lift(key: str) -> Any:
    """Let a published measure hold no longer."""
    told = _("The measure is lifted; stations that have read it are told.")
    return take(key, "lift", told, lambda form: services.lift_measure(
        db_session(), key, whole(form.measure_id.data), form.reason.data or "", actor(), now()),
        "#measures")  # fmt: skip


@bp.post("/<key>/effect")
@access(HANDLE)
def check(key: str) -> Any:
    """Say whether the measures help."""
    return take(key, "effect", _("The check is kept with the figures of today."), lambda form: services.check_effect(
        db_session(), key, form.effect.data or "", form.note.data or "", actor(), now(), form.seen(),
        early=form.early.data or ""), "#effect")  # fmt: skip
