"""Analytics: decisions by their day, and what a photo looks like

Revision: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_claim_decision_decided", "claim_decision", ["decided_at", "id"])
    op.add_column("repair_photo", sa.Column("look", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("repair_photo", "look")
    op.drop_index("ix_claim_decision_decided", "claim_decision")
