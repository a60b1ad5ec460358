"""What covers a car: its page, its panel, and the answer to a question."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from portal.kernel.access import Permission, access
from portal.kernel.web import db_session, is_fragment, now, page
from warranty.coverage.forms import QuestionForm
from warranty.coverage.queries.cars import answer_for, covered_car, put_in
from warranty.coverage.saying import SAID
from warranty.coverage.views import bp

VIEW = Permission.COVERAGE_VIEW


@bp.get("/cars/<vin>")
@access(VIEW)
def car(vin: str) -> Any:
    """Say what is covered until when, and answer a question with its chain of reasons."""
    found = covered_car(db_session(), vin, now())
    if found.vin != vin:
        return redirect(url_for("coverage.car", vin=found.vin))
    form = QuestionForm(found, request.args)
    answer = answer_for(db_session(), found, *form.question()) if form.asked and form.validate() else None
    status = 422 if form.asked and form.errors else 200
    if is_fragment():
        return page("warranty/coverage/_asked.html", status, car=found, form=form, answer=answer, **SAID)
    parts = put_in(db_session(), found)
    return page("warranty/coverage/car.html", status, car=found, form=form, answer=answer, parts=parts, **SAID)


@bp.get("/cars/<vin>/panel")
@access(VIEW)
def panel(vin: str) -> Any:
    """Show on the car's own page what is covered until when."""
    found = covered_car(db_session(), vin, now())
    form = QuestionForm(found, {})
    return page("warranty/coverage/_panel.html", car=found, form=form, parts=put_in(db_session(), found), **SAID)
