"""What an old part's deduction could not take, because nothing more was left of its claim

Revision: 0020
Revises: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("old_part", sa.Column("uncovered", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("old_part", "uncovered")
