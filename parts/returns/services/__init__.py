"""What can be done with old parts. Every function takes the session, who acts and the moment."""

from parts.returns.services.ask import ApprovedClaim, PaidPart, ask_back
from parts.returns.services.correct import correct
from parts.returns.services.dispose import dispose
from parts.returns.services.dispute import add_photos, answer, dispute
from parts.returns.services.inspect import Finding, excuse, inspect, store, write_off
from parts.returns.services.pack import discard, open_box, put_in, scan_in, ship, take_out
from parts.returns.services.receive import lose_box, sign_box
from parts.returns.services.tell import mark_seen, tell_overdue
from parts.returns.services.write_rules import add_rule

__all__ = [
    "ApprovedClaim", "Finding", "PaidPart", "add_photos", "add_rule", "answer", "ask_back", "correct", "discard",
    "dispose", "dispute", "excuse", "inspect", "lose_box", "mark_seen", "open_box", "put_in", "scan_in", "ship",
    "sign_box", "store", "take_out", "tell_overdue", "write_off",
]  # fmt: skip
