"""Headquarters' pages: accounts, what is demanded of a role, the audit trail."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs lag behind

from portal.auth import administration
from portal.auth.forms import EditUserForm, RolePolicyForm, UserForm
from portal.auth.lists import AUDIT, USERS
from portal.auth.queries import changed, demanded_roles, entry_by_id, station_label, trail_of_row, user_by_name
from portal.auth.roles import ROLES, Side
from portal.auth.views import bp
from portal.auth.words import ACTIONS, FIELDS, ORIGINS, SUBJECTS
from portal.kernel.access import Permission, access
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page, show_faults


def _role_choices(*sides: Side) -> list[SelectChoice]:
    return [SelectChoice(key, role.name) for key, role in ROLES.items() if role.side in sides]


@bp.get("/users")
@access(Permission.USER_MANAGE)
def users() -> Any:
    """List all accounts."""
    return list_page("portal/auth/users.html", fetch_page(db_session(), USERS, request.args))


@bp.route("/users/new", methods=["GET", "POST"])
@access(Permission.USER_MANAGE)
def new_user() -> Any:
    """Make an account; its first password is shown once, on the answer's page."""
    form = UserForm()
    form.roles.choices = _role_choices(Side.DEALER, Side.HEAD_OFFICE)
    if not form.validate_on_submit():
        return page("portal/auth/new_user.html", 422 if form.is_submitted() else 200, form=form, roles=ROLES)
    new = administration.NewUser(
        form.username.data or "", form.display_name.data or "", tuple(form.roles.data or ()), form.dealer.data or "",
        form.locale.data,
    )  # fmt: skip
    try:
        user, password = administration.create_user(db_session(), new, actor(), now())
    except DomainError as error:
        db_session().rollback()
        show_faults(form, error)
        return page("portal/auth/new_user.html", 422, form=form, roles=ROLES)
    return page("portal/auth/first_password.html", 201, user=user, password=password)


@bp.route("/users/<key>", methods=["GET", "POST"])
@access(Permission.USER_MANAGE)
def user(key: str) -> Any:
    """Show an account and change it."""
    found = user_by_name(db_session(), key)
    form = EditUserForm(display_name=found.display_name, roles=found.roles, active=found.active)
    form.roles.choices = _role_choices(Side.HEAD_OFFICE if found.dealer_id is None else Side.DEALER)
    station = station_label(db_session(), found.dealer_id)
    if form.validate_on_submit():
        found = administration.find_user(db_session(), key)
        chosen = tuple(form.roles.data or ())
        try:
            administration.edit_user(
                db_session(), found, form.display_name.data or "", chosen, actor(), now(), active=form.active.data
            )
        except DomainError as error:
            show_faults(form, error)
        else:
            flash(_("The account is changed."), "success")
            return redirect(url_for("auth.user", key=key))
    return page("portal/auth/user.html", 422 if form.is_submitted() else 200, form=form, user=found, station=station)


@bp.post("/users/<key>/password")
@access(Permission.USER_MANAGE)
def reset_password(key: str) -> Any:
    """Give a new first password; it is shown once."""
    found = administration.find_user(db_session(), key)
    password = administration.reset_password(db_session(), found, actor(), now())
    return page("portal/auth/first_password.html", user=found, password=password)


@bp.post("/users/<key>/second-factor")
@access(Permission.USER_MANAGE)
def reset_second_factor(key: str) -> Any:
    """Take away the second factor of a lost phone."""
    administration.reset_second_factor(db_session(), administration.find_user(db_session(), key), actor(), now())
    flash(_("The second factor is removed. All devices of this account are signed out."), "success")
    return redirect(url_for("auth.user", key=key))


@bp.post("/users/<key>/unlock")
@access(Permission.USER_MANAGE)
def unlock(key: str) -> Any:
    """Let somebody who is locked out try again."""
    administration.unlock(db_session(), administration.find_user(db_session(), key), actor())
    flash(_("This account can try again at once."), "success")
    return redirect(url_for("auth.user", key=key))


@bp.route("/roles", methods=["GET", "POST"])
@access(Permission.USER_MANAGE)
def role_policy() -> Any:
    """Say of which roles a second factor is required."""
    form = RolePolicyForm(roles=sorted(demanded_roles(db_session())))
    form.roles.choices = _role_choices(Side.DEALER, Side.HEAD_OFFICE)
    if form.validate_on_submit():
        administration.set_role_policy(db_session(), set(form.roles.data or ()), actor())
        flash(_("Saved. Whoever lacks a second factor is asked to set it up with the next click."), "success")
        return redirect(url_for("auth.role_policy"))
    return page("portal/auth/role_policy.html", 422 if form.is_submitted() else 200, form=form, roles=ROLES)


@bp.get("/audit")
@access(Permission.AUDIT_VIEW)
def audit() -> Any:
    """List every change, the latest first."""
    return list_page("portal/auth/audit.html", fetch_page(db_session(), AUDIT, request.args))


@bp.get("/audit/<int:key>")
@access(Permission.AUDIT_VIEW)
def audit_entry(key: int) -> Any:
    """Show one change: old and new, and what else happened to the same row."""
    entry = entry_by_id(db_session(), key)
    trail = trail_of_row(db_session(), entry)
    return page(
        "portal/auth/audit_entry.html",
        entry=entry,
        lines=changed(entry),
        trail=trail,
        actions=ACTIONS,
        tables=SUBJECTS,
        origins=ORIGINS,
        fields=FIELDS,
    )
