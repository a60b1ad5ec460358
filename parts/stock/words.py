"""The room's words: values of its columns and codes of its faults → messages."""

from __future__ import annotations

from portal.kernel.i18n import N_

KINDS = {
    "receive": N_("Goods received"),
    "issue": N_("Issued to a repair"),
    "return": N_("Returned from a repair"),
    "move": N_("Moved to another bin"),
    "transfer_out": N_("Sent to another station"),
    "transfer_in": N_("Come from another station"),
    "adjust": N_("Corrected"),
    "scrap": N_("Scrapped"),
}
REASONS = {
    "count": N_("Stock-take difference"),
    "opening": N_("Opening stock"),
    "found": N_("Found"),
    "lost": N_("Lost"),
    "damaged": N_("Damaged"),
    "expired": N_("Past its date"),
    "booking": N_("Wrong booking"),
}
#: What a correction and a scrapping may give as their reason.
ADJUST_REASONS = ("opening", "found", "lost", "booking")
SCRAP_REASONS = ("damaged", "expired", "lost")

TRANSFER_STATES = {
    "sent": N_("On its way"),
    "received": N_("Signed for"),
    "short": N_("Received less"),
    "settled": N_("Difference settled"),
    "taken_back": N_("Taken back"),
}
TAKE_STATES = {"counting": N_("Being counted"), "posted": N_("Posted"), "cancelled": N_("Cancelled")}
TRANSFER_ACTIONS = {
    "receive": N_("Received in full"),
    "receive_less": N_("Received less than was sent"),
    "take_back": N_("Taken back by the sender"),
    "settle": N_("Difference settled by the sender"),
}
TAKE_ACTIONS = {"post": N_("Differences posted"), "cancel": N_("Sheet cancelled")}

SHORT = N_("Only %(held)s in bin %(bin)s.")
NOT_THERE = N_("None in bin %(bin)s.")
COUNTED = N_("Bin %(bin)s is being counted on sheet %(sheet)s: nothing moves there until the sheet is posted.")
UNKNOWN_PART = N_("The catalogue has no part “%(typed)s”. Try its number, a piece of its name or initials.")
NO_BIN = N_("Please say which bin.")

#: What to say when a rule is broken; keys are the codes of `rules`.
FAULTS = {
    "quantity_nothing": N_("Please write a quantity above 0."),
    "quantity_large": N_("At most 99,999.99."),
    "limit_range": N_("From 0 to 99,999.99, please."),
    "maximum_low": N_("The maximum must not be below the minimum."),
    "worth_large": N_("Worth more than 9,999,999,999.99 yuan together: please look at quantity and price again."),
}
