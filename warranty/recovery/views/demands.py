"""The list of demands, making them, and a demand's page."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_, _, locale_key
from portal.kernel.incoming import whole
from portal.kernel.jobs import enqueue
from portal.kernel.lifecycle import history
from portal.kernel.listing import fetch_page
from portal.kernel.money import total
from portal.kernel.web import actor, db_session, list_page, now, page, show_faults
from warranty.recovery import words
from warranty.recovery.forms import AdjustForm, GenerateForm, PayForm, ReasonForm
from warranty.recovery.jobs import ANSWER_LIST, GENERATE
from warranty.recovery.lists import RECOVERIES
from warranty.recovery.models import Recovery
from warranty.recovery.queries import recoveries as reads
from warranty.recovery.queries.adjustments import adjustments_of, demand_of, moving_now
from warranty.recovery.queries.bargain import agreed_by, agreement_of, corrections_of
from warranty.recovery.queries.contracts import suppliers_under_contract
from warranty.recovery.queries.costs import Period, waiting
from warranty.recovery.queries.figures import generating_job, last_month
from warranty.recovery.queries.lessened import lessened
from warranty.recovery.services.generate import check_period
from warranty.recovery.states import RECOVERY
from warranty.recovery.views import bp

VIEW, EDIT = Permission.RECOVERY_VIEW, Permission.RECOVERY_EDIT


@bp.get("/")
@access(VIEW)
def recoveries() -> Response:
    """List the demands."""
    return list_page("warranty/recovery/list.html", fetch_page(db_session(), RECOVERIES, request.args))


@bp.route("/new", methods=["GET", "POST"])
@access(EDIT)
def new() -> Any:
    """Show whose costs wait in some days; let a worker make the demands."""
    form = GenerateForm(request.form or None)
    if form.validate_on_submit():
        period = form.period()
        supplier = (form.supplier.data or "").strip().upper()
        try:
            check_period(period, now())
        except DomainError as error:
            show_faults(form, error)
        else:
            asked = {"first": period.first.isoformat(), "last": period.last.isoformat(), "supplier": supplier}
            title = _("Demands of %(first)s to %(last)s", first=asked["first"], last=asked["last"])
            job = enqueue(db_session(), GENERATE, title, asked, actor(), now(), locale_key())
            return redirect(url_for("recovery.new", job=job.id))
    return _new_page(form, 422 if form.is_submitted() else 200)


def _new_page(form: GenerateForm, status: int) -> tuple[str, int]:
    session, last = db_session(), last_month(local_date(now()))
    if not form.is_submitted():
        asked = GenerateForm(request.args, meta={"csrf": False})
        form.first_on.data, form.last_on.data = asked.first_on.data or last.first, asked.last_on.data or last.last
        form.supplier.data = (asked.supplier.data or "").strip().upper()
    period = Period(form.first_on.data or last.first, form.last_on.data or last.last)
    found = waiting(session, period, form.supplier.data or "") if not form.errors else []
    return page(
        "warranty/recovery/new.html", status, form=form, waiting=found, period=period,
        suppliers=suppliers_under_contract(session), job=generating_job(session, whole(request.args.get("job"))),
    )  # fmt: skip


@bp.get("/new/<int:job_id>/progress")
@access(EDIT)
def generating(job_id: int) -> str:
    """Return how far the making of demands is; htmx asks again until it is done."""
    job = generating_job(db_session(), job_id)
    if job is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return render_template("warranty/recovery/_generating.html", job=job)


@bp.get("/adjustments/<key>")
@access(VIEW)
def adjustment(key: str) -> Response:
    """Lead from an adjustment's number to its demand."""
    return redirect(url_for("recovery.recovery", key=demand_of(db_session(), key), _anchor="adjustments-title"))


@bp.get("/<key>")
@access(VIEW)
def recovery(key: str) -> tuple[str, int]:
    """Show a demand: sums, lines, rounds, what happened, and what can be done now."""
    return demand_page(reads.find(db_session(), key))


def demand_page(
    found: Recovery, form: ReasonForm | PayForm | AdjustForm | None = None, typed: str = "", status: int = 200
) -> tuple[str, int]:
    """Render a demand's page, with the form of a step that was refused."""
    session, args = db_session(), request.args
    less = lessened(session, found.id)
    words_typed, only = args.get("q", "").strip()[:40], args.get("only", "")
    return page(
        "warranty/recovery/demand.html", status, found=found, words=words, typed=typed,
        form=form or ReasonForm(formdata=None), pay_form=form if isinstance(form, PayForm) else PayForm(formdata=None),
        adjust_form=form if isinstance(form, AdjustForm) else AdjustForm(formdata=None, happened_on=local_date(now())),
        adjustments=adjustments_of(session, found.id),
        movings={} if found.agreed is None else moving_now(session, found),
        reason_form=form if isinstance(form, ReasonForm) else ReasonForm(formdata=None),
        supplier=reads.supplier_of(session, found), kinds=reads.totals_by_kind(session, found.id),
        lines=reads.lines_page(session, found.id, after=whole(args.get("after")) or 0, words=words_typed, only=only),
        q=words_typed, only=only, rounds=reads.rounds_of(session, found.id),
        entries=reads.entries_of(session, found.id), corrections=corrections_of(session, found),
        own_agreement=agreed_by(agreement_of(session, found), actor()),
        open_lines=reads.open_lines(session, found.id), less=less, events=_events(found), today=local_date(now()),
        agreeing=found.accepted - total(one.lost for one in less.values()),
        offered={step.action for step in RECOVERY.offered(found.state, actor().permissions)},
    )  # fmt: skip


def _events(found: Recovery) -> list[dict[str, Any]]:
    made = {"at": found.made_at, "title": _("The demand was made"), "who": found.made_by, "text": "", "tone": "plain"}
    steps = [
        {"at": step.at, "title": _(words.ACTIONS[step.action]), "who": step.actor, "text": step.reason or "",
         "tone": words.TONES.get(step.action, "plain")}
        for step in history(db_session(), found)
    ]  # fmt: skip
    moved = [
        {"at": one.made_at, "title": _(words.ADJUSTMENTS[one.kind]), "who": one.made_by, "text": one.reason,
         "tone": words.ADJUSTMENT_TONES[one.kind]}
        for one in adjustments_of(db_session(), found.id)
    ]  # fmt: skip
    return sorted([made, *steps, *moved], key=lambda event: event["at"])[::-1]


@bp.post("/<key>/answer-list")
@access(VIEW)
def answer_list(key: str) -> Response:
    """Queue the workbook on which the supplier answers."""
    found = reads.find(db_session(), key)
    title = _("%(list)s as an Excel file", list=found.number)
    job = enqueue(db_session(), ANSWER_LIST, title, {"key": found.number}, actor(), now(), locale_key())
    return redirect(url_for("downloads.job", job_id=job.id))
