"""Cases: papers kept word for word, days of the owner's delay, reasons of losses, the ruling order of a finding

Revision: 0011
Revises: 0010
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BODY = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
#: Working days to complete by an order of before; ten to reply in both.
COMPLETE_DAYS = {"AQSIQ-150": 15}
CASE = sa.table("guarantee_case", sa.column("id", KEY), sa.column("finding", BODY), sa.column("price", sa.BigInteger))
ADDED = ("ruling", "reply_days", "complete_days", "price")


def upgrade() -> None:
    op.add_column("guarantee_case", sa.Column("delay_days", KEY, nullable=False, server_default="0"))
    op.add_column("guarantee_case", sa.Column("delay_proposed", KEY, nullable=True))
    op.add_column("guarantee_case", sa.Column("given", BODY, nullable=False, server_default="{}"))
    op.add_column("guarantee_case_cost", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.drop_column("guarantee_case", "owners_delay")
    op.drop_column("guarantee_case", "owners_delay_reason")
    _findings(_with_ruling)


def downgrade() -> None:
    _findings(lambda finding, _price: {key: value for key, value in finding.items() if key not in ADDED})
    op.add_column("guarantee_case", sa.Column("owners_delay_reason", sa.Text(), nullable=True))
    op.add_column("guarantee_case", sa.Column("owners_delay", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_column("guarantee_case_cost", "reason")
    for name in ("given", "delay_proposed", "delay_days"):
        op.drop_column("guarantee_case", name)


def _findings(change: Any) -> None:
    """Write the kept findings anew, over all dealers."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute("select set_config('sanbao.scope', '*', true)")
    for row in connection.execute(sa.select(CASE)).all():
        found = change(row.finding, row.price)
        connection.execute(CASE.update().where(CASE.c.id == row.id).values(finding=found))


def _with_ruling(finding: dict[str, Any], fen: int) -> dict[str, Any]:
    ruling = finding["order"] or "SAMR-43"
    days = {"ruling": ruling, "reply_days": 10, "complete_days": COMPLETE_DAYS.get(ruling, 20)}
    return {**finding, **days, "price": f"{fen // 100}.{fen % 100:02d}"}
