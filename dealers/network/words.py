"""The room's words: values of columns and what people call them."""

from __future__ import annotations

from portal.kernel.i18n import N_

KIND = {"4s": N_("4S dealership"), "station": N_("Service station")}
STATE = {"open": N_("In business"), "suspended": N_("Suspended"), "closed": N_("Left the network")}
ACTION = {"suspend": N_("Suspend"), "resume": N_("Resume"), "close": N_("Close for good")}
DONE = {
    "suspend": N_("The station is suspended."),
    "resume": N_("The station is open again."),
    "close": N_("The station is closed."),
}
GRADE = {
    "0": N_("Ungraded"),
    "1": N_("★ one star"),
    "2": N_("★★ two stars"),
    "3": N_("★★★ three stars"),
    "4": N_("★★★★ four stars"),
    "5": N_("★★★★★ five stars"),
}

USCC_FAULT = {
    "length": N_("A unified social credit code has 18 characters; this one has %(count)s."),
    "character": N_(
        "Only figures and capital letters other than I, O, S, V, Z; figures from the 3rd to the 8th place."
    ),
    "check": N_("The check character does not fit: a character is mistyped."),
}
RATE_STATE = {"in_force": N_("In force"), "past": N_("Past"), "coming": N_("Coming")}
