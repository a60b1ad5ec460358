"""Who lifted a published measure by itself, and why

Revision: 0023
Revises: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quality_measure", sa.Column("lifted_by", sa.String(length=120), nullable=True))
    op.add_column("quality_measure", sa.Column("lifted_reason", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("quality_measure", "lifted_reason")
    op.drop_column("quality_measure", "lifted_by")
