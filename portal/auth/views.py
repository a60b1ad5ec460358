"""The door's pages: sign in and out, password, second factor, language."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, current_app, flash, redirect, request, session, url_for
from flask_login import current_user, login_user

from portal.auth import services
from portal.auth.forms import ChangePasswordForm, CodeForm, EitherCodeForm, SignInForm
from portal.auth.guard import TOKEN, Account, account, limiter
from portal.auth.queries import demanded_roles
from portal.auth.recovery import codes_left
from portal.auth.rules import local_path, recovery_code
from portal.kernel.access import public, signed_in
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import LOCALES, _, ngettext
from portal.kernel.web import db_session, keep_writes, now, page, show_faults

bp = Blueprint("auth", __name__, url_prefix="/auth")

#: The work list: where everybody starts.
HOME, PROFILE = "/", "/auth/profile"
#: Cookie entries of a half-open door: where to go on, and the secret being enrolled.
NEXT, SECRET = "next", "enrolling"
#: When the password was given to set up another phone, and for how many seconds that holds.
RENEWING, RENEW_WITHIN = "renewing", 600


def origin() -> services.Origin:
    """Return where this request comes from."""
    return services.Origin(request.remote_addr or "-", request.user_agent.string)


def refuse(form: Any, fault: Fault) -> None:
    """Show a refusal that was counted; the count is kept."""
    keep_writes()
    show_faults(form, DomainError(fault))


def go_on() -> Any:
    """Lead to where somebody wanted to go before the door asked."""
    return redirect(wanted())


def wanted() -> str:
    """Return where somebody wanted to go before the door asked, once."""
    return local_path(session.pop(NEXT, None)) or HOME


def show_codes(codes: tuple[str, ...], onward: str) -> Any:
    """Show recovery codes: this once, no page can show them again."""
    return page("portal/auth/recovery_codes.html", 201, codes=codes, onward=onward, demanded=onward != PROFILE)


@bp.route("/sign-in", methods=["GET", "POST"])
@limiter.limit(lambda: current_app.config["SIGN_IN_RATE"], methods=["POST"])
@public
def sign_in() -> Any:
    """Ask for name and password; a new session with a new token, whatever the browser brought."""
    if current_user.is_authenticated:
        return go_on()
    form = SignInForm()
    if not form.validate_on_submit():
        return page("portal/auth/sign_in.html", 422 if form.is_submitted() else 200, form=form)
    opened = services.sign_in(db_session(), form.username.data or "", form.password.data or "", origin(), now())
    if isinstance(opened, Fault):
        refuse(form, opened)
        return page("portal/auth/sign_in.html", 422, form=form)
    session.clear()
    session[TOKEN], session["locale"] = opened.token, opened.user.locale
    session[NEXT] = local_path(request.args.get("next"))
    login_user(Account.of(opened.user, opened.record, frozenset(demanded_roles(db_session()))))
    return redirect(HOME) if account().duty else go_on()


@bp.post("/sign-out")
@signed_in
def sign_out() -> Any:
    """End this session here and in the table."""
    services.sign_out(db_session(), account().record, now())
    locale = session.get("locale")
    session.clear()
    session["locale"] = locale
    flash(_("You are signed out."), "success")
    return redirect(url_for("auth.sign_in"))


@bp.route("/password", methods=["GET", "POST"])
@signed_in
def change_password() -> Any:
    """Change the password; the first one is changed before anything else."""
    form, who = ChangePasswordForm(), account()
    first = who.user.must_change_password
    if not form.validate_on_submit():
        return page("portal/auth/change_password.html", 422 if form.is_submitted() else 200, form=form, first=first)
    fault = services.confirm_password(db_session(), who.user, form.current.data or "", origin(), now())
    if fault is not None:
        refuse(form, fault)
        return page("portal/auth/change_password.html", 422, form=form, first=first)
    try:
        services.change_password(db_session(), who.user, form.password.data or "", who.record, now())
    except DomainError as error:
        db_session().rollback()
        show_faults(form, error)
        return page("portal/auth/change_password.html", 422, form=form, first=first)
    flash(_("Your password is changed. Everywhere else you are signed out."), "success")
    return go_on() if first else redirect(url_for("auth.profile"))


@bp.route("/second-factor", methods=["GET", "POST"])
@signed_in
def second_factor() -> Any:
    """Ask for the code of the authenticator app; the session's token changes with it."""
    form, who = EitherCodeForm(), account()
    if who.record.second_factor_at is not None or who.user.totp_confirmed_at is None:
        return go_on()
    if not form.validate_on_submit():
        return page("portal/auth/second_factor.html", 422 if form.is_submitted() else 200, form=form)
    token = services.verify_second_factor(
        db_session(), who.user, who.record, form.code.data or "", origin(), now()
    )  # fmt: skip
    if isinstance(token, Fault):
        refuse(form, token)
        return page("portal/auth/second_factor.html", 422, form=form)
    session[TOKEN] = token
    if recovery_code(form.code.data or "") is not None:
        left = codes_left(db_session(), who.user)
        flash(
            ngettext(
                "%(num)d recovery code is left. In your account you set up your new phone, with ten new codes.",
                "%(num)d recovery codes are left. In your account you set up your new phone, with ten new codes.",
                left,
            ),
            "warning",
        )
    return go_on()


@bp.route("/second-factor/enrol", methods=["GET", "POST"])
@signed_in
def enrol_second_factor() -> Any:
    """Show the secret as a QR code and text; the first right code switches the second factor on."""
    form, who = CodeForm(), account()
    renewing = now().timestamp() - session.get(RENEWING, 0) < RENEW_WITHIN
    if who.user.totp_confirmed_at is not None and not renewing:
        return redirect(PROFILE)
    demanded = bool(who.demanded & set(who.user.roles)) and who.user.totp_confirmed_at is None
    secret = session.setdefault(SECRET, services.new_secret())
    if form.validate_on_submit():
        try:
            codes = services.confirm_second_factor(
                db_session(), who.user, secret, form.code.data or "", who.record, now()
            )
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            session.pop(SECRET)
            session.pop(RENEWING, None)
            flash(_("The second factor is on. From now on, signing in asks for a code."), "success")
            return show_codes(codes, wanted() if demanded else PROFILE)
    picture = segno.make(services.provisioning_uri(who.user, secret), error="m").svg_data_uri(
        scale=5, border=4, light="white"
    )
    status = 422 if form.is_submitted() else 200
    return page(
        "portal/auth/enrol.html", status, form=form, picture=picture, secret=secret, demanded=demanded,
        groups=[secret[at : at + 4] for at in range(0, len(secret), 4)],
    )  # fmt: skip


@bp.post("/locale")
@public
def set_locale() -> Any:
    """Switch the language, for this browser and for the account that is signed in."""
    locale = request.form.get("locale", "")
    if locale in LOCALES:
        session["locale"] = locale
        if current_user.is_authenticated:
            services.set_locale(account().user, locale)
    return redirect(local_path(request.form.get("next")) or HOME)
