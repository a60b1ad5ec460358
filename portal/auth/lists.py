"""The room's lists: accounts, and the trail of every change."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Text, cast, func, select, union_all

from portal.auth.models import User
from portal.auth.queries import STATION
from portal.auth.roles import ROLES
from portal.auth.words import ACTIONS, ORIGINS, SUBJECTS, YES_NO
from portal.kernel.access import Permission
from portal.kernel.audit import AuditEntry
from portal.kernel.clock import day_bounds
from portal.kernel.i18n import N_
from portal.kernel.incoming import whole
from portal.kernel.listing import Column, Filter, ListSpec

ROLE_NAMES = {key: role.en for key, role in ROLES.items()}


def _users() -> Select[Any]:
    return select(
        User.id, User.username.label("key"), User.username, User.display_name, STATION.c.code.label("dealer"),
        STATION.c.name.label("dealer_name"), User.roles[0].as_string().label("role"),
        User.active, User.totp_confirmed_at.is_not(None).label("second_factor"), User.created_at,
    ).select_from(User).outerjoin(STATION, STATION.c.id == User.dealer_id)  # fmt: skip


def _contains(expression: Any, text: str) -> Any:
    return func.lower(expression).contains(text.lower(), autoescape=True)


USERS = ListSpec(
    key="users",
    title=N_("Accounts"),
    permission=Permission.USER_MANAGE,
    statement=_users,
    identity=User.id,
    columns=(
        Column("username", N_("User name"), "code", link=True),
        Column("display_name", N_("Person's name")),
        Column("dealer", N_("Dealer code"), "code"),
        Column("dealer_name", N_("Dealer")),
        Column("role", N_("Role"), kind="state", words=ROLE_NAMES),
        Column("active", N_("May sign in"), kind="flag"),
        Column("second_factor", N_("Second factor"), kind="flag"),
        Column("created_at", N_("Made on"), kind="moment", default=False),
    ),
    sorts={"username": User.username, "display_name": User.display_name, "created_at": User.created_at},
    default_sort="username",
    endpoint="auth.users",
    row_endpoint="auth.user",
    filters=(
        Filter(
            "name", N_("Name or user name"),
            lambda s, v: s.where(_contains(User.username, v) | _contains(User.display_name, v)),
        ),
        Filter("dealer", N_("Dealer code"), lambda s, v: s.where(func.upper(STATION.c.code) == v.upper())),
        Filter(
            "role", N_("Role"), lambda s, v: s.where(cast(User.roles, Text).contains(f'"{v}"')), "choice", ROLE_NAMES
        ),
        Filter(
            "active", N_("May sign in"), lambda s, v: s.where(User.active if v == "yes" else ~User.active), "choice",
            YES_NO,
        ),
    ),
    empty=N_("No account fits. Take a filter away, or make an account."),
)  # fmt: skip


def _entries() -> Any:
    return select(
        AuditEntry.id, AuditEntry.id.label("key"), AuditEntry.at, AuditEntry.actor, AuditEntry.origin,
        AuditEntry.action, AuditEntry.table_name, AuditEntry.row_id, AuditEntry.seal_id.is_not(None).label("sealed"),
    )  # fmt: skip


def _row(statement: Select[Any], text: str) -> Select[Any]:
    return statement.where(AuditEntry.row_id == (-1 if (key := whole(text)) is None else key))


def _person(statement: Select[Any], text: str) -> Select[Any]:
    """Find people by what they are called now; what nobody signed in did, by the name it was done under."""
    people = select(User.id).where(_contains(User.display_name, text) | _contains(User.username, text))
    theirs = select(AuditEntry.id).where(AuditEntry.user_id.in_(people))
    nobodys = select(AuditEntry.id).where(AuditEntry.user_id.is_(None), _contains(AuditEntry.actor, text))
    return statement.where(AuditEntry.id.in_(union_all(theirs, nobodys)))  # apart: each by its index


AUDIT = ListSpec(
    key="audit",
    title=N_("Audit trail"),
    permission=Permission.AUDIT_VIEW,
    statement=_entries,
    identity=AuditEntry.id,
    columns=(
        Column("at", N_("When"), kind="moment", link=True),
        Column("actor", N_("Who")),
        Column("origin", N_("From where"), words=ORIGINS),
        Column("action", N_("What was done"), kind="state", words=ACTIONS),
        Column("table_name", N_("On what"), kind="state", words=SUBJECTS),
        Column("row_id", N_("Row"), "code"),
        Column("sealed", N_("Sealed"), kind="flag"),
    ),
    sorts={"at": AuditEntry.at},
    default_sort="-at",
    endpoint="auth.audit",
    row_endpoint="auth.audit_entry",
    filters=(
        Filter("table", N_("On what"), lambda s, v: s.where(AuditEntry.table_name == v), "choice", SUBJECTS),
        Filter("person", N_("Who"), _person),
        Filter("row", N_("Row"), _row),
        Filter("since", N_("From day"), lambda s, v: s.where(AuditEntry.at >= day_bounds(v, v)[0]), "date"),
        Filter("until", N_("To day"), lambda s, v: s.where(AuditEntry.at < day_bounds(v, v)[1]), "date"),
    ),
    empty=N_("No change fits. Take a filter away."),
)  # fmt: skip
