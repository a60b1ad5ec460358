"""Recovery codes: ten for the day the phone is lost, each opens once, shown when they are made and never again."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal.auth.models import RecoveryCode, User
from portal.auth.passwords import ALPHABET
from portal.auth.rules import RECOVERY_LENGTH, recovery_code
from portal.kernel.audit import record

HOW_MANY = 10
GROUP = 4


def make_codes(session: Session, user: User, now: datetime) -> tuple[str, ...]:
    """Make ten codes in place of those of before and return them; only their hashes are kept."""
    drop_codes(session, user)
    codes = tuple("".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(HOW_MANY))
    session.add_all(RecoveryCode(user_id=user.id, code_hash=_hash(user, code), made_at=now) for code in codes)
    session.flush()
    record(session, "recovery codes made", User.__tablename__, {"rows": HOW_MANY}, row_id=user.id)
    return tuple("-".join(code[at : at + GROUP] for at in range(0, RECOVERY_LENGTH, GROUP)) for code in codes)


def use_code(session: Session, user: User, typed: str, now: datetime) -> bool:
    """Use a code up; of two requests with one code the second finds none."""
    code = recovery_code(typed)
    if code is None:
        return False
    unused = (
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id, RecoveryCode.code_hash == _hash(user, code), RecoveryCode.used_at.is_(None)
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )  # fmt: skip
    if session.execute(unused).first() is None:
        return False
    record(session, "recovery code used", User.__tablename__, {"left": codes_left(session, user)}, row_id=user.id)
    return True


def codes_left(session: Session, user: User) -> int:
    """Count the codes that still open."""
    unused = select(func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


def drop_codes(session: Session, user: User) -> None:
    """Forget all codes of a person."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def _hash(user: User, code: str) -> str:
    """Hash a code with its owner; it has 79 bits, so a fast hash is enough."""
    return hashlib.sha256(f"{user.id}:{code}".encode()).hexdigest()
