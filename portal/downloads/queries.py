"""Read the long work of one person: what runs, what is done, what went wrong."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.jobs import Job

#: How many jobs the download centre shows; older ones are found by nobody.
SHOWN = 100
OPEN_STATES = ("queued", "running")


def own_jobs(session: Session, actor: Actor) -> list[Job]:
    """Return the actor's latest jobs, newest first."""
    return list(session.scalars(select(Job).where(Job.user_id == actor.user_id).order_by(Job.id.desc()).limit(SHOWN)))


def own_job(session: Session, actor: Actor, job_id: int) -> Job:
    """Return one of the actor's jobs; somebody else's does not exist."""
    job = session.scalars(select(Job).where(Job.id == job_id, Job.user_id == actor.user_id)).first()
    if job is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return job
