"""The room's words: values of its columns and codes of its faults → messages."""

from __future__ import annotations

from portal.kernel.i18n import N_

KINDS = {"stock": N_("Stock order"), "urgent": N_("Urgent order")}
STATES = {
    "draft": N_("Draft"),
    "submitted": N_("Submitted"),
    "confirmed": N_("Confirmed"),
    "partly_delivered": N_("Delivered in part"),
    "delivered": N_("Delivered in full"),
    "refused": N_("Declined"),
    "closed": N_("Closed, the rest cancelled"),
    "cancelled": N_("Withdrawn"),
}
ACTIONS = {
    "submit": N_("Submitted"),
    "withdraw": N_("Withdrawn by the station"),
    "confirm": N_("Confirmed"),
    "refuse": N_("Declined"),
    "deliver_part": N_("Delivered in part"),
    "deliver_rest": N_("Delivered in full"),
    "close": N_("Closed, the rest cancelled"),
    "owe_again": N_("Short or damaged goods are sent again"),
}
TONES = {
    "submit": "info", "confirm": "success", "refuse": "danger", "deliver_part": "info", "deliver_rest": "success",
    "close": "warning", "owe_again": "warning",
}  # fmt: skip
DELIVERY_STATES = {
    "shipped": N_("On its way"),
    "received": N_("Signed for"),
    "differing": N_("Short or damaged"),
    "answered": N_("Difference answered"),
}
DELIVERY_ACTIONS = {
    "receive": N_("Signed for"),
    "receive_differing": N_("Received, short or damaged"),
    "answer": N_("Answered by headquarters"),
}
OUTCOMES = {"again": N_("Send again"), "credit": N_("Take the price off")}

NOT_KNOWN = N_("This does not exist.")
SUPERSEDED = N_("Part %(number)s is not supplied any more: %(following)s replaces it.")
