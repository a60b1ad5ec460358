"""Parts quality reports (配件质量信息跟踪卡): cards, photos, the eight steps, linked claims, measures

Revision: 0016
Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SEEN = "current_setting('sanbao.scope', true) = '*' or dealer_id::text = current_setting('sanbao.scope', true)"
#: Rows without a dealer are headquarters' own: of these the policy lets no dealer's session see any.
OWNED = (
    "quality_report", "quality_photo", "quality_term", "quality_step", "quality_claim", "quality_measure_read",
)  # fmt: skip
TABLES = (
    "quality_measure_read", "quality_measure", "quality_claim", "quality_step", "quality_term", "quality_photo",
    "quality_report",
)  # fmt: skip
#: What tables of failures are counted by.
FAILURE = [
    "received_at", "vehicle_id", "dealer_id", "type", "state", "causal_part", "failure_mode", "component",
    "causal_supplier", "audited", "applied",
]  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "quality_report",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("vin", sa.String(length=17), nullable=True),
        sa.Column("model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("produced_week", sa.String(length=8), nullable=True),
        sa.Column("odometer_km", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("part_number", sa.String(length=32), nullable=True),
        sa.Column("part_name", sa.String(length=120), nullable=False),
        sa.Column("supplier", sa.String(length=80), nullable=True),
        sa.Column("component", sa.String(length=24), nullable=False),
        sa.Column("failure_mode", sa.String(length=24), nullable=True),
        sa.Column("failure_place", sa.String(length=120), nullable=False),
        sa.Column("road", sa.String(length=16), nullable=True),
        sa.Column("weather", sa.String(length=16), nullable=True),
        sa.Column("speed", sa.String(length=16), nullable=True),
        sa.Column("load", sa.String(length=16), nullable=True),
        sa.Column("engine_state", sa.String(length=16), nullable=True),
        sa.Column("concern", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("handling", sa.Text(), nullable=False),
        sa.Column("safety", sa.Boolean(), nullable=False),
        sa.Column("loss", sa.Text(), nullable=False),
        sa.Column("loss_amount", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("news_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_on", sa.Date(), nullable=True),
        sa.Column("responsible_unit", sa.String(length=16), nullable=True),
        sa.Column("responsible_name", sa.String(length=80), nullable=False),
        sa.Column("joined_to", sa.String(length=40), nullable=True),
        sa.Column("effect", sa.String(length=16), nullable=True),
        sa.Column("effect_note", sa.Text(), nullable=False),
        sa.Column("effect_figures", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("row_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "state in ('draft', 'submitted', 'returned', 'in_analysis', 'measures', 'checking', 'closed', 'rejected', 'joined', 'withdrawn')",
            name=op.f("ck_quality_report_state"),
        ),
        sa.CheckConstraint("loss_amount >= 0", name=op.f("ck_quality_report_loss_amount")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_quality_report_dealer_id_dealer")),
        sa.ForeignKeyConstraint(
            ["job_id"], ["repair_job.id"], name=op.f("fk_quality_report_job_id_repair_job"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["vehicle_model.id"], name=op.f("fk_quality_report_model_id_vehicle_model")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["repair_order.id"], name=op.f("fk_quality_report_order_id_repair_order")
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_quality_report_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_report")),
        sa.UniqueConstraint("number", name=op.f("uq_quality_report_number")),
    )
    with op.batch_alter_table("quality_report", schema=None) as batch_op:
        batch_op.create_index("ix_quality_report_dealer", ["dealer_id", "id"], unique=False)
        batch_op.create_index("ix_quality_report_job", ["job_id"], unique=False)
        batch_op.create_index("ix_quality_report_model", ["model_id", "produced_week"], unique=False)
        batch_op.create_index("ix_quality_report_order", ["order_id"], unique=False)
        batch_op.create_index("ix_quality_report_part", ["part_number", "id"], unique=False)
        batch_op.create_index("ix_quality_report_state", ["state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_quality_report_vehicle_id"), ["vehicle_id"], unique=False)

    op.create_table(
        "quality_claim",
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("station", sa.String(length=16), nullable=False),
        sa.Column("vin", sa.String(length=17), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("odometer_km", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("concern", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_quality_claim_dealer_id_dealer")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["quality_report.id"], name=op.f("fk_quality_claim_report_id_quality_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_claim")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_quality_claim_report_id_number")),
    )
    with op.batch_alter_table("quality_claim", schema=None) as batch_op:
        batch_op.create_index("ix_quality_claim_number", ["number"], unique=False)

    op.create_table(
        "quality_measure",
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("in_force_on", sa.Date(), nullable=True),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("part_number", sa.String(length=32), nullable=True),
        sa.Column("part_name", sa.String(length=120), nullable=False),
        sa.Column("failure_mode", sa.String(length=24), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(length=120), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["quality_report.id"], name=op.f("fk_quality_measure_report_id_quality_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_measure")),
    )
    with op.batch_alter_table("quality_measure", schema=None) as batch_op:
        batch_op.create_index("ix_quality_measure_published", ["published_at", "id"], unique=False)
        batch_op.create_index("ix_quality_measure_report", ["report_id", "id"], unique=False)

    op.create_table(
        "quality_photo",
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("storage_key", sa.String(length=128), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("height", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("caption", sa.String(length=120), nullable=False),
        sa.Column("added_by", sa.String(length=120), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_quality_photo_dealer_id_dealer")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["quality_report.id"], name=op.f("fk_quality_photo_report_id_quality_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_photo")),
        sa.UniqueConstraint("report_id", "sha256", name=op.f("uq_quality_photo_report_id_sha256")),
    )
    op.create_table(
        "quality_step",
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by", sa.String(length=120), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("step between 1 and 8", name=op.f("ck_quality_step_step")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_quality_step_dealer_id_dealer")),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_quality_step_owner_id_user_account")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["quality_report.id"], name=op.f("fk_quality_step_report_id_quality_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_step")),
        sa.UniqueConstraint("report_id", "step", name=op.f("uq_quality_step_report_id_step")),
    )
    with op.batch_alter_table("quality_step", schema=None) as batch_op:
        batch_op.create_index("ix_quality_step_due", ["done_on", "due_on"], unique=False)

    op.create_table(
        "quality_term",
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("term", sa.String(length=32), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_quality_term_dealer_id_dealer")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["quality_report.id"], name=op.f("fk_quality_term_report_id_quality_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_term")),
        sa.UniqueConstraint("report_id", "term", name=op.f("uq_quality_term_report_id_term")),
    )
    with op.batch_alter_table("quality_term", schema=None) as batch_op:
        batch_op.create_index(
            "ix_quality_term_term",
            ["term", "report_id"],
            unique=False,
            postgresql_ops={"term": "varchar_pattern_ops"},
        )

    op.create_table(
        "quality_measure_read",
        sa.Column("measure_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("read_by", sa.String(length=120), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_quality_measure_read_dealer_id_dealer")),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["quality_measure.id"], name=op.f("fk_quality_measure_read_measure_id_quality_measure")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_measure_read")),
        sa.UniqueConstraint("dealer_id", "measure_id", name=op.f("uq_quality_measure_read_dealer_id_measure_id")),
    )
    with op.batch_alter_table("quality_measure_read", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quality_measure_read_measure_id"), ["measure_id"], unique=False)
    op.create_index("ix_claim_failure", "claim", FAILURE)

    if op.get_bind().dialect.name == "postgresql":
        for table in OWNED:
            op.execute(f"alter table {table} enable row level security")
            op.execute(f"alter table {table} force row level security")
            op.execute(f"create policy dealer_wall on {table} using ({SEEN}) with check ({SEEN})")


def downgrade() -> None:
    op.drop_index("ix_claim_failure", "claim")
    for table in TABLES:
        op.drop_table(table)
