"""Pages of the law's tables: orders with their versions, holidays, the maker's data."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from dealers.service.words import COMPONENTS
from dealers.vehicles.words import CATEGORY, USE
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_, _
from portal.kernel.incoming import whole
from portal.kernel.web import actor, db_session, now, page, show_faults
from warranty.guarantee import words
from warranty.guarantee.queries import tables
from warranty.guarantee.rules.clauses import clause, substitute_clause
from warranty.guarantee.rules.plain import to_plain
from warranty.guarantee.services.tables import add_order_version, save_maker
from warranty.guarantee.table_forms import LEVEL_STEPS, MakerForm, order_form, share_text
from warranty.guarantee.views import bp

VIEW, EDIT = Permission.GUARANTEE_VIEW, Permission.GUARANTEE_EDIT
FIRST_YEAR, LAST_YEAR = 1900, 2199


@bp.get("/orders")
@access(VIEW)
def orders() -> Any:
    """List the orders with their numbers."""
    found = tables.order_histories(db_session(), local_date(now()))
    return page("warranty/guarantee/orders.html", orders=found, words=words, share=share_text)


@bp.get("/orders/<code>")
@access(VIEW)
def order(code: str) -> Any:
    """Show an order, one of its versions, and what changed from version to version."""
    history = tables.order_history(db_session(), code, local_date(now()))
    number = whole(request.args.get("version"))
    shown = history.shown if number is None else history.version(number)
    changes = {
        newer.version: tables.differences(to_plain(older.order), to_plain(newer.order))
        for newer, older in zip(history.versions, history.versions[1:], strict=False)
    }
    return page(
        "warranty/guarantee/order.html", history=history, shown=shown, order=shown.order, changes=changes,
        words=words, share=share_text, clause=clause, substitute=substitute_clause(shown.order), steps=LEVEL_STEPS,
        components=COMPONENTS, categories=CATEGORY, uses=USE,
    )  # fmt: skip


@bp.route("/orders/<code>/new", methods=["GET", "POST"])
@access(EDIT)
def new_order_version(code: str) -> Any:
    """Let an order hold otherwise from a day on."""
    history = tables.order_history(db_session(), code, local_date(now()))
    form = order_form(history.shown.order)
    if form.validate_on_submit():
        try:
            row = add_order_version(db_session(), form.body(), form.start(), form.note.data or "", actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("Version %(version)s is kept.", version=row.version), "success")
            return redirect(url_for("guarantee.order", code=code, version=row.version))
    status = 422 if form.is_submitted() else 200
    return page(
        "warranty/guarantee/order_new.html", status, form=form, history=history, order=history.shown.order,
        words=words, clause=clause, steps=LEVEL_STEPS,
    )  # fmt: skip


@bp.get("/holidays")
@access(VIEW)
def holidays() -> Any:
    """List the years: published, or not yet."""
    years = tables.calendar_years(db_session(), local_date(now()))
    return page("warranty/guarantee/holidays.html", years=years)


@bp.get("/holidays/<int:year>")
@access(VIEW)
def holiday_year(year: int) -> Any:
    """Show a year's days off and the weekends that are worked."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFoundError(Fault(N_("This year is not known.")))
    return page("warranty/guarantee/holiday_year.html", year=tables.calendar_year(db_session(), year))


@bp.route("/maker", methods=["GET", "POST"])
@access(EDIT)
def maker() -> Any:
    """Write what certificates say of the maker."""
    form = MakerForm()
    if form.validate_on_submit():
        try:
            save_maker(db_session(), form.facts(), actor())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The maker's data is kept; certificates issued from now on bear it."), "success")
            return redirect(url_for("guarantee.models"))
    if not form.is_submitted():
        form.fill(tables.maker(db_session()))
    return page("warranty/guarantee/maker.html", 422 if form.is_submitted() else 200, form=form)
