"""Shape of what is typed on the law's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, IntegerField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from dealers.service.words import COMPONENTS
from portal.kernel.i18n import _, lazy
from portal.kernel.incoming import whole
from warranty.guarantee import words
from warranty.guarantee.queries.page import Question, Standing
from warranty.guarantee.rules.facts import ACTIONS
from warranty.guarantee.rules.texts import part_name
from warranty.guarantee.services.alarms import EXPLANATION_LENGTH

NEEDED = lazy("Please fill this in.")
MOST_DAYS = 366


class Days(IntegerField):
    """Whole days; whatever else was typed stays in the field and is told once."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the days."""
        self.data = whole(valuelist[0].strip()) if valuelist else None
        if self.data is None or self.data > MOST_DAYS:
            raise ValueError(_("A whole number from %(least)s to %(most)s.", least=0, most=MOST_DAYS))


class WhatIfForm(FlaskForm):  # type: ignore[misc]
    """The next visit, imagined. It asks and changes nothing, so it travels in the address."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Nothing is sent that somebody else could forge."""

        csrf = False

    days = Days(lazy("Days it takes"), [InputRequired(NEEDED)], default=1, render_kw={"class": "num"})
    problem = SelectField(lazy("Problem"), [Optional()])
    component = SelectField(lazy("Assembly or system"), [InputRequired(NEEDED)])
    action = SelectField(lazy("What is done"), [InputRequired(NEEDED)])
    part = SelectField(lazy("Main part"), [Optional()])
    serious_safety = BooleanField(lazy("A serious safety fault"))
    unresolved = BooleanField(lazy("It does not help"))

    def __init__(self, here: Standing, args: Mapping[str, str]) -> None:
        self.asked = "days" in args
        super().__init__(MultiDict(args) if self.asked else None)
        tally = here.found.tally if here.found else None
        problems = sorted(tally.problems) if tally else []
        labels = here.car.case.labels if here.car.case else {}
        parts = here.car.case.certificate.main_parts if here.car.case else {}
        self.problem.choices = [
            ("", _("A new problem")), *((key, words.about("same_problem", key, labels)) for key in problems)
        ]  # fmt: skip
        self.component.choices = [(key, _(label)) for key, label in COMPONENTS.items()]
        self.action.choices = [(key, _(words.ACTIONS[key])) for key in ACTIONS]
        self.part.choices = [
            ("", "—"),
            *(
                (f"{component}/{part}", f"{_(COMPONENTS[component])} · {words.here(part_name(component, part))}")
                for component, names in parts.items()
                for part in sorted(names)
            ),
        ]

    def question(self) -> Question:
        """Return what was asked; a main part says of which component it is."""
        component, _slash, part = (self.part.data or "").partition("/")
        return Question(
            self.days.data or 0, component or self.component.data, self.action.data, part or None,
            self.problem.data or "", self.serious_safety.data, resolved=not self.unresolved.data,
        )  # fmt: skip

    @property
    def fields(self) -> list[Any]:
        """The fields in the order of the page."""
        return list(self)


class CloseForm(FlaskForm):  # type: ignore[misc]
    """Why the watch had kept something else."""

    explanation = TextAreaField(
        lazy("What was the cause?"),
        [DataRequired(lazy("Please write what the cause was.")), Length(max=EXPLANATION_LENGTH)],
        render_kw={"rows": 4, "maxlength": EXPLANATION_LENGTH},
    )
