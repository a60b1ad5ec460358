"""The room's words: levels, outcomes and measures."""

from __future__ import annotations

from portal.kernel.i18n import N_

LEVELS = {"0": N_("By the rules"), "1": N_("First level"), "2": N_("Second level")}
OUTCOMES = {"approve": N_("Approved"), "return": N_("Returned"), "refuse": N_("Refused")}
WITHIN = {"yes": N_("Within a day"), "no": N_("Later")}
