"""What the download centre calls things."""

from __future__ import annotations

from portal.kernel.i18n import N_

STATES = {
    "queued": N_("Waiting its turn"),
    "running": N_("In the making"),
    "done": N_("Ready"),
    "failed": N_("Failed"),
    "cancelled": N_("Cancelled"),
}
TONES = {"queued": "secondary", "running": "info", "done": "success", "failed": "danger", "cancelled": "secondary"}
