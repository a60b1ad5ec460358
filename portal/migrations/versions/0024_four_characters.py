"""Parts are found by four characters at once

Revision: 0024
Revises: 0023
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

CHUNK = 2_000
#: The length that is new.
FOUR = 4
PART = sa.table(
    "part", sa.column("id"), sa.column("number"), sa.column("name_zh"), sa.column("name_en"), sa.column("initials")
)  # fmt: skip
TERM = sa.table("part_term", sa.column("term"), sa.column("number"))


def upgrade() -> None:
    """Write the new terms of the parts of today, as `parts.catalogue.rules.words` did at this revision."""
    connection, last = op.get_bind(), 0
    wanted = PART.c.id, PART.c.number, PART.c.name_zh, PART.c.name_en, PART.c.initials
    while rows := connection.execute(
        sa.select(*wanted).where(PART.c.id > last).order_by(PART.c.id).limit(CHUNK)
    ).all():  # fmt: skip
        last = rows[-1].id
        terms = [
            {"term": term, "number": row.number}
            for row in rows
            for term in _terms(f"{row.name_zh} {row.name_en}", row.initials.lower())
        ]
        if terms:
            connection.execute(TERM.insert(), terms)


def _terms(names: str, letters: str) -> set[str]:
    runs = re.findall(r"[\u3400-\u9fff\uf900-\ufaff]+", names)
    words = {word[:FOUR] for word in re.findall(r"[a-z0-9]{4,}", names.lower())}
    return {*words, *_pieces(runs), *(f"~{piece}" for piece in _pieces([letters]))}


def _pieces(texts: Iterable[str]) -> set[str]:
    return {text[place : place + FOUR] for text in texts for place in range(len(text) - FOUR + 1)}


def downgrade() -> None:
    term = TERM.c.term
    letters = sa.func.length(term) == FOUR + 1
    names = sa.and_(sa.func.length(term) == FOUR, sa.not_(term.startswith("~")))
    op.execute(TERM.delete().where(sa.or_(sa.and_(term.startswith("~"), letters), names), ~term.startswith("@")))
