"""Which role holds which permission: one table, read by the guard, the menus and the tests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from portal.kernel.access import Permission as P  # noqa: N817  (a table reads better with a short name)
from portal.kernel.i18n import N_, locale_key


class Side(StrEnum):
    """Where somebody works."""

    DEALER = "dealer"
    HEAD_OFFICE = "head_office"


@dataclass(frozen=True)
class Role:
    """A role of the trade: its name in both languages, its side, what it may do."""

    key: str
    zh: str
    en: str
    side: Side
    permissions: frozenset[P]

    @property
    def name(self) -> str:
        """The role's name in the language in force."""
        return self.zh if locale_key() == "zh_CN" else self.en


def _role(key: str, zh: str, en: str, side: Side, *permissions: P) -> Role:
    return Role(key, zh, en, side, frozenset(permissions))


_LOOK = (
    P.VEHICLE_VIEW, P.SERVICE_VIEW, P.CATALOGUE_VIEW, P.GUARANTEE_VIEW, P.COVERAGE_VIEW, P.CAMPAIGN_VIEW,
    P.QUALITY_VIEW, P.STOCK_VIEW,
)  # fmt: skip
_READ_ALL = (
    *_LOOK, P.CLAIM_VIEW, P.SETTLEMENT_VIEW, P.RETURN_VIEW, P.RETURN_STORE, P.NETWORK_VIEW, P.CASE_VIEW,
    P.GUARANTEE_ALARM,
)  # fmt: skip
_STOCK = (P.STOCK_MOVE, P.PART_ORDER_WRITE)
_DEMANDS = (P.CASE_VIEW, P.CASE_RECEIVE, P.CERTIFICATE_ISSUE)
_DEALER, _HQ = Side.DEALER, Side.HEAD_OFFICE

ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        _role(
            "service_advisor", "服务顾问", N_("Service advisor"), _DEALER,
            *_LOOK, *_DEMANDS, P.SERVICE_WRITE, P.VEHICLE_EDIT,
        ),
        _role("technician", "技师", N_("Technician"), _DEALER, *_LOOK, P.SERVICE_WRITE, P.QUALITY_REPORT),
        _role(
            "warranty_clerk", "索赔员", N_("Warranty clerk"), _DEALER,
            *_LOOK, P.SERVICE_WRITE, P.CLAIM_VIEW, P.CLAIM_WRITE, P.SETTLEMENT_VIEW, P.RETURN_VIEW, P.RETURN_PACK,
            P.QUALITY_REPORT,
        ),
        _role(
            "parts_clerk", "配件员", N_("Parts clerk"), _DEALER,
            *_LOOK, *_STOCK, P.RETURN_VIEW, P.RETURN_PACK, P.QUALITY_REPORT,
        ),
        _role(
            "service_manager", "服务经理", N_("Service manager"), _DEALER,
            *_LOOK, *_STOCK, *_DEMANDS, P.SERVICE_WRITE, P.SERVICE_REOPEN, P.VEHICLE_EDIT, P.CLAIM_VIEW, P.CLAIM_WRITE,
            P.SETTLEMENT_VIEW, P.SETTLEMENT_CONFIRM, P.RETURN_VIEW, P.RETURN_PACK, P.QUALITY_REPORT,
        ),
        _role(
            "customer_relations", "客户关系专员", N_("Customer relations"), _DEALER,
            P.VEHICLE_VIEW, P.SERVICE_VIEW, P.GUARANTEE_VIEW, P.COVERAGE_VIEW, P.CAMPAIGN_VIEW, *_DEMANDS,
        ),
        _role(
            "auditor", "索赔审核（一级）", N_("Claims auditor, first level"), _HQ,
            *_READ_ALL, P.CLAIM_DECIDE, P.AUTHORISATION_DECIDE, P.ANALYTICS_VIEW,
        ),
        _role(
            "senior_auditor", "索赔审核（二级）", N_("Claims auditor, second level"), _HQ,
            *_READ_ALL, P.CLAIM_DECIDE, P.CLAIM_DECIDE_SENIOR, P.CLAIM_RULES, P.CASE_DECIDE, P.GOODWILL_GRANT,
            P.AUTHORISATION_DECIDE, P.ANALYTICS_VIEW,
        ),
        _role(
            "settlement", "结算", N_("Settlement"), _HQ,
            *_READ_ALL, P.SETTLEMENT_CLOSE, P.SETTLEMENT_REVIEW, P.SETTLEMENT_PAY, P.SETTLEMENT_DEDUCT,
            P.RECOVERY_VIEW, P.RECOVERY_BOOK,
        ),
        _role(
            "parts_desk", "配件/旧件", N_("Parts and old parts"), _HQ,
            *_READ_ALL, P.CATALOGUE_EDIT, P.IMPORT_RUN, P.RETURN_INSPECT, P.RETURN_ANSWER, P.RETURN_DISPOSE,
            P.RETURN_RULES, P.RECOVERY_VIEW, P.PART_ORDER_FULFIL,
        ),
        _role(
            "quality", "质量工程师", N_("Quality engineer"), _HQ,
            *_READ_ALL, P.GUARANTEE_EDIT, P.COVERAGE_EDIT, P.CAMPAIGN_EDIT, P.IMPORT_RUN, P.CLAIM_OPINE,
            P.ANALYTICS_VIEW, P.RETURN_ANSWER, P.RETURN_DISPOSE, P.QUALITY_HANDLE, P.RECOVERY_VIEW, P.RECOVERY_EDIT,
        ),
        _role(
            "network_manager", "网络管理", N_("Network manager"), _HQ,
            *_READ_ALL, P.NETWORK_EDIT, P.IMPORT_RUN, P.ANALYTICS_VIEW,
        ),
        _role(
            "customer_centre", "客户中心", N_("Customer centre"), _HQ,
            P.VEHICLE_VIEW, P.SERVICE_VIEW, P.NETWORK_VIEW, P.GUARANTEE_VIEW, P.COVERAGE_VIEW, P.CAMPAIGN_VIEW,
            P.CASE_VIEW, P.CASE_RECEIVE, P.CASE_DECIDE, P.CERTIFICATE_ISSUE, P.GUARANTEE_ALARM,
        ),
        _role(
            "administrator", "系统管理员", N_("Administrator"), _HQ,
            *_READ_ALL, P.CATALOGUE_EDIT, P.NETWORK_EDIT, P.VEHICLE_EDIT, P.IMPORT_RUN, P.USER_MANAGE, P.AUDIT_VIEW,
            P.GUARANTEE_EDIT, P.CLAIM_RULES, P.COVERAGE_EDIT, P.CAMPAIGN_EDIT, P.GOODWILL_GRANT,
            P.RETURN_RULES, P.RECOVERY_VIEW,
        ),
        _role(
            "reader", "只读/审计", N_("Reader"), _HQ,
            *_READ_ALL, P.AUDIT_VIEW, P.ANALYTICS_VIEW, P.RECOVERY_VIEW,
        ),
    )
}  # fmt: skip


def permissions_of(roles: list[str] | tuple[str, ...]) -> frozenset[P]:
    """Return everything that somebody with these roles may do; an unknown role grants nothing."""
    return _granted(tuple(roles))


@lru_cache(maxsize=1_000)
def _granted(roles: tuple[str, ...]) -> frozenset[P]:
    """Unite what roles grant, once: what they grant is code."""
    return frozenset().union(*(ROLES[key].permissions for key in roles if key in ROLES))
