"""What can be done with pre-authorisations. Every function takes the session, who acts and the moment."""

from warranty.authorisations.services.ask import (
    Asked,
    ask_for_car,
    ask_for_order,
    edit_authorisation,
    submit_authorisation,
)
from warranty.authorisations.services.decide import (
    Decision,
    decide_authorisation,
    revoke_authorisation,
    withdraw_authorisation,
)

__all__ = [
    "Asked", "Decision", "ask_for_car", "ask_for_order", "decide_authorisation", "edit_authorisation",
    "revoke_authorisation", "submit_authorisation", "withdraw_authorisation",
]  # fmt: skip
