"""Old parts (旧件) on their way back, and deductions in the dealers' statements

Revision: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SEEN = "current_setting('sanbao.scope', true) = '*' or dealer_id::text = current_setting('sanbao.scope', true)"
TABLES = ("deduction", "return_box", "old_part", "old_part_dispute", "old_part_photo", "return_notice")


def upgrade() -> None:
    op.create_table(
        "part_disposal",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("receiver", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("parts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_disposal")),
        sa.UniqueConstraint("number", name=op.f("uq_part_disposal_number")),
    )
    op.create_table(
        "return_rule",
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("demand", sa.String(length=12), nullable=False),
        sa.Column("percent", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("days > 0", name=op.f("ck_return_rule_days")),
        sa.CheckConstraint("percent between 0 and 100", name=op.f("ck_return_rule_percent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_rule")),
        sa.UniqueConstraint("scope", "subject", "valid_from", name=op.f("uq_return_rule_scope_subject_valid_from")),
    )
    op.create_table(
        "return_box",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("carrier", sa.String(length=80), nullable=True),
        sa.Column("waybill", sa.String(length=40), nullable=True),
        sa.Column("parts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_by", sa.String(length=120), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shipped_by", sa.String(length=120), nullable=True),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.String(length=120), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lacking", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("row_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("state in ('packing', 'shipped', 'signed', 'discarded')", name=op.f("ck_return_box_state")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_return_box_dealer_id_dealer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_box")),
        sa.UniqueConstraint("number", name=op.f("uq_return_box_number")),
    )
    with op.batch_alter_table("return_box", schema=None) as batch_op:
        batch_op.create_index("ix_return_box_dealer", ["dealer_id", "id"], unique=False)
        batch_op.create_index("ix_return_box_state", ["state", "id"], unique=False)

    op.create_table(
        "deduction",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("claim_number", sa.String(length=40), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_by", sa.String(length=120), nullable=False),
        sa.Column("settlement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.String(length=120), nullable=True),
        sa.Column("cancelled_for", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("amount <= 0 or kind in ('credit', 'carried_over')", name=op.f("ck_deduction_amount")),
        sa.CheckConstraint("settlement_id is null or cancelled_at is null", name=op.f("ck_deduction_cancelled")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_deduction_dealer_id_dealer")),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlement.id"], name=op.f("fk_deduction_settlement_id_settlement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deduction")),
        sa.UniqueConstraint("kind", "source", name=op.f("uq_deduction_kind_source")),
    )
    with op.batch_alter_table("deduction", schema=None) as batch_op:
        batch_op.create_index("ix_deduction_claim", ["claim_number", "kind"], unique=False)
        batch_op.create_index("ix_deduction_dealer", ["dealer_id", "settlement_id", "id"], unique=False)
        batch_op.create_index("ix_deduction_settlement", ["settlement_id", "id"], unique=False)

    op.create_table(
        "old_part",
        sa.Column("number", sa.String(length=48), nullable=False),
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claim_number", sa.String(length=40), nullable=False),
        sa.Column("line", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vin", sa.String(length=17), nullable=False),
        sa.Column("odometer_km", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part_number", sa.String(length=32), nullable=False),
        sa.Column("part_name", sa.String(length=120), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("maker", sa.String(length=80), nullable=True),
        sa.Column("component", sa.String(length=24), nullable=False),
        sa.Column("concern", sa.Text(), nullable=False),
        sa.Column("liability", sa.String(length=12), nullable=False),
        sa.Column("demand", sa.String(length=12), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("box_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("deducted", sa.BigInteger(), nullable=True),
        sa.Column("inspection_note", sa.Text(), nullable=True),
        sa.Column("inspected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inspected_by", sa.String(length=120), nullable=True),
        sa.Column("inspector_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("place", sa.String(length=24), nullable=True),
        sa.Column("disposal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("row_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "state in ('due', 'packed', 'shipped', 'signed', 'accepted', 'deducted', 'missing', 'stored', 'handed_over', 'scrapped', 'excused')",
            name=op.f("ck_old_part_state"),
        ),
        sa.CheckConstraint(
            "deducted is null or (deducted >= 0 and deducted <= cost)", name=op.f("ck_old_part_deducted")
        ),
        sa.ForeignKeyConstraint(["box_id"], ["return_box.id"], name=op.f("fk_old_part_box_id_return_box")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_old_part_dealer_id_dealer")),
        sa.ForeignKeyConstraint(
            ["disposal_id"], ["part_disposal.id"], name=op.f("fk_old_part_disposal_id_part_disposal")
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_old_part_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_old_part")),
        sa.UniqueConstraint("number", name=op.f("uq_old_part_number")),
    )
    with op.batch_alter_table("old_part", schema=None) as batch_op:
        batch_op.create_index("ix_old_part_box", ["box_id"], unique=False)
        batch_op.create_index("ix_old_part_claim_number", ["claim_number"], unique=False)
        batch_op.create_index("ix_old_part_dealer", ["dealer_id", "id"], unique=False)
        batch_op.create_index("ix_old_part_dealer_state", ["dealer_id", "state", "due_on"], unique=False)
        batch_op.create_index("ix_old_part_disposal", ["disposal_id"], unique=False)
        batch_op.create_index("ix_old_part_state_due", ["state", "due_on", "id"], unique=False)

    op.create_table(
        "old_part_dispute",
        sa.Column("old_part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raised_by", sa.String(length=120), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.String(length=120), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("row_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("state in ('open', 'upheld', 'waived')", name=op.f("ck_old_part_dispute_state")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_old_part_dispute_dealer_id_dealer")),
        sa.ForeignKeyConstraint(
            ["old_part_id"], ["old_part.id"], name=op.f("fk_old_part_dispute_old_part_id_old_part")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_old_part_dispute")),
        sa.UniqueConstraint("old_part_id", name=op.f("uq_old_part_dispute_old_part_id")),
    )
    with op.batch_alter_table("old_part_dispute", schema=None) as batch_op:
        batch_op.create_index("ix_old_part_dispute_state", ["state", "id"], unique=False)

    op.create_table(
        "old_part_photo",
        sa.Column("old_part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("storage_key", sa.String(length=128), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("height", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("added_by", sa.String(length=120), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_old_part_photo_dealer_id_dealer")),
        sa.ForeignKeyConstraint(["old_part_id"], ["old_part.id"], name=op.f("fk_old_part_photo_old_part_id_old_part")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_old_part_photo")),
        sa.UniqueConstraint("old_part_id", "sha256", name=op.f("uq_old_part_photo_old_part_id_sha256")),
    )
    op.create_table(
        "return_notice",
        sa.Column("old_part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.String(length=120), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_return_notice_dealer_id_dealer")),
        sa.ForeignKeyConstraint(["old_part_id"], ["old_part.id"], name=op.f("fk_return_notice_old_part_id_old_part")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_notice")),
        sa.UniqueConstraint("old_part_id", name=op.f("uq_return_notice_old_part_id")),
    )
    with op.batch_alter_table("return_notice", schema=None) as batch_op:
        batch_op.create_index("ix_return_notice_dealer_seen", ["dealer_id", "seen_at"], unique=False)

    # Whether a part must come back is said by what was asked for at the claim's decision, in one place.
    op.drop_column("claim", "old_part_due")

    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"alter table {table} enable row level security")
            op.execute(f"alter table {table} force row level security")
            op.execute(f"create policy dealer_wall on {table} using ({SEEN}) with check ({SEEN})")


def downgrade() -> None:
    op.add_column("claim", sa.Column("old_part_due", sa.Boolean(), nullable=False, server_default=sa.false()))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("select set_config('sanbao.scope', '*', true)")
    op.execute("update claim set old_part_due = true where id in (select claim_id from old_part)")
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("claim", "old_part_due", server_default=None)
    for table in (
        "return_notice", "old_part_photo", "old_part_dispute", "old_part", "deduction", "return_box", "return_rule",
        "part_disposal",
    ):  # fmt: skip
        op.drop_table(table)
