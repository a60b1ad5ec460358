"""The words of an import's states."""

from __future__ import annotations

from portal.kernel.i18n import N_

STATES = {
    "queued": N_("Waiting for its turn"),
    "running": N_("Importing"),
    "done": N_("Imported"),
    "failed": N_("Not imported"),
    "cancelled": N_("Not imported"),
}
