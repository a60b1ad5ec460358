"""The life of a station."""

from __future__ import annotations

from portal.kernel.states import Machine, Step

DEALER = Machine(
    name="dealer",
    initial="open",
    states=("open", "suspended", "closed"),
    steps=(
        Step("suspend", ("open",), "suspended", "network.edit", needs_reason=True),
        Step("resume", ("suspended",), "open", "network.edit", needs_reason=True),
        Step("close", ("open", "suspended"), "closed", "network.edit", needs_reason=True),
    ),
)
