"""What came of looking at samples, and a moment for every claim that waits

Revision: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MARKS = ("sampled", "objected")
AWAITED = "coalesce(state, '') in ('submitted', 'in_review', 'countersign', 'appealed')"


def upgrade() -> None:
    op.add_column("claim", sa.Column("objected", sa.Boolean(), nullable=False, server_default=sa.false()))
    for mark in MARKS:
        where = sa.text(mark)
        op.create_index(f"ix_claim_{mark}", "claim", ["id"], sqlite_where=where, postgresql_where=where)
    # Claims that waited before clocks were kept: the first level's day, which is over. The queue pages by it.
    later = "strftime('%Y-%m-%d %H:%M:%f000', submitted_at, '+1 day')"
    if op.get_bind().dialect.name == "postgresql":
        op.execute("select set_config('sanbao.scope', '*', true)")  # a dealers' table has its wall
        later = "submitted_at + interval '24 hours'"
    op.execute(f"update claim set due_at = {later} where due_at is null and {AWAITED}")


def downgrade() -> None:
    for mark in MARKS:
        op.drop_index(f"ix_claim_{mark}", "claim")
    op.drop_column("claim", "objected")
