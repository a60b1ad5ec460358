"""The inspection, for a tablet: scan, look, press a large button, scan the next."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from parts.returns import services, words
from parts.returns.forms import FindingForm, ScanForm
from parts.returns.queries import pages
from parts.returns.queries.pages import Sheet
from parts.returns.services.load import number_on
from parts.returns.views import bp
from parts.returns.views.acting import taken
from portal.kernel.access import Permission, access
from portal.kernel.clock import day_bounds, local_date
from portal.kernel.errors import DomainError, NotFoundError
from portal.kernel.i18n import _
from portal.kernel.web import actor, db_session, now, page, show_faults

INSPECT = Permission.RETURN_INSPECT


@bp.get("/inspect")
@access(INSPECT)
def inspect() -> Any:
    """Ask for a label; then show its part and what may be found of it."""
    label, number = request.args.get("label", "").strip(), request.args.get("number", "").strip()
    scan, found, status = ScanForm(formdata=None), None, 200
    try:
        if label or number:
            found = pages.sheet(db_session(), number_on(label) if label else number)
    except NotFoundError:
        scan.label.data, status = label, 404
        scan.label.errors = [_("There is no old part of this label.")]
    except DomainError as error:
        scan.label.data, status = label, 422
        show_faults(scan, error)
    return _show(scan, found, status=status)


@bp.post("/inspect/<key>")
@access(INSPECT)
def finding(key: str) -> Any:
    """Store what was found and ask for the next label."""
    form = FindingForm()
    if taken(form, lambda: services.inspect(db_session(), key, form.finding(), actor(), now(), form.seen())):
        said = _(words.OUTCOMES[form.outcome.data or ""])
        flash(_("%(number)s: %(outcome)s. Scan the next one.", number=key, outcome=said), "success")
        return redirect(url_for("returns.inspect"))
    return _show(ScanForm(formdata=None), pages.sheet(db_session(), key), form, 422)


def _show(scan: ScanForm, found: Sheet | None, form: FindingForm | None = None, status: int = 200) -> Any:
    session, today = db_session(), local_date(now())
    if form is None:
        form = FindingForm(formdata=None)
        if found is not None:
            form.version.data = str(found.part.row_version)
    return page(
        "parts/returns/inspect.html", status, scan=scan, found=found, form=form, waiting=pages.to_inspect(session),
        done=pages.last_inspected(session, actor().user_id, day_bounds(today, today)[0]),
    )  # fmt: skip
