"""The list of cases, one case, and the demand that begins one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_wtf import FlaskForm

from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _, say
from portal.kernel.lifecycle import history
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page, show_faults
from warranty.cases import words
from warranty.cases.forms import FORMS, DemandForm, StepForm, SwitchForm, form_of
from warranty.cases.lists import CASES
from warranty.cases.models import GuaranteeCase
from warranty.cases.queries.cases import CaseSheet, case_sheet, cases_of_car, demanded_car
from warranty.cases.queries.finding import finding_of
from warranty.cases.rules.clocks import OVERDUE
from warranty.cases.rules.decision import may_confirm
from warranty.cases.rules.finding import CaseFinding
from warranty.cases.services.receive import demand_of, receive_demand
from warranty.cases.states import CASE
from warranty.cases.views import bp
from warranty.guarantee.words import here

VIEW, RECEIVE = Permission.CASE_VIEW, Permission.CASE_RECEIVE


@bp.get("/")
@access(VIEW)
def cases() -> Any:
    """List the cases of the station, or of the network."""
    return list_page("warranty/cases/list.html", fetch_page(db_session(), CASES, request.args))


@bp.route("/new/<vin>", methods=["GET", "POST"])
@access(RECEIVE)
def new(vin: str) -> Any:
    """Record a demand for another car or the money back."""
    car, form = demanded_car(db_session(), vin, actor()), DemandForm()
    if form.validate_on_submit():
        try:
            case = receive_demand(db_session(), vin, form.note(), actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
            car = demanded_car(db_session(), vin, actor())
        else:
            flash(_("Case %(number)s is recorded; the clocks run.", number=case.number), "success")
            return redirect(url_for("cases.case", key=case.number))
    if not form.is_submitted():
        form.received_on.data, form.odometer_km.data = local_date(now()), car.odometer_km or None
        if car.owner is not None and car.fault is None:
            form.consumer.data, form.phone.data = car.owner.name, car.owner.phone
    status = 422 if form.is_submitted() else 200
    return page("warranty/cases/new.html", status, car=car, form=form, fault=say(car.fault) if car.fault else None)


@bp.get("/<key>")
@access(VIEW)
def case(key: str) -> Any:
    """Show a case: demand, finding, clocks, money, what happened, and what can be done now."""
    return show(key)


@bp.get("/car/<vin>/panel")
@access(VIEW)
def panel(vin: str) -> Any:
    """Show the cases about a car on its own page; nothing where there are none."""
    found = cases_of_car(db_session(), vin)
    return page("warranty/cases/_panel.html", cases=found, words=words) if found else ("", 200)


def show(key: str, status: int = 200, wrong: dict[str, FlaskForm] | None = None) -> Any:
    """Render a case; ``wrong`` are forms that were sent and not accepted, with what was typed."""
    session = db_session()
    sheet = case_sheet(session, key, now())
    known, wrong = sheet.case, wrong or {}
    finding, decides = _finding_now(known, sheet), actor().may(Permission.CASE_DECIDE)
    steps = {step.action for step in CASE.offered(known.state, actor().permissions)} - _barred(known, finding)
    return page(
        "warranty/cases/case.html", status, sheet=sheet, case=known, words=words, here=here, steps=steps,
        finding=finding, events=_events(sheet), decides=decides,
        writable=known.state == "accepted" and (decides or actor().may(RECEIVE)),
        addable=known.state == "replied" and decides,
        forms={name: wrong.get(name) or _fresh(name, sheet) for name in FORMS}, typed=next(iter(wrong), None),
    )  # fmt: skip


def _barred(known: GuaranteeCase, finding: CaseFinding) -> set[str]:
    """Return the steps that the services would refuse this person, whatever the machine says."""
    barred = set()
    if not may_confirm(known.proposed_by_id, actor().user_id):
        barred |= {"confirm_refusal", "reject_refusal", "confirm_delay", "reject_delay"}
    if known.proposed_by_id is None or known.proposed_by_id != actor().user_id:
        barred.add("retract_refusal")
    barred |= {"confirm_delay", "reject_delay"} if known.delay_proposed is None else {"propose_delay"}
    if finding.accepted:
        barred.add("withdraw")
    return barred


def _finding_now(known: GuaranteeCase, sheet: CaseSheet) -> CaseFinding:
    """Return the finding as a decision would read it now: orders typed in late are in it."""
    if known.state not in {"received", "proposed"}:
        return sheet.finding
    return finding_of(db_session(), known.vehicle_id, demand_of(known), now()) or sheet.finding


def _fresh(name: str, sheet: CaseSheet) -> StepForm:
    form: StepForm = form_of(name, fresh=True)
    if isinstance(form, SwitchForm):
        form.offer(sheet.articles)
    form.version.data = str(sheet.case.row_version)
    for field in ("replied_on", "completed_on"):
        if field in form:
            form[field].data = local_date(now())
    return form


def _events(sheet: CaseSheet) -> list[dict[str, Any]]:
    known = sheet.case
    events = [
        {"at": known.recorded_at, "title": _("The demand was recorded"), "who": known.recorded_by, "text": "",
         "tone": "info"},
        *(
            {"at": step.at, "title": _(words.ACTIONS[step.action]), "who": step.actor, "text": step.reason or "",
             "tone": words.TONES.get(step.action, "plain")}
            for step in history(db_session(), known)
        ),
        *(
            {"at": told.at, "who": "", "text": "", "tone": "danger" if told.mark >= 100 else "warning",  # noqa: PLR2004  (per cent)
             "title": _("%(clock)s: the last day is over", clock=_(words.CLOCKS[told.clock])) if told.mark == OVERDUE
             else _("%(clock)s: %(mark)s %% of the working days are over", clock=_(words.CLOCKS[told.clock]),
                    mark=told.mark)}
            for told in sheet.told
        ),
    ]  # fmt: skip
    return sorted(events, key=lambda event: event["at"])
