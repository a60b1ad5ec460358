"""What administrators do with accounts: make them, change them, help people back in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.auth import lockout
from portal.auth.models import RolePolicy, User
from portal.auth.passwords import first_password, hash_password
from portal.auth.queries import station_by_code
from portal.auth.roles import ROLES, Side
from portal.auth.rules import good_username
from portal.auth.services import clear_second_factor, end_sessions
from portal.kernel.access import Actor, Permission, require
from portal.kernel.audit import record
from portal.kernel.errors import DomainError, Fault, NotFoundError
from portal.kernel.i18n import LOCALES, N_


@dataclass(frozen=True)
class NewUser:
    """What is asked of a new account; ``dealer`` is a dealer's code, empty for headquarters."""

    username: str
    display_name: str
    roles: tuple[str, ...]
    dealer: str = ""
    locale: str = next(iter(LOCALES))


def create_user(session: Session, new: NewUser, actor: Actor, now: datetime) -> tuple[User, str]:
    """Make an account; return it with its first password, which is shown once and must be changed."""
    require(actor, Permission.USER_MANAGE)
    username = new.username.strip().lower()
    dealer_id = station_by_code(session, new.dealer) if new.dealer.strip() else None
    faults = [*_name_faults(session, username), *role_faults(new.roles, at_dealer=bool(new.dealer.strip()))]
    if new.dealer.strip() and dealer_id is None:
        faults.append(Fault(N_("There is no dealer with this code."), "dealer"))
    if not new.display_name.strip():
        faults.append(Fault(N_("Please give the person's name."), "display_name"))
    if faults:
        raise DomainError(*faults)
    password = first_password()
    user = User(
        username=username, display_name=new.display_name.strip(), dealer_id=dealer_id, roles=list(new.roles),
        locale=new.locale, password_hash=hash_password(password), created_at=now,
    )  # fmt: skip
    session.add(user)
    session.flush()
    return user, password


def _name_faults(session: Session, username: str) -> list[Fault]:
    if not good_username(username):
        message = N_("A user name has 3 to 64 characters: small letters a–z, digits, dot, dash, underscore.")
        return [Fault(message, "username")]
    if session.scalar(select(User.id).where(User.username == username)) is not None:
        return [Fault(N_("This user name is taken."), "username")]
    return []


def role_faults(roles: tuple[str, ...], *, at_dealer: bool) -> list[Fault]:
    """Return what is wrong with a choice of roles: none, an unknown one, or one of the other side."""
    if not roles or not set(roles) <= set(ROLES):
        return [Fault(N_("Please choose at least one role."), "roles")]
    side = Side.DEALER if at_dealer else Side.HEAD_OFFICE
    if all(ROLES[key].side is side for key in roles):
        return []
    if at_dealer:
        return [Fault(N_("Somebody at a dealer holds dealers' roles only."), "roles")]
    return [Fault(N_("Somebody at headquarters holds headquarters' roles only. For a dealer, give its code."), "roles")]


def find_user(session: Session, username: str) -> User:
    """Return an account by its name, locked for change."""
    wanted = select(User).where(User.username == username.strip().lower()).with_for_update()
    found = session.scalars(wanted).first()
    if found is None:
        raise NotFoundError(Fault(N_("There is no account with this user name.")))
    return found


def edit_user(
    session: Session,
    user: User,
    display_name: str,
    roles: tuple[str, ...],
    actor: Actor,
    now: datetime,
    *,
    active: bool,
) -> None:
    """Change name, roles and whether somebody may sign in; who may not is out at once."""
    require(actor, Permission.USER_MANAGE)
    faults = role_faults(roles, at_dealer=user.dealer_id is not None)
    if user.id == actor.user_id and (not active or "administrator" not in roles):
        faults.append(Fault(N_("You cannot take away your own access. Another administrator can."), "roles"))
    if faults:
        raise DomainError(*faults)
    user.display_name, user.active = display_name.strip(), active
    if set(roles) != set(user.roles):
        user.roles = list(roles)
    if not active:
        end_sessions(session, user, now)


def reset_password(session: Session, user: User, actor: Actor, now: datetime) -> str:
    """Give a new first password, open the door again and end all sessions; return the password."""
    require(actor, Permission.USER_MANAGE)
    password = first_password()
    user.password_hash, user.must_change_password = hash_password(password), True
    lockout.forget(session, user.username)
    end_sessions(session, user, now)
    return password


def reset_second_factor(session: Session, user: User, actor: Actor, now: datetime) -> None:
    """Take away the second factor of a lost phone; a role that needs one enrols at the next sign-in."""
    require(actor, Permission.USER_MANAGE)
    clear_second_factor(session, user)
    end_sessions(session, user, now)


def unlock(session: Session, user: User, actor: Actor) -> bool:
    """Let somebody try again before the lock-out ends; tell whether there was anything to forget."""
    require(actor, Permission.USER_MANAGE)
    record(session, "unlocked", User.__tablename__, {}, row_id=user.id)
    return lockout.forget(session, user.username)


def set_role_policy(session: Session, demanded: set[str], actor: Actor) -> None:
    """Require the second factor of these roles, and of no others; it holds from the next click on."""
    require(actor, Permission.USER_MANAGE)
    known = {policy.role: policy for policy in session.scalars(select(RolePolicy))}
    for key in ROLES:
        if key in known:
            known[key].second_factor = key in demanded
        elif key in demanded:
            session.add(RolePolicy(role=key, second_factor=True))
    session.flush()
