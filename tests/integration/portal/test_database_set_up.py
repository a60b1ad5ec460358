from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from portal.auth.models import RolePolicy


@pytest.mark.parametrize("_time", [1, 2])
def test_every_test_starts_with_an_empty_database_and_its_first_keys(session: Session, _time: int) -> None:
    assert session.query(RolePolicy).count() == 0
    policy = RolePolicy(role="auditor")
    session.add(policy)
    session.commit()
    assert policy.id == 1


@pytest.mark.databases("postgresql")
def test_the_app_owns_nothing_and_is_no_superuser(session: Session) -> None:
    assert session.scalar(text("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")) is False
    assert session.scalar(text("select count(*) from pg_tables where tableowner = current_user")) == 0
    with pytest.raises(DatabaseError, match="must be owner"):
        session.execute(text("alter table claim disable row level security"))
