"""Coverage: policies and part warranties as versions, extended-service contracts, goodwill

Revision: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coverage_part_warranty",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("wear_class", sa.String(length=24), nullable=False),
        sa.Column("months", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("km", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("km > 0 and months > 0", name=op.f("ck_coverage_part_warranty_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_part_warranty")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_coverage_part_warranty_code_version")),
    )
    with op.batch_alter_table("coverage_part_warranty", schema=None) as batch_op:
        batch_op.create_index("ix_coverage_part_warranty_number", ["number"], unique=False)

    op.create_table(
        "coverage_policy",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("series", sa.String(length=64), nullable=False),
        sa.Column("component", sa.String(length=24), nullable=False),
        sa.Column("use", sa.String(length=16), nullable=False),
        sa.Column("months", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("km", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("km > 0 and months > 0", name=op.f("ck_coverage_policy_length")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["vehicle_model.id"], name=op.f("fk_coverage_policy_model_id_vehicle_model")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_policy")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_coverage_policy_code_version")),
    )
    with op.batch_alter_table("coverage_policy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coverage_policy_model_id"), ["model_id"], unique=False)

    op.create_table(
        "coverage_contract",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vin", sa.String(length=17), nullable=False),
        sa.Column("product", sa.String(length=80), nullable=False),
        sa.Column("components", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("wear_parts", sa.Boolean(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("until_km", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seller_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("cancelled_why", sa.Text(), nullable=True),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("begins_on <= until_on", name=op.f("ck_coverage_contract_days")),
        sa.ForeignKeyConstraint(["seller_id"], ["dealer.id"], name=op.f("fk_coverage_contract_seller_id_dealer")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_coverage_contract_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_contract")),
        sa.UniqueConstraint("number", name=op.f("uq_coverage_contract_number")),
    )
    with op.batch_alter_table("coverage_contract", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coverage_contract_seller_id"), ["seller_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_coverage_contract_vehicle_id"), ["vehicle_id"], unique=False)

    op.create_table(
        "coverage_goodwill",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vin", sa.String(length=17), nullable=False),
        sa.Column("component", sa.String(length=24), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("until_km", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("headquarters_share", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_share", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_share", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("station_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.String(length=120), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("begins_on <= until_on", name=op.f("ck_coverage_goodwill_days")),
        sa.CheckConstraint(
            "headquarters_share + dealer_share + customer_share = 100 and headquarters_share >= 0 and dealer_share >= 0 "
            "and customer_share >= 0",
            name=op.f("ck_coverage_goodwill_shares"),
        ),
        sa.ForeignKeyConstraint(["station_id"], ["dealer.id"], name=op.f("fk_coverage_goodwill_station_id_dealer")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_coverage_goodwill_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_goodwill")),
        sa.UniqueConstraint("number", name=op.f("uq_coverage_goodwill_number")),
    )
    with op.batch_alter_table("coverage_goodwill", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coverage_goodwill_station_id"), ["station_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_coverage_goodwill_vehicle_id"), ["vehicle_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("coverage_goodwill", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coverage_goodwill_vehicle_id"))
        batch_op.drop_index(batch_op.f("ix_coverage_goodwill_station_id"))

    op.drop_table("coverage_goodwill")
    with op.batch_alter_table("coverage_contract", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coverage_contract_vehicle_id"))
        batch_op.drop_index(batch_op.f("ix_coverage_contract_seller_id"))

    op.drop_table("coverage_contract")
    with op.batch_alter_table("coverage_policy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coverage_policy_model_id"))

    op.drop_table("coverage_policy")
    with op.batch_alter_table("coverage_part_warranty", schema=None) as batch_op:
        batch_op.drop_index("ix_coverage_part_warranty_number")

    op.drop_table("coverage_part_warranty")
