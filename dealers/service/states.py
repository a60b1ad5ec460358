"""The life of a repair order."""

from __future__ import annotations

from portal.kernel.states import Machine, Step

REPAIR_ORDER = Machine(
    name="repair_order",
    initial="open",
    states=("open", "completed", "cancelled"),
    steps=(
        Step("complete", ("open",), "completed", "service.write"),
        Step("reopen", ("completed",), "open", "service.reopen", needs_reason=True),
        Step("cancel", ("open",), "cancelled", "service.write", needs_reason=True),
    ),
)
