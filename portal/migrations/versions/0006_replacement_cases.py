"""Replacement and return cases (换退车案件): the demand, its finding, decision, losses and clocks

Revision: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SEEN = "current_setting('sanbao.scope', true) = '*' or dealer_id::text = current_setting('sanbao.scope', true)"
TABLES = ("guarantee_case", "guarantee_case_cost", "guarantee_case_escalation")


def upgrade() -> None:
    op.create_table(
        "guarantee_case",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vin", sa.String(length=17), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("consumer", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("choice", sa.String(length=8), nullable=False),
        sa.Column("asked_first", sa.String(length=8), nullable=False),
        sa.Column("odometer_km", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("invoice_shown", sa.Boolean(), nullable=False),
        sa.Column("certificate_shown", sa.Boolean(), nullable=False),
        sa.Column("papers", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("finding", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("finding_accepted", sa.Boolean(), nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=False),
        sa.Column("complete_by", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.Column("in_favour", sa.Boolean(), nullable=False),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposed_by", sa.String(length=120), nullable=True),
        sa.Column("usage_fee", sa.BigInteger(), nullable=True),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("owners_delay", sa.Boolean(), nullable=False),
        sa.Column("owners_delay_reason", sa.Text(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("compensation", sa.BigInteger(), nullable=False),
        sa.Column("new_vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("new_vin", sa.String(length=17), nullable=True),
        sa.Column("no_worse_because", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("row_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "state in ('received', 'proposed', 'accepted', 'refused', 'replied', 'completed', 'closed', 'withdrawn')",
            name=op.f("ck_guarantee_case_state"),
        ),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_guarantee_case_dealer_id_dealer")),
        sa.ForeignKeyConstraint(
            ["new_vehicle_id"], ["vehicle.id"], name=op.f("fk_guarantee_case_new_vehicle_id_vehicle")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["user_account.id"], name=op.f("fk_guarantee_case_proposed_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_guarantee_case_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarantee_case")),
        sa.UniqueConstraint("number", name=op.f("uq_guarantee_case_number")),
    )
    with op.batch_alter_table("guarantee_case", schema=None) as batch_op:
        batch_op.create_index("ix_guarantee_case_dealer", ["dealer_id", "id"], unique=False)
        batch_op.create_index("ix_guarantee_case_state", ["state", "reply_by"], unique=False)
        batch_op.create_index("ix_guarantee_case_vehicle", ["vehicle_id", "id"], unique=False)
        batch_op.create_index(
            "uq_guarantee_case_open",
            ["vehicle_id"],
            unique=True,
            sqlite_where=sa.text("state in ('received', 'proposed', 'accepted', 'refused', 'replied')"),
            postgresql_where=sa.text("state in ('received', 'proposed', 'accepted', 'refused', 'replied')"),
        )
    op.create_table(
        "guarantee_case_cost",
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("what", sa.String(length=120), nullable=False),
        sa.Column("receipt", sa.String(length=40), nullable=False),
        sa.Column("charged", sa.BigInteger(), nullable=False),
        sa.Column("fitted_on", sa.Date(), nullable=True),
        sa.Column("life_months", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("used_months", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["guarantee_case.id"], name=op.f("fk_guarantee_case_cost_case_id_guarantee_case")
        ),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_guarantee_case_cost_dealer_id_dealer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarantee_case_cost")),
    )
    with op.batch_alter_table("guarantee_case_cost", schema=None) as batch_op:
        batch_op.create_index("ix_guarantee_case_cost_case", ["case_id", "id"], unique=False)
    op.create_table(
        "guarantee_case_escalation",
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clock", sa.String(length=12), nullable=False),
        sa.Column("mark", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["guarantee_case.id"], name=op.f("fk_guarantee_case_escalation_case_id_guarantee_case")
        ),
        sa.ForeignKeyConstraint(
            ["dealer_id"], ["dealer.id"], name=op.f("fk_guarantee_case_escalation_dealer_id_dealer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarantee_case_escalation")),
        sa.UniqueConstraint("case_id", "clock", "mark", name=op.f("uq_guarantee_case_escalation_case_id_clock_mark")),
    )
    with op.batch_alter_table("guarantee_case_escalation", schema=None) as batch_op:
        batch_op.create_index("ix_guarantee_case_escalation_dealer", ["dealer_id", "id"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"alter table {table} enable row level security")
            op.execute(f"alter table {table} force row level security")
            op.execute(f"create policy dealer_wall on {table} using ({SEEN}) with check ({SEEN})")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
