"""What went back to suppliers after the agreement

Revision: 0025
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OWN = sa.text("adjustment_id is null")


def upgrade() -> None:
    # As in 0021: SQLite adds a CHECK only with its column.
    for table in ("recovery", "recovery_line"):
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN given_back BIGINT DEFAULT 0 NOT NULL"
            f" CONSTRAINT ck_{table}_given_back CHECK (given_back >= 0 and given_back <= coalesce(agreed, 0))"
        )
    op.create_table(
        "recovery_adjustment",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("recovery_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("lines", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_recovery_adjustment_amount")),
        sa.ForeignKeyConstraint(
            ["recovery_id"], ["recovery.id"], name=op.f("fk_recovery_adjustment_recovery_id_recovery")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_adjustment")),
        sa.UniqueConstraint("number", name=op.f("uq_recovery_adjustment_number")),
    )
    op.create_index("ix_recovery_adjustment_recovery", "recovery_adjustment", ["recovery_id", "id"])
    with op.batch_alter_table("recovery_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("adjustment_id", KEY, nullable=True))
        batch_op.drop_constraint(op.f("uq_recovery_entry_recovery_id_account"), type_="unique")
        batch_op.create_unique_constraint(op.f("uq_recovery_entry_adjustment_id_account"), ["adjustment_id", "account"])
        batch_op.create_foreign_key(
            op.f("fk_recovery_entry_adjustment_id_recovery_adjustment"),
            "recovery_adjustment",
            ["adjustment_id"],
            ["id"],
        )
        batch_op.create_check_constraint(
            op.f("ck_recovery_entry_account"),
            "account not in ('booked', 'paid', 'back', 'repaid')"
            " or (adjustment_id is null) = (account in ('booked', 'paid'))",
        )
    op.create_index(
        "uq_recovery_entry_own",
        "recovery_entry",
        ["recovery_id", "account"],
        unique=True,
        sqlite_where=OWN,
        postgresql_where=OWN,
    )


def downgrade() -> None:
    # Before this nothing went back: what was agreed is what was paid.
    op.execute("DELETE FROM recovery_entry WHERE adjustment_id IS NOT NULL")
    op.execute(
        "UPDATE recovery_entry SET amount = -(SELECT agreed FROM recovery WHERE recovery.id = recovery_entry.recovery_id)"
        " WHERE account = 'paid'"
    )
    op.drop_index("uq_recovery_entry_own", table_name="recovery_entry")
    with op.batch_alter_table("recovery_entry", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_recovery_entry_account"), type_="check")
        batch_op.drop_constraint(op.f("fk_recovery_entry_adjustment_id_recovery_adjustment"), type_="foreignkey")
        batch_op.drop_constraint(op.f("uq_recovery_entry_adjustment_id_account"), type_="unique")
        batch_op.drop_column("adjustment_id")
        batch_op.create_unique_constraint(op.f("uq_recovery_entry_recovery_id_account"), ["recovery_id", "account"])
    op.drop_index("ix_recovery_adjustment_recovery", table_name="recovery_adjustment")
    op.drop_table("recovery_adjustment")
    for table in ("recovery_line", "recovery"):
        op.drop_column(table, "given_back")
