"""How a claim's lines are reckoned: overlapping operations, sublet work, and the queue in its orders

Revision: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BODY = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SEEN = "current_setting('sanbao.scope', true) = '*' or dealer_id::text = current_setting('sanbao.scope', true)"
AWAITED = "coalesce(state, '') in ('submitted', 'in_review', 'countersign', 'appealed')"
ORDERS = {"submitted": "submitted_at", "due": "due_at", "applied": "applied"}
REFUSED = "a repair record is kept for six years"


def upgrade() -> None:
    op.create_table(
        "labour_overlap",
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("contained", sa.String(length=24), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.CheckConstraint("code <> contained", name=op.f("ck_labour_overlap_itself")),
        sa.CheckConstraint("hours >= 0", name=op.f("ck_labour_overlap_hours")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labour_overlap")),
        sa.UniqueConstraint("code", "contained", name=op.f("uq_labour_overlap_code_contained")),
    )
    op.create_index("ix_labour_overlap_contained", "labour_overlap", ["contained"])
    op.create_table(
        "sublet_line",
        sa.Column("job_id", KEY, nullable=False),
        sa.Column("position", KEY, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("vendor", sa.String(length=80), nullable=False),
        sa.Column("invoice_no", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("dealer_id", KEY, nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_sublet_line_amount")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_sublet_line_dealer_id_dealer")),
        sa.ForeignKeyConstraint(["job_id"], ["repair_job.id"], name=op.f("fk_sublet_line_job_id_repair_job")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sublet_line")),
        sa.UniqueConstraint("job_id", "position", name=op.f("uq_sublet_line_job_id_position")),
    )
    op.create_index("ix_sublet_line_invoice", "sublet_line", ["invoice_no"])
    op.add_column("repair_order", sa.Column("sublet_total", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("claim_line", sa.Column("reckoning", BODY, nullable=True))
    sublet = sa.text("kind = 'sublet'")
    op.create_index("ix_claim_line_invoice", "claim_line", ["code"], sqlite_where=sublet, postgresql_where=sublet)
    for name, column in ORDERS.items():
        op.create_index(
            f"ix_claim_awaited_{name}", "claim", [column, "id"],
            sqlite_where=sa.text(AWAITED), postgresql_where=sa.text(AWAITED),
        )  # fmt: skip
    _keep_and_wall()


def _keep_and_wall() -> None:
    """Sublet work is a part of the repair record: kept six years (Order 43, Art. 17), each station its own."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "create trigger keep_record before delete on sublet_line "
            "for each row execute function keep_repair_record('state <> ''open'' and')"
        )
        op.execute("alter table sublet_line enable row level security")
        op.execute("alter table sublet_line force row level security")
        op.execute(f"create policy dealer_wall on sublet_line using ({SEEN}) with check ({SEEN})")
        return
    op.execute(
        "create trigger keep_sublet_line before delete on sublet_line "
        "when exists (select 1 from repair_order where id = (select order_id from repair_job where id = old.job_id) "
        "and state <> 'open' and received_at > datetime('now', '-6 years')) "
        f"begin select raise(abort, '{REFUSED}'); end"
    )


def downgrade() -> None:
    for name in ORDERS:
        op.drop_index(f"ix_claim_awaited_{name}", "claim")
    op.drop_index("ix_claim_line_invoice", "claim_line")
    op.drop_column("claim_line", "reckoning")
    op.drop_column("repair_order", "sublet_total")
    op.drop_table("sublet_line")
    op.drop_table("labour_overlap")
