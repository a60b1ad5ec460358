"""Browse the catalogue by its levels."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from parts.catalogue import words
from parts.catalogue.forms.levels import LevelForm
from parts.catalogue.queries.levels import members, model_of, models, system_choices, systems
from parts.catalogue.services.groups import keep_group
from parts.catalogue.views import bp
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.web import actor, db_session, now, page, show_faults


@bp.get("/levels")
@access(Permission.CATALOGUE_VIEW)
def levels() -> Any:
    """Show the systems and assemblies of a model, or of all."""
    model = model_of(db_session(), request.args.get("model", "")[:32])
    return page(
        "parts/catalogue/levels.html", models=models(db_session()), model=model,
        systems=systems(db_session(), model, local_date(now())),
    )  # fmt: skip


@bp.get("/levels/<group>")
@access(Permission.CATALOGUE_VIEW)
def assembly(group: str) -> Any:
    """Show the parts of an assembly: a fragment of the levels."""
    model = model_of(db_session(), request.args.get("model", "")[:32])
    level, found = members(db_session(), group, model, local_date(now()))
    return page("parts/catalogue/_assembly.html", level=level, parts=found, model=model, words=words)


@bp.route("/new-level", methods=["GET", "POST"])
@access(Permission.CATALOGUE_EDIT)
def new_level() -> Any:
    """Add a system or an assembly, or rename one."""
    form = LevelForm()
    form.offer(system_choices(db_session()))
    if form.validate_on_submit():
        try:
            keep_group(db_session(), form.code.data or "", form.facts(), actor())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The level is kept."), "success")
            return redirect(url_for("catalogue.levels"))
    return page("parts/catalogue/level_edit.html", 422 if form.is_submitted() else 200, form=form)
