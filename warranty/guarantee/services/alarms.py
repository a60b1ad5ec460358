"""Alarms of the nightly proof: each is closed by somebody who found out why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from warranty.guarantee.models import WatchAlarm

EXPLANATION_LENGTH = 2_000


def close_alarm(session: Session, key: int, explanation: str, actor: Actor, now: datetime) -> WatchAlarm:
    """Close an alarm with its explanation; what somebody explained before stays as it is."""
    require(actor, Permission.GUARANTEE_EDIT)
    alarm = session.scalars(select(WatchAlarm).where(WatchAlarm.id == key).with_for_update()).first()
    if alarm is None:
        raise NotFoundError(Fault(N_("There is no such alarm.")))
    if alarm.closed_at is not None:
        raise DomainError.at(None, N_("%(who)s has closed this alarm already."), who=alarm.closed_by)
    said = explanation.strip()
    if not said:
        raise DomainError.at("explanation", N_("Please write what the cause was."))
    if len(said) > EXPLANATION_LENGTH:
        raise DomainError.at("explanation", N_("At most %(most)s characters, please."), most=EXPLANATION_LENGTH)
    alarm.closed_by, alarm.closed_at, alarm.explanation = actor.name, now, said
    session.flush()
    return alarm
