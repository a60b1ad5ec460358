"""The room's words: values of its columns → messages."""

from __future__ import annotations

from dealers.service.words import COMPONENTS
from dealers.vehicles.words import USE
from portal.kernel.i18n import N_
from warranty.guarantee.words import VERSION_STATES, VERSION_TONES, here

__all__ = ["ALL", "COMPONENTS", "SOURCES", "USE", "VERSION_STATES", "VERSION_TONES", "here"]

#: What stands in a list where a scope asks nothing.
ALL = "all"
SCOPE_COMPONENTS = {ALL: N_("Whole car"), **COMPONENTS}
SCOPE_USES = {ALL: N_("Every use"), **USE}
SCOPE_MODELS = {ALL: N_("Every model")}
SCOPE_PARTS = {ALL: N_("Every part")}
SOURCES = {
    "law": N_("Three-guarantees law"),
    "policy": N_("Coverage policy"),
    "part": N_("Warranty of parts"),
    "contract": N_("Extended-service contract"),
    "goodwill": N_("Goodwill"),
}
#: Why a source covers or does not, in a word; the sentence stands beside it.
VERDICTS = {
    "holds": N_("Covers"),
    "not_begun": N_("Not begun"),
    "time_over": N_("Ended"),
    "km_over": N_("Beyond its kilometres"),
    "both_over": N_("Ended"),
    "cancelled": N_("Cancelled"),
}
