"""The room's words: levels, outcomes and measures."""

from __future__ import annotations

from portal.kernel.i18n import N_

LEVELS = {"0": N_("By the rules"), "1": N_("First level"), "2": N_("Second level")}
OUTCOMES = {"approve": N_("Approved"), "return": N_("Returned"), "refuse": N_("Refused")}
WITHIN = {"yes": N_("Within a day"), "no": N_("After more than a day")}

#: What stations are compared by, with the unit of the figures.
MEASURES = {
    "labour": N_("Labour per claim"),
    "hours": N_("Hours per claim"),
    "alone": N_("Claims with a part and no labour"),
    "ending": N_("Claims at the end of a period"),
}
UNITS = {"labour": N_("yuan"), "hours": N_("h"), "alone": "%", "ending": "%"}
#: Which claims are behind a share.
SPECIAL = {"alone": N_("With a part and no labour"), "ending": N_("In the last 30 days or 1,000 km of a period")}
#: Whom a station is compared with.
BASES = {"grade": N_("Its grade"), "all": N_("All stations")}

#: What a table of failures shows in its cells.
TABLE_MEASURES = {"claims": N_("Claims"), "cars": N_("Cars affected"), "cost": N_("Cost (yuan)")}
#: Which cars claims are held against (`rules.basis`).
CARS = {"came_in": N_("Cars that came in"), "in_period": N_("Cars at risk")}
NOT_RECORDED = N_("not recorded")
