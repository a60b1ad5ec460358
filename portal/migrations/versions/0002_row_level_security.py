"""Row-level security on PostgreSQL: the second wall between dealers.

Revision: 0002
Revises: 0001
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "claim",
    "claim_decision",
    "claim_line",
    "claim_version",
    "labour_line",
    "ledger_entry",
    "part_line",
    "repair_job",
    "repair_order",
    "repair_photo",
    "settlement",
    "settlement_line",
)
SEEN = "current_setting('sanbao.scope', true) = '*' or dealer_id::text = current_setting('sanbao.scope', true)"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in TABLES:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy dealer_wall on {table} using ({SEEN}) with check ({SEEN})")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in TABLES:
        op.execute(f"drop policy dealer_wall on {table}")
        op.execute(f"alter table {table} no force row level security")
        op.execute(f"alter table {table} disable row level security")
