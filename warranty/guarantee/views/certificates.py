"""Pages of certificates: what a model promises, and the papers of a car."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, url_for

from dealers.service.words import COMPONENTS
from dealers.vehicles.words import POWERTRAIN
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import _
from portal.kernel.web import actor, db_session, now, page, show_faults
from warranty.guarantee import words
from warranty.guarantee.queries.certificates import CertifiedCar, car_to_certify, certificate_fault, issues_of
from warranty.guarantee.queries.tables import maker, model_row, model_rows
from warranty.guarantee.rules.texts import part_name
from warranty.guarantee.seeds import WEAR_PARTS
from warranty.guarantee.services.certificates import add_certificate, issue_certificate
from warranty.guarantee.table_forms import CertificateForm, IssueForm, certificate_form, share_text
from warranty.guarantee.views import bp

VIEW, EDIT, ISSUE = Permission.GUARANTEE_VIEW, Permission.GUARANTEE_EDIT, Permission.CERTIFICATE_ISSUE


@bp.get("/models")
@access(VIEW)
def models() -> Any:
    """List the models with their certificate in force."""
    rows = model_rows(db_session(), local_date(now()))
    return page("warranty/guarantee/models.html", rows=rows, share=share_text, maker=maker(db_session()))


@bp.get("/models/<model>")
@access(VIEW)
def model(model: str) -> Any:
    """Show a model's certificates, every version."""
    row = model_row(db_session(), model, local_date(now()))
    return page(
        "warranty/guarantee/model.html", row=row, words=words, share=share_text, components=COMPONENTS,
        part_name=part_name, wear_names=WEAR_PARTS, powertrains=POWERTRAIN,
    )  # fmt: skip


@bp.route("/models/<model>/new", methods=["GET", "POST"])
@access(EDIT)
def new_certificate(model: str) -> Any:
    """Let a model be sold with another certificate from a day on."""
    row = model_row(db_session(), model, local_date(now()))
    form = certificate_form(row)
    if form.validate_on_submit():
        try:
            add_certificate(db_session(), model, form.terms(), actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, DomainError(*(_at_its_row(form, fault) for fault in error.faults)))
        else:
            flash(_("The certificate is kept."), "success")
            return redirect(url_for("guarantee.model", model=model))
    status = 422 if form.is_submitted() else 200
    return page(
        "warranty/guarantee/model_new.html", status, form=form, row=row, components=COMPONENTS
    )  # fmt: skip


@bp.route("/cars/<vin>/certificates", methods=["GET", "POST"])
@access(ISSUE)
def certificates(vin: str) -> Any:
    """Issue a car's certificate, and print those that were issued."""
    car, form = car_to_certify(db_session(), vin, now()), IssueForm()
    vin = car.vehicle.vin
    if form.validate_on_submit():
        try:
            issue = issue_certificate(db_session(), vin, form.reason.data or "", actor(), now())
        except DomainError as error:
            db_session().rollback()
            show_faults(form, error)
            car = car_to_certify(db_session(), vin, now())
        else:
            flash(_("Certificate %(number)s is issued. Please print it.", number=issue.number), "success")
            return redirect(url_for("guarantee.certificates", vin=vin))
    own = actor().dealer_id in {None, car.vehicle.selling_dealer_id}
    issued = issues_of(db_session(), car.vehicle.id) if own else []
    return page(
        "warranty/guarantee/certificates.html", 422 if form.is_submitted() else 200, car=car, form=form, own=own,
        issued=issued, fault=certificate_fault(car), missing=_missing(car), kinds=words.ISSUES,
    )  # fmt: skip


def _missing(car: CertifiedCar) -> list[str]:
    """Name what the paper will have to leave open."""
    seller, vehicle = car.seller, car.vehicle
    facts = {
        _("Seller"): seller,
        _("Seller's address"): seller and seller.address,
        _("Seller's postcode"): seller and seller.postcode,
        _("Seller's phone"): seller and seller.phone,
        _("Built on"): vehicle.produced_on,
        _("Delivered on"): vehicle.delivered_on,
        _("Certificate of the model"): car.terms,
    }
    return [name for name, fact in facts.items() if not fact]


def _at_its_row(form: CertificateForm, fault: Fault) -> Fault:
    """Wear parts are told by their place among the filled rows; find the row on the page."""
    head, _hyphen, rest = (fault.field or "").partition("-")
    if head != "wear":
        return fault
    place, _hyphen, name = rest.partition("-")
    return replace(fault, field=f"wear-{form.wear_rows()[int(place)]}-{name}")
