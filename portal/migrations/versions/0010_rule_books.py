"""Claims that decide themselves: rule books, their trials, who has a claim, appeals

Revision: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OLD = (
    "draft", "submitted", "in_review", "returned", "approved", "refused", "withdrawn", "in_settlement", "settled",
)  # fmt: skip
NEW = (
    "draft", "submitted", "in_review", "in_opinion", "countersign", "appealed", "returned", "approved", "refused",
    "withdrawn", "in_settlement", "settled",
)  # fmt: skip
#: A job has one live claim; SQLite's copy of the table would forget the condition.
LIVE = sa.text("state <> 'withdrawn'")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _check(states: tuple[str, ...]) -> str:
    return f"state in ({', '.join(repr(state) for state in states)})"


def _one_live_claim() -> None:
    op.create_index("uq_claim_job", "claim", ["job_id"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE)


def upgrade() -> None:
    op.create_table(
        "claim_rule_book",
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("body", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enforced_by", sa.String(length=120), nullable=True),
        sa.Column("enforced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("row_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "state in ('draft', 'tried', 'in_force', 'discarded')", name=op.f("ck_claim_rule_book_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_rule_book")),
        sa.UniqueConstraint("version", name=op.f("uq_claim_rule_book_version")),
    )
    with op.batch_alter_table("claim_rule_book", schema=None) as batch_op:
        batch_op.create_index("ix_claim_rule_book_valid", ["state", "valid_from", "version"], unique=False)

    op.create_table(
        "claim_rule_trial",
        sa.Column("book_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("claims", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unknown", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("money_before", sa.BigInteger(), nullable=False),
        sa.Column("money_after", sa.BigInteger(), nullable=False),
        sa.Column("moves", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("rules", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("dealers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("tried_by", sa.String(length=120), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id"], ["claim_rule_book.id"], name=op.f("fk_claim_rule_trial_book_id_claim_rule_book")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_rule_trial")),
    )
    with op.batch_alter_table("claim_rule_trial", schema=None) as batch_op:
        batch_op.create_index("ix_claim_rule_trial_book", ["book_id", "id"], unique=False)

    op.create_table(
        "claim_rule_trial_change",
        sa.Column("trial_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("dealer", sa.String(length=16), nullable=False),
        sa.Column("before", sa.String(length=12), nullable=False),
        sa.Column("after", sa.String(length=12), nullable=False),
        sa.Column("amount_before", sa.BigInteger(), nullable=False),
        sa.Column("amount_after", sa.BigInteger(), nullable=False),
        sa.Column("rules", sa.String(length=255), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_rule_trial_change_claim_id_claim")),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["claim_rule_trial.id"], name=op.f("fk_claim_rule_trial_change_trial_id_claim_rule_trial")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_rule_trial_change")),
    )
    with op.batch_alter_table("claim_rule_trial_change", schema=None) as batch_op:
        batch_op.create_index("ix_claim_rule_trial_change_trial", ["trial_id", "id"], unique=False)

    op.drop_index("uq_claim_job", table_name="claim")
    with op.batch_alter_table("claim", schema=None) as batch_op:
        if op.get_bind().dialect.name == "postgresql":
            batch_op.drop_constraint(op.f("ck_claim_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_claim_state"), _check(NEW))
        batch_op.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("by_rules", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("sampled", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("taken_by_id", KEY, nullable=True))
        batch_op.add_column(sa.Column("taken_by", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("taken_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_claim_taken_by_id_user_account"), "user_account", ["taken_by_id"], ["id"]
        )
    _one_live_claim()
    op.create_index("ix_claim_state_due", "claim", ["state", "due_at", "id"])
    op.add_column("claim_decision", sa.Column("book", KEY, nullable=True))


def downgrade() -> None:
    op.drop_column("claim_decision", "book")
    op.execute("update claim set state = 'in_review' where state in ('in_opinion', 'countersign')")
    op.execute("update claim set state = 'refused' where state = 'appealed'")
    op.drop_index("ix_claim_state_due", table_name="claim")
    op.drop_index("uq_claim_job", table_name="claim")
    with op.batch_alter_table("claim", schema=None) as batch_op:
        if op.get_bind().dialect.name == "postgresql":
            batch_op.drop_constraint(op.f("ck_claim_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_claim_state"), _check(OLD))
        batch_op.drop_constraint(batch_op.f("fk_claim_taken_by_id_user_account"), type_="foreignkey")
        for name in ("appealed_at", "taken_until", "taken_by", "taken_by_id", "sampled", "by_rules", "due_at"):
            batch_op.drop_column(name)
    _one_live_claim()
    op.drop_table("claim_rule_trial_change")
    op.drop_table("claim_rule_trial")
    op.drop_table("claim_rule_book")
