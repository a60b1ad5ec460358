"""Who may do what: permissions, the actor, and the mark every endpoint must carry.

Default deny: an endpoint without a mark is refused before the request reaches it, and a meta-test
finds it. Which role holds which permission is data in `portal.auth.roles`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """Everything that somebody may be allowed to do, in the words of the trade."""

    VEHICLE_VIEW = "vehicle.view"
    VEHICLE_EDIT = "vehicle.edit"  # record a sale, a new owner, a plate
    SERVICE_VIEW = "service.view"
    SERVICE_WRITE = "service.write"  # open, fill and complete repair orders
    SERVICE_REOPEN = "service.reopen"
    CLAIM_VIEW = "claim.view"
    CLAIM_WRITE = "claim.write"  # make, mend and submit claims
    CLAIM_DECIDE = "claim.decide"  # first level
    CLAIM_DECIDE_SENIOR = "claim.decide_senior"  # second level
    CLAIM_OPINE = "claim.opine"  # technical opinions
    CLAIM_RULES = "claim.rules"  # write, try and enforce rule books
    AUTHORISATION_DECIDE = "authorisation.decide"  # pass, return, refuse, revoke pre-authorisations
    GUARANTEE_VIEW = "guarantee.view"  # the watch, a car's counters
    GUARANTEE_EDIT = "guarantee.edit"  # orders, certificates, the calendar
    GUARANTEE_ALARM = "guarantee.alarm"  # what the nightly check found, over all stations
    COVERAGE_VIEW = "coverage.view"  # what covers a car, and until when
    COVERAGE_EDIT = "coverage.edit"  # policies, part warranty, contracts
    GOODWILL_GRANT = "goodwill.grant"
    CERTIFICATE_ISSUE = "certificate.issue"
    CASE_VIEW = "case.view"  # replacement/return cases (换退车)
    CASE_RECEIVE = "case.receive"
    CASE_DECIDE = "case.decide"
    CAMPAIGN_VIEW = "campaign.view"  # service campaigns and recalls (服务活动与召回)
    CAMPAIGN_EDIT = "campaign.edit"  # define, open and close them, make a recall's reports
    SETTLEMENT_VIEW = "settlement.view"
    SETTLEMENT_CONFIRM = "settlement.confirm"  # the dealer's yes or dispute
    SETTLEMENT_CLOSE = "settlement.close"  # headquarters closes a month
    SETTLEMENT_REVIEW = "settlement.review"
    SETTLEMENT_PAY = "settlement.pay"
    SETTLEMENT_DEDUCT = "settlement.deduct"  # book and undo deductions, debits and credits
    RETURN_VIEW = "return.view"  # old parts (旧件)
    RETURN_PACK = "return.pack"  # the dealer's part: pack, ship, dispute
    RETURN_INSPECT = "return.inspect"  # sign for boxes, inspect, store, excuse, write off
    RETURN_ANSWER = "return.answer"  # uphold or waive a disputed deduction
    RETURN_STORE = "return.store"  # what left headquarters' store, and to whom
    RETURN_DISPOSE = "return.dispose"  # hand over to the supplier, scrap
    RETURN_RULES = "return.rules"  # what must come back
    RECOVERY_VIEW = "recovery.view"  # what suppliers pay back (供应商追偿)
    RECOVERY_EDIT = "recovery.edit"  # contracts, demands and the suppliers' answers
    RECOVERY_BOOK = "recovery.book"  # book what was agreed, mark it as paid
    ANALYTICS_VIEW = "analytics.view"  # what is worth a look, over all stations
    QUALITY_VIEW = "quality.view"  # parts quality reports (配件质量信息跟踪卡) and published measures
    QUALITY_REPORT = "quality.report"  # a station reports
    QUALITY_HANDLE = "quality.handle"  # headquarters analyses, takes measures, checks and closes
    CATALOGUE_VIEW = "catalogue.view"
    CATALOGUE_EDIT = "catalogue.edit"
    STOCK_VIEW = "stock.view"  # stock and its documents, orders for parts and their deliveries
    STOCK_MOVE = "stock.move"  # receive, issue, transfer, count, correct, scrap
    PART_ORDER_WRITE = "part_order.write"  # order from headquarters, sign for what comes, check its invoice
    PART_ORDER_FULFIL = "part_order.fulfil"  # headquarters confirms, delivers, answers what was short or damaged
    NETWORK_VIEW = "network.view"
    NETWORK_EDIT = "network.edit"
    IMPORT_RUN = "import.run"
    USER_MANAGE = "user.manage"
    AUDIT_VIEW = "audit.view"


@dataclass(frozen=True)
class Actor:
    """Who acts: a person signed in, or the portal itself on somebody's order.

    ``dealer_id`` is None for headquarters. ``origin`` is where it came from: an IP address, or
    ``cli`` or ``job``.
    """

    user_id: int | None
    name: str
    dealer_id: int | None = None
    permissions: frozenset[Permission] = frozenset()
    origin: str = "cli"
    roles: tuple[str, ...] = ()

    def may(self, permission: Permission | str) -> bool:
        """Tell whether the actor holds the permission."""
        return permission in self.permissions

    @classmethod
    def system(cls, name: str = "system") -> Actor:
        """Return the portal itself, at headquarters, with every permission."""
        return cls(None, name, permissions=frozenset(Permission))


class AccessDeniedError(Exception):
    """The actor lacks the permission; answered with 403."""

    def __init__(self, permission: Permission | str) -> None:
        super().__init__(str(permission))
        self.permission = permission


def require(actor: Actor, permission: Permission | str) -> None:
    """Raise `AccessDeniedError` unless the actor holds the permission."""
    if not actor.may(permission):
        raise AccessDeniedError(permission)


@dataclass(frozen=True)
class AccessRule:
    """The mark on a view: public, anybody signed in, or one of some permissions."""

    public: bool = False
    any_of: tuple[Permission, ...] = ()


def access(*any_of: Permission) -> Callable[[View], View]:
    """Mark a view as open to whoever holds one of the permissions."""
    if not any_of:
        raise ValueError("name a permission, or use @signed_in")
    return _mark(AccessRule(any_of=any_of))


def public(view: View) -> View:
    """Mark a view as open to the world."""
    return _mark(AccessRule(public=True))(view)


def signed_in(view: View) -> View:
    """Mark a view as open to everybody with an account: own profile, own downloads."""
    return _mark(AccessRule())(view)


def rule_of(view: Callable[..., Any]) -> AccessRule | None:
    """Return the mark of a view, or None where it was forgotten."""
    return getattr(view, "access_rule", None)


def _mark(rule: AccessRule) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        view.access_rule = rule  # type: ignore[attr-defined]
        return view

    return decorate
