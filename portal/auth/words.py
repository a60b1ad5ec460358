"""The room's words: why a password is refused, what a trace says."""

from __future__ import annotations

from portal.auth.rules import Weakness
from portal.kernel.i18n import N_

WEAKNESSES = {
    Weakness.SHORT: N_("Use at least 10 characters. A short sentence is easy to remember."),
    Weakness.LONG: N_("Use at most 128 characters."),
    Weakness.USERNAME: N_("The password must not contain your user name."),
    Weakness.COMMON: N_("This password is among the first that are guessed. Please choose another."),
}
