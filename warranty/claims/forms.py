"""The shape of input: a claim's header, amounts of lines, decisions on lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField, TextAreaField

from dealers.service.words import FAILURE_MODES
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_, _, lazy
from portal.kernel.incoming import whole
from portal.kernel.money import MoneyError, yuan
from warranty.claims.rules.decision import ADJUSTED, APPROVED, LineDecision
from warranty.claims.services import Decision, Edit, Named
from warranty.claims.services.mend import EDITABLE
from warranty.claims.words import DEGREES, FIELDS, OUTCOMES, REASONS, TYPES

NO_AMOUNT = N_("This is no amount. Write it as 1234.50.")
LINE = re.compile(r"line-(\d{1,3})-([a-z_]+)")


def _label(name: str) -> Any:
    return lazy(FIELDS[name])


class ClaimForm(FlaskForm):  # type: ignore[misc]
    """What a dealer may change in a claim's header; its lines come beside as ``line-1-applied``."""

    type = SelectField(_label("type"), choices=[])
    concern = TextAreaField(_label("concern"), render_kw={"rows": 2})
    cause = TextAreaField(_label("cause"), render_kw={"rows": 2})
    correction = TextAreaField(_label("correction"), render_kw={"rows": 2})
    failure_mode = SelectField(_label("failure_mode"), choices=[])
    damage_place = StringField(_label("damage_place"), render_kw={"maxlength": 80})
    damage_degree = SelectField(_label("damage_degree"), choices=[])
    pre_authorisation = StringField(_label("pre_authorisation"), render_kw={"maxlength": 40})
    campaign = StringField(_label("campaign"), render_kw={"maxlength": 40})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the choices in the reader's language."""
        super().__init__(*args, **kwargs)
        self.type.choices = [(key, _(words)) for key, words in TYPES.items()]
        self.failure_mode.choices = [("", "—"), *((key, _(words)) for key, words in FAILURE_MODES.items())]
        self.damage_degree.choices = [("", "—"), *((key, _(words)) for key, words in DEGREES.items())]

    def edit(self, sent: Mapping[str, str]) -> Edit:
        """Return what was typed: only fields that were sent; amounts that are none are a `DomainError`."""
        fields = {name: self._value(name) for name in EDITABLE if name in sent}
        amounts, faults = _amounts(sent, "applied")
        if not self.validate():
            faults += [Fault(N_("Please choose from the list."), name) for name in self.errors if name in fields]
        if faults:
            raise DomainError(*faults)
        return Edit(fields, amounts)

    def _value(self, name: str) -> str | None:
        text = (self[name].data or "").strip()
        return text if text or name in {"type", "concern", "cause", "correction"} else None


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """Why a claim is withdrawn."""

    reason = TextAreaField(lazy(N_("Reason")))
    row_version = IntegerField()


def read_decision(sent: Mapping[str, str]) -> Decision:
    """Return the decision that was sent; what is no amount or no outcome is a `DomainError`."""
    outcome = sent.get("outcome", "")
    if outcome not in OUTCOMES:
        raise DomainError.at("outcome", N_("Please choose from the list."))
    amounts, faults = _amounts(sent, "amount")
    lines = {}
    for position in _positions(sent):
        said = sent.get(f"line-{position}-decision", APPROVED)
        lines[position] = LineDecision(
            position, said, amounts.get(position),
            (sent.get(f"line-{position}-reason") or "").strip() or None,
            _reason_code(sent.get(f"line-{position}-code")),
        )  # fmt: skip
    wrong = [fault for fault in faults if sent.get((fault.field or "").replace("amount", "decision")) == ADJUSTED]
    if wrong:
        raise DomainError(*wrong)
    return Decision(outcome, sent.get("reason", ""), lines)


def _reason_code(sent: str | None) -> str | None:
    """Return a code of the list; what no page of ours offers is none."""
    return sent if sent in REASONS else None


def read_batch(sent: Any) -> list[Named]:
    """Return the claims that were ticked, each with the row version that was on the page."""
    found = []
    for value in sent.getlist("claims"):
        number, _sep, version = value.partition("@")
        found.append(Named(number, whole(version)))
    return found


def row_version(sent: Mapping[str, str]) -> int | None:
    """Return the row version that was on the page."""
    return whole(sent.get("row_version"))


def _positions(sent: Mapping[str, str]) -> list[int]:
    found = (LINE.fullmatch(name) for name in sent)
    return sorted({int(match[1]) for match in found if match})


def _amounts(sent: Mapping[str, str], part: str) -> tuple[dict[int, Decimal], list[Fault]]:
    amounts, faults = {}, []
    for position in _positions(sent):
        name = f"line-{position}-{part}"
        text = sent.get(name, "").strip()
        if not text:
            continue
        try:
            amounts[position] = yuan(text)
        except MoneyError:
            faults.append(Fault(NO_AMOUNT, name))
    return amounts, faults
