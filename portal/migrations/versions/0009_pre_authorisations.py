"""Pre-authorisations (预授权): what is asked before a repair, and the amount reserved

Revision: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SEEN = "current_setting('sanbao.scope', true) = '*' or dealer_id::text = current_setting('sanbao.scope', true)"
TABLES = ("pre_authorisation", "pre_authorisation_version")


def upgrade() -> None:
    op.create_table(
        "pre_authorisation",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vin", sa.String(length=17), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("odometer_km", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("component", sa.String(length=24), nullable=False),
        sa.Column("causal_part", sa.String(length=32), nullable=True),
        sa.Column("concern", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("correction", sa.Text(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("granted", sa.BigInteger(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("row_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "state in ('draft', 'submitted', 'returned', 'passed', 'refused', 'withdrawn')",
            name=op.f("ck_pre_authorisation_state"),
        ),
        sa.CheckConstraint(
            "granted is null or (granted > 0 and granted <= asked)", name=op.f("ck_pre_authorisation_granted")
        ),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_pre_authorisation_dealer_id_dealer")),
        sa.ForeignKeyConstraint(
            ["job_id"], ["repair_job.id"], name=op.f("fk_pre_authorisation_job_id_repair_job"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["repair_order.id"], name=op.f("fk_pre_authorisation_order_id_repair_order")
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_pre_authorisation_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pre_authorisation")),
        sa.UniqueConstraint("number", name=op.f("uq_pre_authorisation_number")),
    )
    with op.batch_alter_table("pre_authorisation", schema=None) as batch_op:
        batch_op.create_index("ix_pre_authorisation_dealer", ["dealer_id", "id"], unique=False)
        batch_op.create_index("ix_pre_authorisation_job", ["job_id"], unique=False)
        batch_op.create_index("ix_pre_authorisation_order", ["order_id"], unique=False)
        batch_op.create_index("ix_pre_authorisation_state", ["state", "submitted_at", "id"], unique=False)
        batch_op.create_index("ix_pre_authorisation_vehicle", ["vehicle_id", "id"], unique=False)

    op.create_table(
        "pre_authorisation_version",
        sa.Column("authorisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.String(length=120), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["authorisation_id"],
            ["pre_authorisation.id"],
            name=op.f("fk_pre_authorisation_version_authorisation_id_pre_authorisation"),
        ),
        sa.ForeignKeyConstraint(
            ["dealer_id"], ["dealer.id"], name=op.f("fk_pre_authorisation_version_dealer_id_dealer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pre_authorisation_version")),
        sa.UniqueConstraint(
            "authorisation_id", "version", name=op.f("uq_pre_authorisation_version_authorisation_id_version")
        ),
    )

    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"alter table {table} enable row level security")
            op.execute(f"alter table {table} force row level security")
            op.execute(f"create policy dealer_wall on {table} using ({SEEN}) with check ({SEEN})")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
