"""The lives of a warranty claim and of a rule book. *Returned* can be mended, *refused* can be appealed once."""

from __future__ import annotations

from portal.kernel.states import Machine, Step

CLAIM = Machine(
    name="claim",
    initial="draft",
    states=(
        "draft", "submitted", "in_review", "in_opinion", "countersign", "appealed", "returned", "approved", "refused",
        "withdrawn", "in_settlement", "settled",
    ),
    steps=(
        Step("submit", ("draft", "returned"), "submitted", "claim.write"),
        Step("withdraw", ("draft", "returned"), "withdrawn", "claim.write", needs_reason=True),
        Step("approve", ("submitted",), "approved", "claim.decide"),
        Step("return", ("submitted",), "returned", "claim.decide", needs_reason=True),
        Step("refuse", ("submitted",), "refused", "claim.decide", needs_reason=True),
        Step("refer", ("submitted",), "in_review", "claim.decide", needs_reason=True),
        Step("approve", ("in_review",), "approved", "claim.decide_senior"),
        Step("return", ("in_review",), "returned", "claim.decide_senior", needs_reason=True),
        Step("refuse", ("in_review",), "refused", "claim.decide_senior", needs_reason=True),
        # a technical opinion (技术意见), then the second level goes on
        Step("ask_opinion", ("submitted",), "in_opinion", "claim.decide", needs_reason=True),
        Step("ask_opinion", ("in_review",), "in_opinion", "claim.decide_senior", needs_reason=True),
        Step("give_opinion", ("in_opinion",), "in_review", "claim.opine", needs_reason=True),
        # four eyes (四眼原则): above a limit an approval is proposed, and another person signs
        Step("propose", ("submitted",), "countersign", "claim.decide"),
        Step("propose", ("in_review", "appealed"), "countersign", "claim.decide_senior"),
        Step("approve", ("countersign",), "approved", "claim.decide_senior"),
        Step("reject", ("countersign",), "in_review", "claim.decide_senior", needs_reason=True),
        # an appeal (复议), once, to another person
        Step("appeal", ("refused",), "appealed", "claim.write", needs_reason=True),
        Step("approve", ("appealed",), "approved", "claim.decide_senior"),
        Step("return", ("appealed",), "returned", "claim.decide_senior", needs_reason=True),
        Step("refuse", ("appealed",), "refused", "claim.decide_senior", needs_reason=True),
        # what the rules approved alone and was drawn as a sample: a person looks at it, wherever it is by then
        *(
            step
            for state in ("approved", "in_settlement", "settled")
            for step in (
                Step("look", (state,), state, "claim.decide"),
                Step("object", (state,), state, "claim.decide", needs_reason=True),
            )
        ),
        Step("settle", ("approved",), "in_settlement"),
        Step("release", ("in_settlement",), "approved"),
        Step("pay", ("in_settlement",), "settled"),
    ),
)  # fmt: skip

#: Headquarters has it and has not said yes or no.
WITH_HEADQUARTERS = ("submitted", "in_review", "in_opinion", "countersign", "appealed")
#: Headquarters pays it.
GRANTED = ("approved", "in_settlement", "settled")

RULE_BOOK = Machine(
    name="claim_rule_book",
    initial="draft",
    states=("draft", "tried", "in_force", "discarded"),
    steps=(
        Step("try", ("draft", "tried"), "tried", "claim.rules"),
        Step("edit", ("draft", "tried"), "draft", "claim.rules"),
        Step("enforce", ("tried",), "in_force", "claim.rules"),
        Step("discard", ("draft", "tried"), "discarded", "claim.rules", needs_reason=True),
    ),
)
