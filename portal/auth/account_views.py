"""My own account: who I am, my language, my second factor, where I am signed in."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, session, url_for

from portal.auth import services
from portal.auth.forms import LocaleForm, PasswordForm
from portal.auth.guard import account
from portal.auth.queries import open_sessions, station_label
from portal.auth.recovery import HOW_MANY, codes_left, make_codes
from portal.auth.roles import ROLES
from portal.auth.rules import device
from portal.auth.views import PROFILE, RENEWING, bp, origin, refuse, show_codes
from portal.kernel.access import signed_in
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.web import db_session, now, page, show_faults


@bp.route("/profile", methods=["GET", "POST"])
@signed_in
def profile() -> Any:
    """Show who I am to the portal; the language is chosen here for good."""
    user = account().user
    form = LocaleForm(locale=user.locale)
    if form.validate_on_submit():
        services.set_locale(user, form.locale.data)
        session["locale"] = form.locale.data
        return redirect(url_for("auth.profile"))
    roles = [ROLES[key].name for key in user.roles if key in ROLES]
    return page(
        "portal/auth/profile.html", 422 if form.is_submitted() else 200, form=form, user=user, roles=roles,
        station=station_label(db_session(), user.dealer_id), demanded=bool(account().demanded & set(user.roles)),
        codes_left=codes_left(db_session(), user), codes_made=HOW_MANY,
    )  # fmt: skip


@bp.get("/sessions")
@signed_in
def sessions() -> Any:
    """List where I am signed in."""
    rows = open_sessions(db_session(), account().user, now())
    return page("portal/auth/sessions.html", rows=rows, here=account().record.id, device=device)


@bp.post("/sessions/<int:key>/end")
@signed_in
def end_session(key: int) -> Any:
    """End one of my sessions; ending this one is signing out."""
    services.end_session(db_session(), account().user, key, now())
    if key == account().record.id:
        session.clear()
        return redirect(url_for("auth.sign_in"))
    flash(_("That device is signed out."), "success")
    return redirect(url_for("auth.sessions"))


@bp.post("/sessions/end-others")
@signed_in
def end_others() -> Any:
    """End all my sessions but this one."""
    services.end_sessions(db_session(), account().user, now(), keep=account().record.id)
    flash(_("Everywhere else you are signed out."), "success")
    return redirect(url_for("auth.sessions"))


@bp.route("/second-factor/recovery-codes", methods=["GET", "POST"])
@signed_in
def recovery_codes() -> Any:
    """Make new recovery codes, after asking for the password once more; those of before open nothing then."""
    title, why = _("New recovery codes"), _("You get ten new codes. Those you have now open nothing any more.")
    asked = _ask_password(title, why)
    return asked or show_codes(make_codes(db_session(), account().user, now()), PROFILE)


@bp.route("/second-factor/new-phone", methods=["GET", "POST"])
@signed_in
def new_phone() -> Any:
    """Set the second factor up on another phone, after asking for the password once more."""
    asked = _ask_password(_("New phone"), _("The old phone's codes open nothing any more once the new one is set up."))
    if asked is not None:
        return asked
    session[RENEWING] = int(now().timestamp())
    return redirect(url_for("auth.enrol_second_factor"))


def _ask_password(title: str, why: str) -> Any:
    """Ask for the password before the second factor is touched; None: it was given, go on."""
    form, user = PasswordForm(), account().user
    if user.totp_confirmed_at is None:
        return redirect(url_for("auth.profile"))
    words = {"form": form, "title": title, "why": why}
    if not form.validate_on_submit():
        return page("portal/auth/ask_password.html", 422 if form.is_submitted() else 200, **words)
    fault = services.confirm_password(db_session(), user, form.current.data or "", origin(), now())
    if fault is not None:
        refuse(form, fault)
        return page("portal/auth/ask_password.html", 422, **words)
    return None


@bp.route("/second-factor/remove", methods=["GET", "POST"])
@signed_in
def remove_second_factor() -> Any:
    """Take my second factor away, after asking for the password once more."""
    form, user = PasswordForm(), account().user
    if not form.validate_on_submit():
        return page("portal/auth/remove_second_factor.html", 422 if form.is_submitted() else 200, form=form)
    fault = services.confirm_password(db_session(), user, form.current.data or "", origin(), now())
    if fault is not None:
        refuse(form, fault)
        return page("portal/auth/remove_second_factor.html", 422, form=form)
    try:
        services.remove_second_factor(db_session(), user)
    except DomainError as error:
        db_session().rollback()
        show_faults(form, error)
        return page("portal/auth/remove_second_factor.html", 422, form=form)
    flash(_("The second factor is off."), "success")
    return redirect(url_for("auth.profile"))
