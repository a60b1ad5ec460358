"""Pages of policies and part warranties: lists, histories, new versions."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page, show_faults
from warranty.coverage import words
from warranty.coverage.forms import PartWarrantyForm, PolicyForm, PolicyVersionForm, TermsForm
from warranty.coverage.lists import PART_WARRANTIES, POLICIES
from warranty.coverage.queries.versions import model_choices, part_warranty_history, policy_history
from warranty.coverage.services.versions import (
    add_part_warranty,
    add_policy,
    follow_part_warranty,
    follow_policy,
)
from warranty.coverage.views import bp

VIEW, EDIT = Permission.COVERAGE_VIEW, Permission.COVERAGE_EDIT


@bp.get("/policies")
@access(VIEW)
def policies() -> Any:
    """List the policies, every version."""
    return list_page("warranty/coverage/policies.html", fetch_page(db_session(), POLICIES, request.args))


@bp.get("/policies/<code>")
@access(VIEW)
def policy(code: str) -> Any:
    """Show a policy, every version."""
    history = policy_history(db_session(), code, local_date(now()))
    return page("warranty/coverage/policy.html", history=history, words=words)


@bp.route("/policies/new", methods=["GET", "POST"])
@access(EDIT)
def new_policy() -> Any:
    """Begin a policy."""
    form = PolicyForm(model_choices(db_session()))
    if form.validate_on_submit():
        try:
            row = add_policy(db_session(), form.scope(), form.terms(), actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The policy is kept."), "success")
            return redirect(url_for("coverage.policy", code=row.code))
    return page("warranty/coverage/policy_new.html", 422 if form.is_submitted() else 200, form=form)


@bp.route("/policies/<code>/new", methods=["GET", "POST"])
@access(EDIT)
def new_policy_version(code: str) -> Any:
    """Let another version of a policy follow."""
    head = policy_history(db_session(), code, local_date(now())).head
    form = PolicyVersionForm(months=head.months, km=head.km)
    if form.validate_on_submit():
        try:
            follow_policy(db_session(), code, form.terms(), actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The new version is kept."), "success")
            return redirect(url_for("coverage.policy", code=code))
    status = 422 if form.is_submitted() else 200
    back = url_for("coverage.policy", code=code)
    return page("warranty/coverage/version_new.html", status, form=form, code=code, back=back)


@bp.get("/parts")
@access(VIEW)
def part_warranties() -> Any:
    """List the part warranties, every version."""
    return list_page("warranty/coverage/part_warranties.html", fetch_page(db_session(), PART_WARRANTIES, request.args))


@bp.get("/parts/<code>")
@access(VIEW)
def part_warranty(code: str) -> Any:
    """Show a part warranty, every version."""
    history = part_warranty_history(db_session(), code, local_date(now()))
    return page("warranty/coverage/part_warranty.html", history=history, words=words)


@bp.route("/parts/new", methods=["GET", "POST"])
@access(EDIT)
def new_part_warranty() -> Any:
    """Begin a part warranty."""
    form = PartWarrantyForm()
    if form.validate_on_submit():
        number, wear_class = (form.number.data or "").strip().upper(), form.wear_class.data or ""
        try:
            row = add_part_warranty(db_session(), number, wear_class, form.terms(), actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The part warranty is kept."), "success")
            return redirect(url_for("coverage.part_warranty", code=row.code))
    return page("warranty/coverage/part_warranty_new.html", 422 if form.is_submitted() else 200, form=form)


@bp.route("/parts/<code>/new", methods=["GET", "POST"])
@access(EDIT)
def new_part_warranty_version(code: str) -> Any:
    """Let another version of a part warranty follow."""
    head = part_warranty_history(db_session(), code, local_date(now())).head
    form = TermsForm(months=head.months, km=head.km)
    if form.validate_on_submit():
        try:
            follow_part_warranty(db_session(), code, form.terms(), actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The new version is kept."), "success")
            return redirect(url_for("coverage.part_warranty", code=code))
    status, back = 422 if form.is_submitted() else 200, url_for("coverage.part_warranty", code=code)
    return page("warranty/coverage/version_new.html", status, form=form, code=code, back=back)
