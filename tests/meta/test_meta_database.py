"""The schema on both databases: walls, migrations there and back with data, models and tables the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask_migrate import Migrate, downgrade, upgrade
from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from parts.catalogue.models import PartTerm
from portal.app import create_app
from portal.kernel.access import Actor
from portal.kernel.db import Base, db
from portal.kernel.scoping import HeadOfficeScope, enter, leave, owned_tables
from tests.conftest import NOW, settings
from tests.factories.cases import make_case, make_lemon
from tests.factories.catalogue import make_fitment, make_part
from tests.factories.network import make_dealer
from tests.factories.vehicles import make_model
from tests.support import postgres
from tests.support.rows import fill, models

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])


#: Tables that a migration fills from others.
DERIVED = {"part_term"}


@pytest.fixture
def bare_app(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The portal on a database without a table, connected as the tables' owner-to-be."""
    if kind == "sqlite":
        yield from _in_context(create_app(settings(f"sqlite:///{tmp_path / 'bare.sqlite'}", tmp_path)))
        return
    with postgres.fresh_database(request.getfixturevalue("postgres_database")) as fresh:
        yield from _in_context(create_app(settings(fresh.owner.render_as_string(hide_password=False), tmp_path)))


def _in_context(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def _revisions() -> list[str]:
    migrate: Migrate = current_app.extensions["migrate"].migrate
    script = ScriptDirectory.from_config(migrate.get_config())
    return [revision.revision for revision in script.walk_revisions()]


def _counts() -> dict[str, int]:
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("select set_config('sanbao.scope', '*', true)"))
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def _a_row_in_every_table() -> None:
    session: Session = db.session()
    enter(session, Actor.system("test"), HeadOfficeScope("test"))
    for model in models():
        if not session.scalar(select(func.count()).select_from(Base.metadata.tables[model.__tablename__])):
            fill(session, model)
    session.commit()
    leave(session)
    db.session.remove()


@both
def test_migrations_go_up_and_down_and_up_again_with_data(bare_app: Flask) -> None:
    upgrade()
    made = set(inspect(db.engine).get_table_names())
    assert made == {*Base.metadata.tables, "alembic_version"}
    _a_row_in_every_table()
    before = _counts()
    assert 0 not in before.values()
    newest_first = _revisions()
    for revision in newest_first[1:]:  # every step back but the one that drops the first tables
        downgrade(revision=revision)
    first = set(inspect(db.engine).get_table_names())  # a table made later goes, with its rows, on the way down
    upgrade()
    after = {name: count for name, count in _counts().items() if name not in DERIVED}
    assert after == {name: before[name] if name in first else 0 for name in after}
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
    upgrade()
    assert set(inspect(db.engine).get_table_names()) == made


@both
def test_parts_are_found_by_the_same_terms_after_going_down_and_up(bare_app: Flask) -> None:
    upgrade()
    session: Session = db.session()
    enter(session, Actor.system("test"), HeadOfficeScope("test"))
    part = make_part(session, "ABS.1", "ABS控制单元（左前）", name_en="ABS control unit at rim", initials="abskzdyzq")
    make_fitment(session, part, make_model(session, code="M234"))
    session.commit()
    of_number = select(PartTerm.term).order_by(PartTerm.term)
    before = session.scalars(of_number).all()
    assert {"控制单元", "~absk", "cont", "unit", "rim", "@M234"} < set(before)
    leave(session)
    db.session.remove()
    downgrade(revision="0023")
    with db.engine.connect() as connection:
        assert {"控制单元", "~absk", "cont"}.isdisjoint(connection.scalars(of_number))
    upgrade()
    with db.engine.connect() as connection:
        assert connection.scalars(of_number).all() == before


@both
def test_models_and_migrations_say_the_same(bare_app: Flask) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@both
def test_the_database_itself_keeps_the_states(bare_app: Flask) -> None:
    """The CHECK constraint of each table with a machine is there, with the machine's very states."""
    upgrade()
    for mapper in Base.registry.mappers:
        machine = getattr(mapper.class_, "__machine__", None)
        if machine is None:
            continue
        checks = inspect(db.engine).get_check_constraints(mapper.local_table.name)  # type: ignore[attr-defined]
        written = next(str(check["sqltext"]) for check in checks if "state" in str(check["name"]))
        assert all(f"'{state}'" in written for state in machine.states)
        assert written.count("'") == 2 * len(machine.states)


@pytest.mark.databases("postgresql")
def test_every_dealers_table_has_its_wall(session: Session) -> None:
    walls = session.execute(
        text(
            "select c.relname, c.relrowsecurity and c.relforcerowsecurity, count(p.polname)"
            " from pg_class c left join pg_policy p on p.polrelid = c.oid"
            " where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace group by 1, 2"
        )
    ).all()
    walled = {name for name, forced, policies in walls if forced and policies}
    assert walled == owned_tables()


@pytest.mark.databases("postgresql")
def test_the_wall_holds_without_the_session(session: Session) -> None:
    """Raw SQL, which no hook of ours sees, finds one dealer's rows, or none at all."""
    first, second = make_dealer(session), make_dealer(session)
    owned = [model for model in models() if model.__tablename__ in owned_tables()]
    for dealer in (first, second):
        for model in owned:
            fill(session, model, dealer_id=dealer.id)
    session.commit()
    for model in owned:
        name = model.__tablename__
        for scope, seen in ((str(first.id), {first.id}), ("*", {first.id, second.id}), ("", set()), ("0", set())):
            with db.engine.connect() as connection:
                connection.execute(text("select set_config('sanbao.scope', :scope, true)"), {"scope": scope})
                rows = connection.execute(text(f"select distinct dealer_id from {name}"))
                assert set(rows.scalars()) == seen, (name, scope)


@both
def test_a_case_of_before_gets_the_days_of_its_order_and_its_price(bare_app: Flask) -> None:
    """What 0011 adds to a kept finding is what `warranty.cases` reads; on the way down it goes again."""
    upgrade()
    session: Session = db.session()
    enter(session, Actor.system("test"), HeadOfficeScope("test"))
    dealer = make_dealer(session)
    case = make_case(session, NOW, make_lemon(session, NOW, dealer))
    finding = case.finding
    session.commit()
    leave(session)
    db.session.remove()
    downgrade(revision="0010")
    assert not {"ruling", "reply_days", "complete_days", "price"} & _findings().keys()
    upgrade()
    assert _findings() == finding


def _findings() -> dict[str, Any]:
    """Return what the only case keeps, whatever columns its table has."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("select set_config('sanbao.scope', '*', true)"))
        kept = connection.execute(text("select finding from guarantee_case")).scalar_one()
    found: dict[str, Any] = json.loads(kept) if isinstance(kept, str) else kept
    return found
