"""What a three-guarantees certificate says: the maker, a station's postcode, the words of an issue

Revision: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guarantee_maker",
        sa.Column("brand", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("postcode", sa.String(length=6), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("repairers_zh", sa.Text(), nullable=False),
        sa.Column("repairers_en", sa.Text(), nullable=False),
        sa.Column("remarks_zh", sa.Text(), nullable=False),
        sa.Column("remarks_en", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarantee_maker")),
    )
    op.add_column("dealer", sa.Column("postcode", sa.String(length=6), nullable=True))
    body = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
    op.add_column("guarantee_certificate_issue", sa.Column("body", body, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("guarantee_certificate_issue", "body")
    op.drop_column("dealer", "postcode")
    op.drop_table("guarantee_maker")
