"""Recovery from suppliers: contracts, demands with lines and rounds, and their ledger

Revision: 0017
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "recovery",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("supplier_id", KEY, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("round", KEY, nullable=False),
        sa.Column("claims", KEY, nullable=False),
        sa.Column("claimed", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("agreed", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("payment_ref", sa.String(length=80), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("row_version", KEY, nullable=False),
        sa.CheckConstraint(
            "state in ('draft', 'sent', 'answered', 'disputed', 'agreed', 'booked', 'paid', 'withdrawn')",
            name=op.f("ck_recovery_state"),
        ),
        sa.CheckConstraint(
            "state not in ('agreed', 'booked', 'paid') or agreed is not null", name=op.f("ck_recovery_agreed")
        ),
        sa.CheckConstraint("asked <= claimed and accepted <= asked", name=op.f("ck_recovery_sums")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_recovery_supplier_id_supplier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery")),
        sa.UniqueConstraint("number", name=op.f("uq_recovery_number")),
    )
    with op.batch_alter_table("recovery", schema=None) as batch_op:
        batch_op.create_index("ix_recovery_state", ["state", "due_on", "id"], unique=False)
        batch_op.create_index("ix_recovery_supplier", ["supplier_id", "id"], unique=False)

    op.create_table(
        "recovery_contract",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("paper_no", sa.String(length=40), nullable=True),
        sa.Column("supplier_id", KEY, nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("value", sa.String(length=32), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("labour_share", sa.BigInteger(), nullable=False),
        sa.Column("part_share", sa.BigInteger(), nullable=False),
        sa.Column("handling_share", sa.BigInteger(), nullable=False),
        sa.Column("claim_cap", sa.BigInteger(), nullable=True),
        sa.Column("year_cap", sa.BigInteger(), nullable=True),
        sa.Column("answer_days", KEY, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=120), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.CheckConstraint("begins_on <= until_on", name=op.f("ck_recovery_contract_days")),
        sa.CheckConstraint(
            "labour_share between 0 and 10000 and part_share between 0 and 10000 and handling_share between 0 and 10000",
            name=op.f("ck_recovery_contract_shares"),
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_recovery_contract_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_contract")),
        sa.UniqueConstraint("number", name=op.f("uq_recovery_contract_number")),
    )
    with op.batch_alter_table("recovery_contract", schema=None) as batch_op:
        batch_op.create_index(
            "ix_recovery_contract_supplier", ["supplier_id", "scope", "value", "begins_on"], unique=False
        )

    op.create_table(
        "recovery_entry",
        sa.Column("recovery_id", KEY, nullable=False),
        sa.Column("supplier_id", KEY, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("account", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_by", sa.String(length=120), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.CheckConstraint("account <> 'booked' or amount >= 0", name=op.f("ck_recovery_entry_booked")),
        sa.CheckConstraint("account <> 'paid' or amount <= 0", name=op.f("ck_recovery_entry_paid")),
        sa.ForeignKeyConstraint(["recovery_id"], ["recovery.id"], name=op.f("fk_recovery_entry_recovery_id_recovery")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_recovery_entry_supplier_id_supplier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_entry")),
        sa.UniqueConstraint("recovery_id", "account", name=op.f("uq_recovery_entry_recovery_id_account")),
    )
    with op.batch_alter_table("recovery_entry", schema=None) as batch_op:
        batch_op.create_index("ix_recovery_entry_supplier", ["supplier_id", "month"], unique=False)

    op.create_table(
        "recovery_round",
        sa.Column("recovery_id", KEY, nullable=False),
        sa.Column("round", KEY, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(length=120), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=120), nullable=True),
        sa.Column("accepted", sa.BigInteger(), nullable=True),
        sa.Column("lines", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["recovery_id"], ["recovery.id"], name=op.f("fk_recovery_round_recovery_id_recovery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_round")),
        sa.UniqueConstraint("recovery_id", "round", name=op.f("uq_recovery_round_recovery_id_round")),
    )
    op.create_table(
        "recovery_line",
        sa.Column("recovery_id", KEY, nullable=False),
        sa.Column("position", KEY, nullable=False),
        sa.Column("claim_id", KEY, nullable=False),
        sa.Column("claim_line_id", KEY, nullable=False),
        sa.Column("contract_id", KEY, nullable=False),
        sa.Column("year", KEY, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.BigInteger(), nullable=False),
        sa.Column("share", sa.BigInteger(), nullable=False),
        sa.Column("wanted", sa.BigInteger(), nullable=False),
        sa.Column("cut_claim", sa.BigInteger(), nullable=False),
        sa.Column("cut_year", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("lowered_why", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("accepted", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("agreed", sa.BigInteger(), nullable=True),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.CheckConstraint(
            "accepted is null or (accepted >= 0 and accepted <= asked)", name=op.f("ck_recovery_line_accepted")
        ),
        sa.CheckConstraint("agreed is null or (agreed >= 0 and agreed <= asked)", name=op.f("ck_recovery_line_agreed")),
        sa.CheckConstraint(
            "amount = wanted - cut_claim - cut_year and amount >= 0 and cut_claim >= 0 and cut_year >= 0 and wanted <= basis",
            name=op.f("ck_recovery_line_reckoned"),
        ),
        sa.CheckConstraint("asked >= 0 and asked <= amount", name=op.f("ck_recovery_line_asked")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_recovery_line_claim_id_claim")),
        sa.ForeignKeyConstraint(
            ["claim_line_id"], ["claim_line.id"], name=op.f("fk_recovery_line_claim_line_id_claim_line")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["recovery_contract.id"], name=op.f("fk_recovery_line_contract_id_recovery_contract")
        ),
        sa.ForeignKeyConstraint(["recovery_id"], ["recovery.id"], name=op.f("fk_recovery_line_recovery_id_recovery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_line")),
        sa.UniqueConstraint("recovery_id", "position", name=op.f("uq_recovery_line_recovery_id_position")),
    )
    with op.batch_alter_table("recovery_line", schema=None) as batch_op:
        batch_op.create_index("ix_recovery_line_claim", ["claim_id"], unique=False)
        batch_op.create_index("ix_recovery_line_contract", ["contract_id", "year"], unique=False)
        batch_op.create_index("ix_recovery_line_decided", ["decided_on", "id"], unique=False)
        batch_op.create_index(
            "uq_recovery_line_claim_line",
            ["claim_line_id"],
            unique=True,
            sqlite_where=sa.text("live"),
            postgresql_where=sa.text("live"),
        )


def downgrade() -> None:
    with op.batch_alter_table("recovery_line", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_recovery_line_claim_line", sqlite_where=sa.text("live"), postgresql_where=sa.text("live")
        )
        batch_op.drop_index("ix_recovery_line_decided")
        batch_op.drop_index("ix_recovery_line_contract")
        batch_op.drop_index("ix_recovery_line_claim")

    op.drop_table("recovery_line")
    op.drop_table("recovery_round")
    with op.batch_alter_table("recovery_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_recovery_entry_supplier")

    op.drop_table("recovery_entry")
    with op.batch_alter_table("recovery_contract", schema=None) as batch_op:
        batch_op.drop_index("ix_recovery_contract_supplier")

    op.drop_table("recovery_contract")
    with op.batch_alter_table("recovery", schema=None) as batch_op:
        batch_op.drop_index("ix_recovery_supplier")
        batch_op.drop_index("ix_recovery_state")

    op.drop_table("recovery")
