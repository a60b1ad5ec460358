"""Pages on which a campaign is written and its cars are defined."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for

from portal.kernel.access import Permission, access
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.web import actor, db_session, now, page, show_faults
from warranty.campaigns import queries, words
from warranty.campaigns.forms import CampaignForm, ModelForm, ScopeForm
from warranty.campaigns.services.define import add_campaign, add_scope, change_campaign, name_model, remove_scope
from warranty.campaigns.views import bp

EDIT = Permission.CAMPAIGN_EDIT


@bp.route("/new", methods=["GET", "POST"])
@access(EDIT)
def new() -> Any:
    """Write a new campaign."""
    form = CampaignForm()
    if form.validate_on_submit():
        try:
            made = add_campaign(db_session(), form.facts(), actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The draft is kept. Say now which cars are meant."), "success")
            return redirect(url_for("campaigns.define", key=made.number))
    return page("warranty/campaigns/edit.html", 422 if form.is_submitted() else 200, form=form, campaign=None)


@bp.route("/<key>/edit", methods=["GET", "POST"])
@access(EDIT)
def edit(key: str) -> Any:
    """Change what a campaign says."""
    found, form = queries.find(db_session(), key, actor()), CampaignForm()
    if form.validate_on_submit():
        try:
            change_campaign(db_session(), found.id, form.facts(), actor(), form.seen())
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            db_session().rollback()
            show_faults(form, error)
            found = queries.find(db_session(), key, actor())
        else:
            flash(_("The changes are kept."), "success")
            return redirect(url_for("campaigns.campaign", key=key))
    if not form.is_submitted():
        form.fill(found)
    return page("warranty/campaigns/edit.html", 422 if form.is_submitted() else 200, form=form, campaign=found)


@bp.route("/<key>/definition", methods=["GET", "POST"])
@access(EDIT)
def define(key: str) -> Any:
    """Show the rows of a definition; add one."""
    found, form = queries.find(db_session(), key, actor()), ScopeForm()
    if form.validate_on_submit():
        try:
            add_scope(
                db_session(), found.id, form.scope(), actor(), model_code=form.model.data or "",
                vins=form.vins.data or "",
            )  # fmt: skip
        except DomainError as error:
            if error.status != DomainError.status:
                raise
            db_session().rollback()
            show_faults(form, error)
        else:
            flash(_("The row is kept."), "success")
            return redirect(url_for("campaigns.define", key=key))
    found = queries.find(db_session(), key, actor())
    return page(
        "warranty/campaigns/define.html", 422 if form.is_submitted() else 200, campaign=found, form=form, words=words,
        scopes=queries.scopes(db_session(), found), models=queries.model_codes(db_session()),
    )  # fmt: skip


@bp.post("/<key>/definition/<int:scope_id>/remove")
@access(EDIT)
def remove(key: str, scope_id: int) -> Any:
    """Take a row off a draft."""
    found = queries.find(db_session(), key, actor())
    remove_scope(db_session(), found.id, scope_id, actor())
    flash(_("The row is gone."), "info")
    return redirect(url_for("campaigns.define", key=key))


@bp.route("/<key>/definition/<int:scope_id>/model", methods=["GET", "POST"])
@access(EDIT)
def model(key: str, scope_id: int) -> Any:
    """Say which model of the range a row of an imported campaign means."""
    found, form = queries.find(db_session(), key, actor()), ModelForm()
    row = queries.scope_view(db_session(), found, scope_id)
    if form.validate_on_submit():
        try:
            name_model(db_session(), found.id, scope_id, form.model.data or "", actor())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
        else:
            return redirect(url_for("campaigns.define", key=key))
    return page(
        "warranty/campaigns/model.html", 422 if form.is_submitted() else 200, campaign=found, form=form, row=row,
        models=queries.model_codes(db_session()),
    )  # fmt: skip
