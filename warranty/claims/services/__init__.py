"""What can be done with claims. Every function takes the session, who acts and the moment."""

from warranty.claims.services.decide import Decision, Named, Outcome, decide_batch, decide_claim
from warranty.claims.services.make import make_claims_from_order, refill_claim
from warranty.claims.services.mend import Edit, edit_claim, mend_and_submit, withdraw_claim
from warranty.claims.services.submit import Submitted, preview, submit_claim

__all__ = [
    "Decision", "Edit", "Named", "Outcome", "Submitted", "decide_batch", "decide_claim", "edit_claim",
    "make_claims_from_order", "mend_and_submit", "preview", "refill_claim", "submit_claim", "withdraw_claim",
]  # fmt: skip
