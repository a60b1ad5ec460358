"""The catalogue's words."""

from __future__ import annotations

from dealers.service.words import COMPONENTS
from portal.kernel.i18n import N_

__all__ = [
    "CHANGE", "CHANGE_TONE", "COMPONENTS", "FAULTS", "FIT", "FIT_REASON", "FIT_TONE", "INTERCHANGE", "INTERCHANGE_OF",
    "PRICE_STATE", "PRICE_TONE", "WEAR_CLASS", "WEAR_OF",
]  # fmt: skip

PRICE_STATE = {"past": N_("Past"), "in_force": N_("In force"), "coming": N_("Coming")}
PRICE_TONE = {"past": "plain", "in_force": "success", "coming": "info"}
INTERCHANGE = {"one_way": N_("One way: new for old"), "both_ways": N_("Both ways")}
#: How lists of parts write it.
INTERCHANGE_OF = {
    "单向": "one_way", "双向": "both_ways", "单向互换": "one_way", "双向互换": "both_ways", "可互换": "both_ways",
    "one_way": "one_way", "both_ways": "both_ways", "one way": "one_way", "both ways": "both_ways",
}  # fmt: skip
#: The wear parts of GB/T 29632-2021.
WEAR_CLASS = {
    "air_filter": N_("Air filter"),
    "cabin_filter": N_("Cabin filter"),
    "oil_filter": N_("Oil filter"),
    "fuel_filter": N_("Fuel filter"),
    "spark_plug": N_("Spark plug"),
    "brake_lining": N_("Brake lining"),
    "clutch_disc": N_("Clutch disc"),
    "tyre": N_("Tyre"),
    "battery": N_("Starter battery"),
    "key_battery": N_("Remote-key battery"),
    "bulb": N_("Bulb"),
    "wiper_blade": N_("Wiper blade"),
    "fuse_relay": N_("Fuse or common relay"),
}
#: The same as the standard calls them, for lists of parts.
WEAR_OF = {
    "空气滤清器": "air_filter", "空调滤清器": "cabin_filter", "机油滤清器": "oil_filter", "燃料滤清器": "fuel_filter",
    "火花塞": "spark_plug", "制动衬片": "brake_lining", "离合器片": "clutch_disc", "轮胎": "tyre",
    "蓄电池": "battery", "遥控器电池": "key_battery", "灯泡": "bulb", "刮水器刮片": "wiper_blade",
    "熔断丝及普通继电器": "fuse_relay",
}  # fmt: skip
CHANGE = {
    "new": N_("New part"), "price": N_("Price"), "superseded": N_("Replaced"), "fitment": N_("Fitment"),
    "facts": N_("Facts"), "price_off": N_("Price withdrawn"),
}  # fmt: skip
CHANGE_TONE = {
    "new": "success", "price": "info", "price_off": "warning", "superseded": "warning", "fitment": "plain",
    "facts": "plain",
}  # fmt: skip
FIT = {"yes": N_("Fits"), "no": N_("Does not fit"), "unknown": N_("Not known")}
FIT_TONE = {"yes": "success", "no": "danger", "unknown": "plain"}
#: Why; keys are `rules.fitment.Fit.reason`.
FIT_REASON = {
    "fits": N_("The catalogue names this car's model."),
    "instead": N_("It goes in for %(number)s, which fits."),
    "model": N_("The catalogue does not name this car's model for the part."),
    "built": N_("The car was not built in the part's production window."),
    "vin": N_("The car's VIN is outside the part's range."),
    "no_fitment": N_("The catalogue does not say which cars this part fits."),
    "built_unknown": N_("The car's production date is not registered, and the part goes by it."),
}

#: What to say when a rule is broken; keys are the codes of `rules.prices.Problem` and `rules.fitment.Problem`,
#: and what is no part number (`rules.facts.is_number`).
FAULTS = {
    "number": N_("A part number has letters, figures, hyphens, dots and single blanks, 32 at most."),
    "past": N_("A price can begin today at the earliest; papers of past days keep theirs."),
    "day_taken": N_("The part has a price from that day already."),
    "days_turned": N_("The last day is before the first."),
    "gap": N_("From %(first)s to %(last)s the part would have no price."),
    "overlap": N_("From %(first)s to %(last)s the part would have two prices."),
    "amount": N_("The amount must not be below 0."),
    "retail_low": N_("The retail price must not be below the dealer price."),
    "quantity": N_("A number from %(least)s to %(most)s with at most two decimal places."),
    "vin": N_("A VIN has 17 characters, figures and capital letters without I, O and Q."),
    "vin_alone": N_("A range needs its first and its last VIN."),
    "heads_differ": N_("Both VINs must be alike up to the serial number (the last six) and the check digit."),
    "range_turned": N_("The last VIN is before the first."),
    "twice": N_("The catalogue says this about the part already."),
}
