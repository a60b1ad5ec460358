"""Stock by dealer and bin, its documents, and orders for parts

Revision: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SEEN = "current_setting('sanbao.scope', true) = '*' or dealer_id::text = current_setting('sanbao.scope', true)"
#: In the order in which they refer to each other. A transfer has two parties: no wall, its reads look who asks.
TABLES = (
    "stock_item",
    "stock_take",
    "stock_transfer",
    "stock_bin",
    "stock_take_line",
    "stock_transfer_line",
    "part_order",
    "stock_document",
    "part_delivery",
    "part_order_line",
    "stock_movement",
    "part_delivery_line",
)
SHARED = ("stock_transfer", "stock_transfer_line")


def upgrade() -> None:
    op.create_table(
        "stock_item",
        sa.Column("part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("minimum", sa.BigInteger(), nullable=False),
        sa.Column("maximum", sa.BigInteger(), nullable=False),
        sa.Column("home_bin", sa.String(length=24), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("minimum >= 0 and maximum >= minimum", name=op.f("ck_stock_item_limits")),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_stock_item_quantity")),
        sa.CheckConstraint("value >= 0 and (quantity > 0 or value = 0)", name=op.f("ck_stock_item_value")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_stock_item_dealer_id_dealer")),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_stock_item_part_id_part")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_item")),
        sa.UniqueConstraint("dealer_id", "part_id", name=op.f("uq_stock_item_dealer_id_part_id")),
    )
    with op.batch_alter_table("stock_item", schema=None) as batch_op:
        batch_op.create_index("ix_stock_item_part", ["part_id"], unique=False)

    op.create_table(
        "stock_take",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("bins", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=120), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("row_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("state in ('counting', 'posted', 'cancelled')", name=op.f("ck_stock_take_state")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_stock_take_dealer_id_dealer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_take")),
        sa.UniqueConstraint("number", name=op.f("uq_stock_take_number")),
    )
    with op.batch_alter_table("stock_take", schema=None) as batch_op:
        batch_op.create_index("ix_stock_take_dealer", ["dealer_id", "id"], unique=False)

    op.create_table(
        "stock_transfer",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("sender_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("receiver_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(length=120), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by", sa.String(length=120), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("row_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "state in ('sent', 'received', 'short', 'settled', 'taken_back')", name=op.f("ck_stock_transfer_state")
        ),
        sa.ForeignKeyConstraint(["receiver_id"], ["dealer.id"], name=op.f("fk_stock_transfer_receiver_id_dealer")),
        sa.ForeignKeyConstraint(["sender_id"], ["dealer.id"], name=op.f("fk_stock_transfer_sender_id_dealer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_transfer")),
        sa.UniqueConstraint("number", name=op.f("uq_stock_transfer_number")),
    )
    with op.batch_alter_table("stock_transfer", schema=None) as batch_op:
        batch_op.create_index("ix_stock_transfer_receiver", ["receiver_id", "id"], unique=False)
        batch_op.create_index("ix_stock_transfer_sender", ["sender_id", "id"], unique=False)

    op.create_table(
        "stock_bin",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bin", sa.String(length=24), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_stock_bin_quantity")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_stock_bin_dealer_id_dealer")),
        sa.ForeignKeyConstraint(["item_id"], ["stock_item.id"], name=op.f("fk_stock_bin_item_id_stock_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_bin")),
        sa.UniqueConstraint("item_id", "bin", name=op.f("uq_stock_bin_item_id_bin")),
    )
    with op.batch_alter_table("stock_bin", schema=None) as batch_op:
        batch_op.create_index("ix_stock_bin_dealer", ["dealer_id", "bin"], unique=False)

    op.create_table(
        "stock_take_line",
        sa.Column("take_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bin", sa.String(length=24), nullable=False),
        sa.Column("book", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("counted is null or counted >= 0", name=op.f("ck_stock_take_line_counted")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_stock_take_line_dealer_id_dealer")),
        sa.ForeignKeyConstraint(["item_id"], ["stock_item.id"], name=op.f("fk_stock_take_line_item_id_stock_item")),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_stock_take_line_part_id_part")),
        sa.ForeignKeyConstraint(["take_id"], ["stock_take.id"], name=op.f("fk_stock_take_line_take_id_stock_take")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_take_line")),
        sa.UniqueConstraint("take_id", "item_id", "bin", name=op.f("uq_stock_take_line_take_id_item_id_bin")),
        sa.UniqueConstraint("take_id", "position", name=op.f("uq_stock_take_line_take_id_position")),
    )
    with op.batch_alter_table("stock_take_line", schema=None) as batch_op:
        batch_op.create_index("ix_stock_take_line_item", ["item_id", "bin"], unique=False)

    op.create_table(
        "stock_transfer_line",
        sa.Column("transfer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sender_bin", sa.String(length=24), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_transfer_line_quantity")),
        sa.CheckConstraint(
            "received is null or (received >= 0 and received <= quantity)", name=op.f("ck_stock_transfer_line_received")
        ),
        sa.CheckConstraint("value >= 0", name=op.f("ck_stock_transfer_line_value")),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_stock_transfer_line_part_id_part")),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["stock_transfer.id"], name=op.f("fk_stock_transfer_line_transfer_id_stock_transfer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_transfer_line")),
        sa.UniqueConstraint("transfer_id", "position", name=op.f("uq_stock_transfer_line_transfer_id_position")),
    )
    with op.batch_alter_table("stock_transfer_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_transfer_line_part_id"), ["part_id"], unique=False)

    op.create_table(
        "part_order",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("repair_order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("row_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "state in ('draft', 'submitted', 'confirmed', 'partly_delivered', 'delivered', 'refused', 'closed', 'cancelled')",
            name=op.f("ck_part_order_state"),
        ),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_part_order_dealer_id_dealer")),
        sa.ForeignKeyConstraint(
            ["repair_order_id"], ["repair_order.id"], name=op.f("fk_part_order_repair_order_id_repair_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_order")),
        sa.UniqueConstraint("number", name=op.f("uq_part_order_number")),
    )
    with op.batch_alter_table("part_order", schema=None) as batch_op:
        batch_op.create_index("ix_part_order_dealer", ["dealer_id", "id"], unique=False)
        batch_op.create_index("ix_part_order_repair", ["repair_order_id"], unique=False)
        batch_op.create_index("ix_part_order_state", ["state", "id"], unique=False)

    op.create_table(
        "stock_document",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("reason_code", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_by", sa.String(length=120), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_stock_document_dealer_id_dealer")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["repair_order.id"], name=op.f("fk_stock_document_order_id_repair_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_document")),
        sa.UniqueConstraint("number", name=op.f("uq_stock_document_number")),
    )
    with op.batch_alter_table("stock_document", schema=None) as batch_op:
        batch_op.create_index("ix_stock_document_dealer", ["dealer_id", "id"], unique=False)
        batch_op.create_index("ix_stock_document_order", ["order_id"], unique=False)

    op.create_table(
        "part_delivery",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("carrier", sa.String(length=80), nullable=False),
        sa.Column("waybill", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shipped_by", sa.String(length=120), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by", sa.String(length=120), nullable=True),
        sa.Column("receipt", sa.String(length=40), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.Column("invoice_no", sa.String(length=20), nullable=True),
        sa.Column("invoice_net", sa.BigInteger(), nullable=True),
        sa.Column("invoice_differs", sa.Boolean(), nullable=False),
        sa.Column("invoiced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("row_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "state in ('shipped', 'received', 'differing', 'answered')", name=op.f("ck_part_delivery_state")
        ),
        sa.CheckConstraint("arrived_at is null or arrived_at >= shipped_at", name=op.f("ck_part_delivery_arrival")),
        sa.CheckConstraint("credit >= 0 and credit <= amount", name=op.f("ck_part_delivery_credit")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_part_delivery_dealer_id_dealer")),
        sa.ForeignKeyConstraint(["order_id"], ["part_order.id"], name=op.f("fk_part_delivery_order_id_part_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_delivery")),
        sa.UniqueConstraint("number", name=op.f("uq_part_delivery_number")),
    )
    with op.batch_alter_table("part_delivery", schema=None) as batch_op:
        batch_op.create_index("ix_part_delivery_dealer", ["dealer_id", "id"], unique=False)
        batch_op.create_index("ix_part_delivery_invoice", ["dealer_id", "invoice_no"], unique=False)
        batch_op.create_index("ix_part_delivery_order", ["order_id"], unique=False)
        batch_op.create_index("ix_part_delivery_state", ["state", "id"], unique=False)

    op.create_table(
        "part_order_line",
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("supplied_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("cancelled", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "delivered >= 0 and cancelled >= 0 and delivered + cancelled <= quantity and received >= 0 and received <= delivered",
            name=op.f("ck_part_order_line_counts"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_part_order_line_quantity")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_part_order_line_dealer_id_dealer")),
        sa.ForeignKeyConstraint(["order_id"], ["part_order.id"], name=op.f("fk_part_order_line_order_id_part_order")),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_part_order_line_part_id_part")),
        sa.ForeignKeyConstraint(["supplied_id"], ["part.id"], name=op.f("fk_part_order_line_supplied_id_part")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_order_line")),
        sa.UniqueConstraint("order_id", "part_id", name=op.f("uq_part_order_line_order_id_part_id")),
    )
    with op.batch_alter_table("part_order_line", schema=None) as batch_op:
        batch_op.create_index("ix_part_order_line_part", ["part_id"], unique=False)

    op.create_table(
        "stock_movement",
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bin", sa.String(length=24), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("quantity_after", sa.BigInteger(), nullable=False),
        sa.Column("value_after", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_stock_movement_quantity")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_stock_movement_dealer_id_dealer")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["stock_document.id"], name=op.f("fk_stock_movement_document_id_stock_document")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["stock_item.id"], name=op.f("fk_stock_movement_item_id_stock_item")),
        sa.ForeignKeyConstraint(
            ["job_id"], ["repair_job.id"], name=op.f("fk_stock_movement_job_id_repair_job"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["repair_order.id"], name=op.f("fk_stock_movement_order_id_repair_order")
        ),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_stock_movement_part_id_part")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
        sa.UniqueConstraint("document_id", "position", name=op.f("uq_stock_movement_document_id_position")),
    )
    with op.batch_alter_table("stock_movement", schema=None) as batch_op:
        batch_op.create_index("ix_stock_movement_item", ["item_id", "id"], unique=False)
        batch_op.create_index("ix_stock_movement_order", ["order_id"], unique=False)

    op.create_table(
        "part_delivery_line",
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("short", sa.BigInteger(), nullable=False),
        sa.Column("damaged", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("quantity > 0 and amount >= 0", name=op.f("ck_part_delivery_line_quantity")),
        sa.CheckConstraint(
            "short >= 0 and damaged >= 0 and short + damaged <= quantity", name=op.f("ck_part_delivery_line_received")
        ),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_part_delivery_line_dealer_id_dealer")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["part_delivery.id"], name=op.f("fk_part_delivery_line_delivery_id_part_delivery")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["part_order_line.id"], name=op.f("fk_part_delivery_line_line_id_part_order_line")
        ),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_part_delivery_line_part_id_part")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_delivery_line")),
        sa.UniqueConstraint("delivery_id", "line_id", name=op.f("uq_part_delivery_line_delivery_id_line_id")),
    )
    with op.batch_alter_table("part_delivery_line", schema=None) as batch_op:
        batch_op.create_index("ix_part_delivery_line_line", ["line_id"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            if table not in SHARED:
                op.execute(f"alter table {table} enable row level security")
                op.execute(f"alter table {table} force row level security")
                op.execute(f"create policy dealer_wall on {table} using ({SEEN}) with check ({SEEN})")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
