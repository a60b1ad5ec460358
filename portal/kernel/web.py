"""What every page shares: one commit a request, faults at their fields, security headers."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from flask import Flask, Response, current_app, g, render_template, request
from flask_wtf import FlaskForm
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.db import begin_for_reading, db
from portal.kernel.errors import ConflictError, DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_, say
from portal.kernel.listing import Page
from portal.kernel.scoping import leave
from portal.kernel.states import StateError

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FAILED = 400


def now() -> datetime:
    """Return the moment of this request: one for all that it does."""
    moment = g.get("now")
    if moment is None:
        moment = g.now = cast("Callable[[], datetime]", current_app.config["CLOCK"])()
    return cast("datetime", moment)


def actor() -> Actor:
    """Return who sent this request; only behind a guarded endpoint."""
    return cast("Actor", g.actor)


def db_session() -> Session:
    """Return this request's session."""
    return cast("Session", db.session())


def page(template: str, status: int = 200, **context: Any) -> tuple[str, int]:
    """Render a page."""
    return render_template(template, **context), status


def list_page(template: str, found: Page, **around: Any) -> Response:
    """Show a page of a list; the shell, which knows what stands around it, says how.

    ``around`` is what the template needs beside the page: few different values, each hashable, nobody's own.
    """
    return cast("Response", current_app.extensions["show_list"](template, found, **around))


def keep_writes() -> None:
    """Commit this request's writes although its answer is a refusal: a failed sign-in is counted."""
    g.keep_writes = True


def is_fragment() -> bool:
    """Tell whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def show_faults(form: FlaskForm, error: DomainError) -> None:
    """Hang each fault on its field; what belongs to no field goes to the form as a whole."""
    for fault in error.faults:
        target = form._fields.get(fault.field) if fault.field else None
        if target is None:
            form.form_errors.append(say(fault))
        else:
            target.errors = [*target.errors, say(fault)]


def init_web(app: Flask) -> None:
    """Hook the request's life and the error pages."""
    app.before_request(_begin)
    app.after_request(_finish)
    app.after_request(_headers)
    app.teardown_request(_hand_back)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(StateError, _state_error)
    app.register_error_handler(StaleDataError, _state_error)
    app.register_error_handler(IntegrityError, _state_error)
    app.register_error_handler(DataError, _data_error)
    app.register_error_handler(AccessDeniedError, _access_denied)
    app.register_error_handler(HTTPException, _http_error)
    app.context_processor(lambda: {"csp_nonce": csp_nonce, "request_now": now})


def csp_nonce() -> str:
    """Return this response's nonce."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return cast("str", g.nonce)


def _begin() -> None:
    begin_for_reading(reading=request.method in SAFE)


def _finish(response: Response) -> Response:
    """Commit once, when the request changed something and went well; else roll back."""
    session = db_session()
    if request.method in SAFE or (response.status_code >= FAILED and "keep_writes" not in g):
        session.rollback()
        return response
    try:
        session.commit()
    except (StaleDataError, IntegrityError) as error:  # what the view left to be written at the end
        return current_app.make_response(_state_error(error))
    return response


def _hand_back(_error: BaseException | None) -> None:
    leave(db_session())
    begin_for_reading(reading=False)


#: What every answer carries unless its view says something else.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
CARRIED = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(self), geolocation=(), microphone=()"),
)
UNKEPT = ("Cache-Control", "no-store")
ENCRYPTED = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")


def _headers(response: Response) -> Response:
    wanted = [*CARRIED]
    if request.endpoint is None or not request.endpoint.endswith("static"):
        wanted.append(UNKEPT)
    if current_app.config.get("SESSION_COOKIE_SECURE"):
        wanted.append(ENCRYPTED)
    given = {name.lower() for name, _value in response.headers}
    response.headers.extend([pair for pair in wanted if pair[0].lower() not in given])
    return response


def _error_page(status: int, faults: tuple[str, ...] = ()) -> tuple[str, int]:
    return render_template("errors/error.html", status=status, faults=faults), status


def _domain_error(error: DomainError) -> tuple[str, int]:
    if isinstance(error, NotFoundError):
        return _error_page(404)
    return _error_page(error.status, tuple(say(fault) for fault in error.faults))


def _state_error(error: Exception) -> tuple[str, int]:
    """Somebody was faster: another press of the button, another person, another page."""
    current_app.logger.info("conflict: %s", type(error).__name__)
    db_session().rollback()  # the page that says so may ask the database again
    message = N_("This was changed in the meantime, so nothing was done. Please look at it again.")
    return _domain_error(ConflictError(Fault(message)))


def _data_error(error: DataError) -> tuple[str, int]:
    """Say that something typed is too long or too large: the last guard behind the forms' own."""
    current_app.logger.warning("the database refused a value: %s", type(error.orig).__name__)
    db_session().rollback()
    return _domain_error(DomainError(Fault(N_("Something you typed is too long or too large to be kept."))))


def _access_denied(_error: AccessDeniedError) -> tuple[str, int]:
    return _error_page(403)


def _http_error(error: HTTPException) -> tuple[str, int] | Response:
    if error.code is None or error.code < FAILED:
        return cast("Response", error.get_response())
    return _error_page(error.code)
