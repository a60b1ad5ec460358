"""What must come back, and what leaves the store: rules and lists."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from parts.returns import services
from parts.returns.forms import DisposalForm, RuleForm
from parts.returns.lists import DISPOSALS, RULES
from parts.returns.models import PartDisposal
from parts.returns.queries import pages
from parts.returns.views import bp
from parts.returns.views.acting import status_of, taken
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.i18n import _
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page


@bp.get("/rules")
@access(Permission.RETURN_VIEW)
def rules() -> Any:
    """List what must come back, by day."""
    return list_page("parts/returns/rules.html", fetch_page(db_session(), RULES, request.args))


@bp.route("/rules/new", methods=["GET", "POST"])
@access(Permission.RETURN_RULES)
def new_rule() -> Any:
    """Write a rule that begins today or later."""
    form = RuleForm()
    if taken(form, lambda: services.add_rule(db_session(), form.rule(), form.note.data or "", actor(), now())):
        flash(_("The rule holds from its day on."), "success")
        return redirect(url_for("returns.rules"))
    if not form.is_submitted():
        form.valid_from.data = local_date(now())
    return page("parts/returns/rule_new.html", status_of(form), form=form)


@bp.get("/disposals")
@access(Permission.RETURN_STORE)
def disposals() -> Any:
    """List what left the store."""
    return list_page("parts/returns/disposals.html", fetch_page(db_session(), DISPOSALS, request.args))


@bp.route("/disposals/new", methods=["GET", "POST"])
@access(Permission.RETURN_DISPOSE)
def new_disposal() -> Any:
    """Choose stored parts that leave: to their supplier, or to be scrapped."""
    session, form = db_session(), DisposalForm()
    ticked = request.form.getlist("parts")
    maker, lies_at = (request.args.get(name, "").strip() for name in ("maker", "place"))
    made: list[PartDisposal] = []
    if taken(form, lambda: made.append(services.dispose(
        session, form.kind.data or "", form.receiver.data or "", ticked, form.note.data or "", actor(), now()
    ))):  # fmt: skip
        flash(_("The list is made; print it and let the receiver sign."), "success")
        return redirect(url_for("returns.disposal", disposal=made[0].number))
    if not form.is_submitted():
        form.receiver.data = maker
    return page(
        "parts/returns/disposal_new.html", status_of(form), form=form, maker=maker, lies_at=lies_at,
        makers=pages.makers(session), stored=pages.stored(session, maker, local_date(now()), lies_at),
        ticked=set(ticked),
    )  # fmt: skip


@bp.get("/disposals/<disposal>")
@access(Permission.RETURN_STORE)
def disposal(disposal: str) -> Any:
    """Show a list of parts that left the store."""
    return page("parts/returns/disposal.html", found=pages.disposal_of(db_session(), disposal))
