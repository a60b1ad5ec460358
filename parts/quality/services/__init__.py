"""What can be done with quality reports. Every function takes the session, who acts and the moment."""

from parts.quality.services.answer import Answer, answer_report, begin_report, withdraw_own_report
from parts.quality.services.card import Card, card_of, edit_report, submit_report, withdraw_report
from parts.quality.services.measures import (
    MeasureText,
    add_measure,
    lift_measure,
    publish_measure,
    read_measure,
    remove_measure,
)
from parts.quality.services.open import Cluster, LinkedClaim, open_for_job, open_from_claims
from parts.quality.services.photos import add_photo, remove_photo
from parts.quality.services.work import StepText, check_effect, go_on, mark_seen, save_step, set_unit

__all__ = [
    "Answer", "Card", "Cluster", "LinkedClaim", "MeasureText", "StepText", "add_measure", "add_photo", "answer_report",
    "begin_report", "card_of", "check_effect", "edit_report", "go_on", "lift_measure", "mark_seen", "open_for_job",
    "open_from_claims", "publish_measure", "read_measure", "remove_measure", "remove_photo", "save_step", "set_unit",
    "submit_report", "withdraw_own_report", "withdraw_report",
]  # fmt: skip
