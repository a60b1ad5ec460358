"""Accounts, their open sessions, failed sign-ins, and what headquarters demands of a role."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Document, Identified, short


class User(Identified, Base):
    """A person with an account, at one dealer or (``dealer_id`` null) at headquarters."""

    __tablename__ = "user_account"

    username: Mapped[str] = mapped_column(short(64), unique=True)
    display_name: Mapped[str] = mapped_column(short(120))
    dealer_id: Mapped[int | None] = mapped_column(ForeignKey("dealer.id"), index=True)
    roles: Mapped[list[Any]] = mapped_column(Document)
    locale: Mapped[str] = mapped_column(short(8), default="zh_CN")
    password_hash: Mapped[str] = mapped_column(info={"secret": True})
    must_change_password: Mapped[bool] = mapped_column(default=True)
    totp_secret: Mapped[str | None] = mapped_column(info={"secret": True})  # sealed, see `sealing`
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class RecoveryCode(Identified, Base):
    """A code that stands in for a lost phone, once. Only its hash is kept."""

    __tablename__ = "recovery_code"
    __audited__ = False  # what happens to them is written by hand, without a word of them

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(short(64))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInSession(Identified, Base):
    """One signed-in browser. The cookie holds a random token, the table only its hash."""

    __tablename__ = "sign_in_session"
    __audited__ = False

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(short(64), unique=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ip: Mapped[str] = mapped_column(short(64))
    user_agent: Mapped[str] = mapped_column(short(255))
    second_factor_at: Mapped[datetime | None]


class LockOut(Identified, Base):
    """Failed sign-ins by account and by address; a table, because a process's memory is not shared."""

    __tablename__ = "lock_out"
    __audited__ = False

    key: Mapped[str] = mapped_column(short(128), unique=True)
    failures: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class RolePolicy(Identified, Base):
    """What headquarters demands of everybody in a role."""

    __tablename__ = "role_policy"
    __table_args__ = (UniqueConstraint("role"),)

    role: Mapped[str] = mapped_column(short(32))
    second_factor: Mapped[bool] = mapped_column(default=False)
