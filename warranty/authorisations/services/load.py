"""Finds an authorisation by its number and locks it, in the session's scope."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.kernel.errors import ConflictError, Fault
from portal.kernel.i18n import N_, lazy
from portal.kernel.lifecycle import CHANGED, history, locked
from warranty.authorisations.models import PreAuthorisation
from warranty.authorisations.queries.pages import find_authorisation
from warranty.authorisations.states import PRE_AUTHORISATION
from warranty.authorisations.words import ACTIONS


def locked_for(session: Session, number: str, action: str, expected_version: int | None = None) -> PreAuthorisation:
    """Load an authorisation for a step; who comes second is told who was first."""
    found = locked(session, PreAuthorisation, find_authorisation(session, number).id)
    stale = expected_version is not None and found.row_version != expected_version
    if stale or not PRE_AUTHORISATION.can(found.state, action):
        raise ConflictError(_what_happened(session, found))
    return found


def _what_happened(session: Session, found: PreAuthorisation) -> Fault:
    steps = history(session, found)
    if not steps:
        return Fault(CHANGED)
    return Fault(
        N_("%(number)s is changed already: %(who)s took the step “%(what)s”. Nothing of yours was stored."),
        facts={"number": found.number, "who": steps[-1].actor, "what": lazy(ACTIONS[steps[-1].action])},
    )
