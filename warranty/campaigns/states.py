"""The life of a campaign, and of each car in it."""

from __future__ import annotations

from portal.kernel.states import Machine, Step

_EDIT = "campaign.edit"

CAMPAIGN = Machine(
    name="campaign",
    initial="draft",
    states=("draft", "open", "closed", "withdrawn"),
    steps=(
        Step("open", ("draft",), "open", _EDIT),
        Step("close", ("open",), "closed", _EDIT, needs_reason=True),
        Step("reopen", ("closed",), "open", _EDIT, needs_reason=True),
        Step("withdraw", ("draft", "open"), "withdrawn", _EDIT, needs_reason=True),
    ),
)

#: ``do`` and ``undo`` go with a repair order: completed it proves the work, cancelled it proves nothing.
CAMPAIGN_CAR = Machine(
    name="campaign_car",
    initial="due",
    states=("due", "done", "exempt"),
    steps=(
        Step("do", ("due",), "done", "service.write"),
        Step("undo", ("done",), "due", needs_reason=True),
        Step("exempt", ("due",), "exempt", _EDIT, needs_reason=True),
        Step("include", ("exempt",), "due", _EDIT, needs_reason=True),
    ),
)
