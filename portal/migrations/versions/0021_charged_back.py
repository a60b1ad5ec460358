"""What was taken back of a claim's line from the station when a supplier was asked for its share

Revision: 0021
Revises: 0020
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # One statement that both databases take: SQLite adds a CHECK only with its column. Lines that were made before
    # were reckoned of the whole approved amount.
    op.execute(
        "ALTER TABLE recovery_line ADD COLUMN charged_back BIGINT DEFAULT 0 NOT NULL"
        " CONSTRAINT ck_recovery_line_charged_back CHECK (charged_back >= 0)"
    )


def downgrade() -> None:
    op.drop_column("recovery_line", "charged_back")
