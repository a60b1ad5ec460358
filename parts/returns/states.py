"""The lives of an old part (旧件), of the box it travels in, and of a dealer's dispute about it.

*Accepted* and *deducted* are the two ends of an inspection. Only a correction comes back from them to *signed*,
so no part is inspected twice by mistake; what is *missing* may come after all. Written off, it is never *due*
again: it is missing or on its way.
"""

from __future__ import annotations

from portal.kernel.states import Machine, Step

#: Still with the dealer.
WITH_DEALER = ("due", "packed")

OLD_PART = Machine(
    name="old_part",
    initial="due",
    states=(
        "due", "packed", "shipped", "signed", "accepted", "deducted", "missing", "stored", "handed_over", "scrapped",
        "excused",
    ),
    steps=(
        Step("pack", ("due", "missing"), "packed", "return.pack"),  # what was written off may come after all
        Step("unpack", ("packed",), "due", "return.pack"),
        Step("unpack_late", ("packed",), "missing", "return.pack"),  # of what was written off, as is the next but one
        Step("ship", ("packed",), "shipped", "return.pack"),
        Step("sign", ("shipped",), "signed", "return.inspect"),
        Step("lack", ("shipped",), "due", "return.inspect", needs_reason=True),  # listed, but not in the box
        Step("lack_late", ("shipped",), "missing", "return.inspect", needs_reason=True),
        Step("accept", ("signed",), "accepted", "return.inspect"),
        Step("deduct", ("signed",), "deducted", "return.inspect"),
        Step("miss", ("signed",), "missing", "return.inspect"),
        Step("write_off", WITH_DEALER, "missing", "return.inspect", needs_reason=True),  # overdue, paid by the dealer
        Step("excuse", WITH_DEALER, "excused", "return.inspect", needs_reason=True),
        # a wrong finding: back, and on in the same transaction, by a second person
        Step("correct", ("accepted", "deducted", "missing", "stored"), "signed", "return.inspect", needs_reason=True),
        Step("store", ("accepted", "deducted"), "stored", "return.inspect"),
        Step("hand_over", ("stored",), "handed_over", "return.dispose"),
        Step("scrap", ("stored",), "scrapped", "return.dispose"),
    ),
)  # fmt: skip

RETURN_BOX = Machine(
    name="return_box",
    initial="packing",
    states=("packing", "shipped", "signed", "discarded"),
    steps=(
        Step("ship", ("packing",), "shipped", "return.pack"),
        Step("discard", ("packing",), "discarded", "return.pack"),
        Step("sign", ("shipped",), "signed", "return.inspect"),
        Step("lose", ("shipped",), "discarded", "return.inspect", needs_reason=True),  # nothing of it arrived
    ),
)

OLD_PART_DISPUTE = Machine(
    name="old_part_dispute",
    initial="open",
    states=("open", "upheld", "waived"),
    steps=(
        Step("uphold", ("open",), "upheld", "return.answer", needs_reason=True),
        Step("waive", ("open",), "waived", "return.answer", needs_reason=True),
    ),
)
