"""Headquarters works on a report: the eight steps, the responsible unit, the effect, and the way to its end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from parts.quality.models import QualityReport, QualityStep
from parts.quality.queries.figures import effect_figures
from parts.quality.queries.reports import handlers, joined_to, measures_of, standing_of, steps_of
from parts.quality.rules.eight import (
    EFFECTIVE,
    INSUFFICIENT,
    Hindrance,
    Step,
    effect_hindrances,
    hindrances,
    step_hindrances,
    undone_after,
)
from parts.quality.services.load import locked_for, locked_report, refuse_unless, tell
from parts.quality.states import WORKED
from parts.quality.words import FAULTS, UNITS
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import known_day, local_date
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.kept import plain
from portal.kernel.lifecycle import advance, history

STEP_LENGTH, NAME_LENGTH, NOTE_LENGTH = 4_000, 80, 1_000
GOING_ON = ("decide", "enforce", "resume", "close")


@dataclass(frozen=True)
class StepText:
    """What is typed at one of the eight steps."""

    owner_id: int | None
    due_on: date
    done_on: date | None
    text: str


def save_step(
    session: Session, number: str, step: int, typed: StepText, actor: Actor, now: datetime,
    expected_version: int | None = None,
) -> QualityStep:  # fmt: skip
    """Store a step: its owner, its days, its text. Done in the order in which the steps rest on each other."""
    require(actor, Permission.QUALITY_HANDLE)
    report = locked_report(session, number, now, expected_version)
    refuse_unless(report, WORKED)
    steps = {one.step: one for one in steps_of(session, report.id)}
    found = steps.get(step)
    if found is None:
        raise DomainError.at(None, N_("This does not exist."))
    done = {one.step for one in steps.values() if one.done_on is not None}
    faults = _step_faults(typed, Step(step, typed.text, typed.due_on, typed.done_on), done - {step}, report, now)
    people = dict(handlers(session))
    if typed.owner_id is not None and typed.owner_id not in people and typed.owner_id != found.owner_id:
        faults.append(Fault(N_("Please choose from the list."), "owner_id"))
    if faults:
        raise DomainError(*faults)
    if typed.owner_id != found.owner_id:
        found.owner_id, found.owner = typed.owner_id, people.get(typed.owner_id or 0, "")
    found.due_on, found.done_on, found.text = typed.due_on, typed.done_on, typed.text.strip()
    found.done_by = actor.name if typed.done_on is not None else None
    session.flush()
    return found


def set_unit(
    session: Session, number: str, unit: str, name: str, actor: Actor, now: datetime,
    expected_version: int | None = None,
) -> QualityReport:  # fmt: skip
    """Say which unit is responsible (责任单位)."""
    require(actor, Permission.QUALITY_HANDLE)
    report = locked_report(session, number, now, expected_version)
    refuse_unless(report, WORKED)
    if unit not in UNITS:
        raise DomainError.at("responsible_unit", N_("Please choose from the list."))
    if len(name) > NAME_LENGTH:
        raise DomainError.at("responsible_name", N_("At most %(limit)s characters."), limit=NAME_LENGTH)
    report.responsible_unit, report.responsible_name = unit, name.strip()
    session.flush()
    return report


def go_on(
    session: Session, number: str, action: str, reason: str, actor: Actor, now: datetime,
    expected_version: int | None = None,
) -> QualityReport:  # fmt: skip
    """Go on with a report, once nothing that its step needs is missing; the station is told of the end."""
    require(actor, Permission.QUALITY_HANDLE)
    if action not in GOING_ON:
        raise DomainError.at(None, N_("Please choose from the list."))
    report = locked_for(session, number, action, now, expected_version)
    measures = measures_of(session, report.id, published=False)
    standing = standing_of(report, steps_of(session, report.id), measures, history(session, report))
    missing = hindrances(action, standing, local_date(now))
    if missing:
        raise DomainError(*(_fault(one) for one in missing))
    advance(session, report, action, actor, now, reason=reason)
    if action == "resume":
        report.effect = report.effect_figures = None
    if action == "close":
        _tell_all(session, report, reason, now)
    session.flush()
    return report


def check_effect(
    session: Session, number: str, effect: str, note: str, actor: Actor, now: datetime,
    expected_version: int | None = None, *, early: str = "",
) -> QualityReport:  # fmt: skip
    """Say whether the measures help; the claim figures of the day are kept with it.

    That they help is refused while it is too early to say, but for a reason (``early``) that is kept and shown.
    """
    require(actor, Permission.QUALITY_HANDLE)
    report = locked_report(session, number, now, expected_version)
    refuse_unless(report, ("checking",))
    if effect not in {EFFECTIVE, INSUFFICIENT}:
        raise DomainError.at("effect", N_("Please choose from the list."))
    if not note.strip() or len(note) > NOTE_LENGTH:
        message = N_("Please say in at most %(limit)s characters what shows it.")
        raise DomainError.at("note", message, limit=NOTE_LENGTH)
    if len(early) > NOTE_LENGTH:
        raise DomainError.at("early", N_("At most %(limit)s characters."), limit=NOTE_LENGTH)
    figures = effect_figures(session, report, local_date(now))
    told = None if figures is None else figures.effect.told
    missing = effect_hindrances(effect, told, early)
    if missing:
        raise DomainError(*(_fault(one) for one in missing))
    report.effect, report.effect_note = effect, note.strip()
    reason = early.strip() if told == "too_early" else ""
    report.effect_figures = None if figures is None else plain(replace(figures, early=reason))
    session.flush()
    return report


def mark_seen(session: Session, number: str, actor: Actor, now: datetime) -> QualityReport:
    """Say, as its station, that headquarters' words were read."""
    require(actor, Permission.QUALITY_REPORT)
    report = locked_report(session, number, now)
    report.seen_at = now
    session.flush()
    return report


def _tell_all(session: Session, report: QualityReport, words: str, now: datetime) -> None:
    """Tell the station of a closed report, and those of the reports that were joined to it."""
    tell(report, words, now)
    for joined in joined_to(session, report.number):
        tell(joined, words, now)


def _step_faults(typed: StepText, step: Step, done: set[int], report: QualityReport, now: datetime) -> list[Fault]:
    if not known_day(typed.due_on) or (typed.done_on is not None and not known_day(typed.done_on)):
        return [Fault(N_("Please write the date as 2026-01-31."), "due_on")]
    today = local_date(now)
    found = [_fault(one) for one in step_hindrances(step, done, today, report.begun_on or today)]
    if len(typed.text) > STEP_LENGTH:
        found.append(Fault(N_("At most %(limit)s characters."), "text", {"limit": STEP_LENGTH}))
    after = undone_after(step.step, done) if typed.done_on is None else ()
    if after:
        message = N_("It stays done while %(steps)s, which rest on it, are done.")
        found.append(Fault(message, "done_on", {"steps": _listed(after)}))
    return found


def _fault(one: Hindrance) -> Fault:
    return Fault(FAULTS[one.code], one.field, {"steps": _listed(one.steps)} if one.steps else {})


def _listed(steps: tuple[int, ...]) -> str:
    return " ".join(f"D{step}" for step in steps)
