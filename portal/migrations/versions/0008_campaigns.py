"""Service campaigns and recalls, and the column mappings of imports that users make

Revision: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BODY = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("maker", sa.String(length=120), nullable=True),
        sa.Column("maker_number", sa.String(length=40), nullable=True),
        sa.Column("component", sa.String(length=80), nullable=True),
        sa.Column("defect", sa.Text(), nullable=False),
        sa.Column("hazard", sa.Text(), nullable=False),
        sa.Column("precaution", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("part_number", sa.String(length=32), nullable=True),
        sa.Column("operation_code", sa.String(length=24), nullable=True),
        sa.Column("announced", KEY, nullable=True),
        sa.Column("stop_sale", sa.Boolean(), nullable=False),
        sa.Column("filing_no", sa.String(length=40), nullable=True),
        sa.Column("built_from", sa.Date(), nullable=True),
        sa.Column("built_until", sa.Date(), nullable=True),
        sa.Column("notice_on", sa.Date(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("owners_told_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("row_version", KEY, nullable=False),
        sa.CheckConstraint("state in ('draft', 'open', 'closed', 'withdrawn')", name=op.f("ck_campaign_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("number", name=op.f("uq_campaign_number")),
    )
    op.create_table(
        "import_mapping",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("body", BODY, nullable=False),
        sa.Column("sample", BODY, nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint("kind", "name", name=op.f("uq_import_mapping_kind_name")),
    )
    op.create_table(
        "campaign_report",
        sa.Column("campaign_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("number", KEY, nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("body", BODY, nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_report_campaign_id_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_report")),
        sa.UniqueConstraint("campaign_id", "kind", "number", name=op.f("uq_campaign_report_campaign_id_kind_number")),
    )
    op.create_table(
        "campaign_scope",
        sa.Column("campaign_id", KEY, nullable=False),
        sa.Column("position", KEY, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("first", sa.String(length=40), nullable=False),
        sa.Column("last", sa.String(length=40), nullable=False),
        sa.Column("model_id", KEY, nullable=True),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_scope_campaign_id_campaign")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["vehicle_model.id"], name=op.f("fk_campaign_scope_model_id_vehicle_model")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_scope")),
        sa.UniqueConstraint("campaign_id", "position", name=op.f("uq_campaign_scope_campaign_id_position")),
    )
    op.create_table(
        "campaign_vin",
        sa.Column("campaign_id", KEY, nullable=False),
        sa.Column("vin", sa.String(length=17), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_vin_campaign_id_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_vin")),
        sa.UniqueConstraint("campaign_id", "vin", name=op.f("uq_campaign_vin_campaign_id_vin")),
    )
    op.create_table(
        "campaign_car",
        sa.Column("campaign_id", KEY, nullable=False),
        sa.Column("vehicle_id", KEY, nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("exemption", sa.String(length=12), nullable=True),
        sa.Column("order_id", KEY, nullable=True),
        sa.Column("order_number", sa.String(length=40), nullable=True),
        sa.Column("station_id", KEY, nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("odometer_km", KEY, nullable=True),
        sa.Column("parts", sa.String(length=255), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("row_version", KEY, nullable=False),
        sa.CheckConstraint(
            "state <> 'done' or (done_on is not null and station_id is not null)", name=op.f("ck_campaign_car_proof")
        ),
        sa.CheckConstraint("state in ('due', 'done', 'exempt')", name=op.f("ck_campaign_car_state")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_car_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["order_id"], ["repair_order.id"], name=op.f("fk_campaign_car_order_id_repair_order")),
        sa.ForeignKeyConstraint(["station_id"], ["dealer.id"], name=op.f("fk_campaign_car_station_id_dealer")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_campaign_car_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_car")),
        sa.UniqueConstraint("campaign_id", "vehicle_id", name=op.f("uq_campaign_car_campaign_id_vehicle_id")),
    )
    with op.batch_alter_table("campaign_car", schema=None) as batch_op:
        batch_op.create_index("ix_campaign_car_order", ["order_id"], unique=False)
        batch_op.create_index("ix_campaign_car_state", ["campaign_id", "state", "id"], unique=False)
        batch_op.create_index("ix_campaign_car_vehicle", ["vehicle_id"], unique=False)

    op.add_column("repair_job", sa.Column("campaign", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("repair_job", "campaign")

    with op.batch_alter_table("campaign_car", schema=None) as batch_op:
        batch_op.drop_index("ix_campaign_car_vehicle")
        batch_op.drop_index("ix_campaign_car_state")
        batch_op.drop_index("ix_campaign_car_order")

    op.drop_table("campaign_car")
    op.drop_table("campaign_vin")
    op.drop_table("campaign_scope")
    op.drop_table("campaign_report")
    op.drop_table("import_mapping")
    op.drop_table("campaign")
