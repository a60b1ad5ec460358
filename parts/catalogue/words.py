"""The catalogue's words."""

from __future__ import annotations

from dealers.service.words import COMPONENTS
from portal.kernel.i18n import N_

__all__ = ["COMPONENTS", "FAULTS", "PRICE_STATE", "PRICE_TONE"]

PRICE_STATE = {"past": N_("Past"), "in_force": N_("In force"), "coming": N_("Coming")}
PRICE_TONE = {"past": "plain", "in_force": "success", "coming": "info"}

#: What to say when a rule is broken; keys are the codes of `rules.Problem`.
FAULTS = {
    "past": N_("A price can begin today at the earliest; papers of past days keep theirs."),
    "day_taken": N_("The part has a price from that day already."),
    "amount": N_("The amount must not be below 0."),
    "retail_low": N_("The retail price must not be below the dealer price."),
}
