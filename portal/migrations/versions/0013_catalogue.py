"""The catalogue whole: suppliers, levels, what fits which car, interchangeability, ends of prices, search, news

Revision: 0013
Revises: 0012
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHUNK = 5_000


def ordered(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    _new_tables()
    _part_tables()
    connection = op.get_bind()
    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.add_column(sa.Column("row_version", KEY, nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("plain", ordered(32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("supplier_id", KEY, nullable=True))
        batch_op.add_column(sa.Column("group_id", KEY, nullable=True))
        batch_op.add_column(sa.Column("interchange", sa.String(length=12), nullable=True))
        if connection.dialect.name == "postgresql":
            batch_op.alter_column("number", type_=sa.String(32, collation="C"), existing_nullable=False)
    _register_suppliers(connection)
    _fill_search(connection)
    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.alter_column("row_version", server_default=None, existing_type=KEY)
        batch_op.alter_column("plain", server_default=None, existing_type=ordered(32))
        batch_op.drop_column("supplier")
        batch_op.create_foreign_key(op.f("fk_part_supplier_id_supplier"), "supplier", ["supplier_id"], ["id"])
        batch_op.create_foreign_key(op.f("fk_part_group_id_part_group"), "part_group", ["group_id"], ["id"])
        batch_op.create_check_constraint("interchange", "interchange in ('one_way', 'both_ways')")
        batch_op.create_index("ix_part_plain", ["plain"], unique=False)
        batch_op.create_index("ix_part_superseded_by", ["superseded_by"], unique=False)
        batch_op.create_index("ix_part_supplier", ["supplier_id", "number"], unique=False)
        batch_op.create_index("ix_part_group", ["group_id", "number"], unique=False)
    with op.batch_alter_table("part_price", schema=None) as batch_op:
        batch_op.add_column(sa.Column("valid_until", sa.Date(), nullable=True))
        batch_op.create_check_constraint("days", "valid_until is null or valid_until >= valid_from")


def _new_tables() -> None:
    op.create_table(
        "supplier",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("initials", sa.String(length=64), nullable=False),
        sa.Column("contact", sa.String(length=80), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("email", sa.String(length=120), nullable=True),
        sa.Column("address", sa.String(length=255), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("row_version", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.UniqueConstraint("code", name=op.f("uq_supplier_code")),
    )
    op.create_table(
        "part_group",
        sa.Column("code", ordered(16), nullable=False),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["part_group.id"], name=op.f("fk_part_group_parent_id_part_group")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_group")),
        sa.UniqueConstraint("code", name=op.f("uq_part_group_code")),
    )
    op.create_index(op.f("ix_part_group_parent_id"), "part_group", ["parent_id"])
    op.create_table(
        "part_term",
        sa.Column("term", ordered(16), nullable=False),
        sa.Column("number", ordered(32), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_term")),
        sa.UniqueConstraint("term", "number", name=op.f("uq_part_term_term_number")),
    )
    op.create_index("ix_part_term_number", "part_term", ["number"])
    op.create_table(
        "catalogue_look",
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("change_id", KEY, nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_catalogue_look_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_look")),
        sa.UniqueConstraint("user_id", name=op.f("uq_catalogue_look_user_id")),
    )  # fmt: skip


def _part_tables() -> None:
    part = ["part_id"], ["part.id"]
    op.create_table(
        "part_fitment",
        sa.Column("part_id", KEY, nullable=False),
        sa.Column("model_id", KEY, nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("built_from", sa.Date(), nullable=True),
        sa.Column("built_until", sa.Date(), nullable=True),
        sa.Column("vin_from", sa.String(length=17), nullable=True),
        sa.Column("vin_until", sa.String(length=17), nullable=True),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("row_version", KEY, nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_part_fitment_quantity")),
        sa.ForeignKeyConstraint(*part, name=op.f("fk_part_fitment_part_id_part")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["vehicle_model.id"], name=op.f("fk_part_fitment_model_id_vehicle_model")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_fitment")),
    )  # fmt: skip
    op.create_index("ix_part_fitment_part", "part_fitment", ["part_id", "id"])
    op.create_index("ix_part_fitment_model", "part_fitment", ["model_id", "part_id"])
    op.create_table(
        "part_picture",
        sa.Column("part_id", KEY, nullable=False),
        sa.Column("storage_key", sa.String(length=128), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", KEY, nullable=False),
        sa.Column("height", KEY, nullable=False),
        sa.Column("size", KEY, nullable=False),
        sa.Column("caption", sa.String(length=120), nullable=False),
        sa.Column("added_by", sa.String(length=120), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(*part, name=op.f("fk_part_picture_part_id_part")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_picture")),
    )
    op.create_index(op.f("ix_part_picture_part_id"), "part_picture", ["part_id"])
    op.create_table(
        "part_change",
        sa.Column("part_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("detail", sa.String(length=64), nullable=False),
        sa.Column("changed_by", sa.String(length=120), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(*part, name=op.f("fk_part_change_part_id_part")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_change")),
    )
    op.create_index("ix_part_change_part", "part_change", ["part_id", "id"])
    op.create_index("ix_part_change_kind", "part_change", ["kind", "id"])


PART = sa.table(
    "part", sa.column("id"), sa.column("number"), sa.column("plain"), sa.column("name_zh"), sa.column("name_en"),
    sa.column("initials"), sa.column("supplier"), sa.column("supplier_id"),
)  # fmt: skip
SUPPLIER = sa.table(
    "supplier", sa.column("id"), sa.column("code"), sa.column("name_zh"), sa.column("name_en"),
    sa.column("initials"), sa.column("row_version"),
)  # fmt: skip
TERM = sa.table("part_term", sa.column("term"), sa.column("number"))


def _register_suppliers(connection: Connection) -> None:
    """Make a supplier of each name that parts carry; headquarters completes it."""
    from portal.kernel.pinyin import initials

    named = sa.select(PART.c.supplier).where(PART.c.supplier.is_not(None)).distinct().order_by(PART.c.supplier)
    names = [name for name in connection.scalars(named) if name]
    if names:
        connection.execute(
            SUPPLIER.insert(),
            [
                {"code": f"S{number:04d}", "name_zh": name, "name_en": name, "initials": initials(name), "row_version": 1}
                for number, name in enumerate(names, start=1)
            ],
        )  # fmt: skip
    own = sa.select(SUPPLIER.c.id).where(SUPPLIER.c.name_zh == PART.c.supplier).scalar_subquery()
    connection.execute(PART.update().values(supplier_id=own))


def _fill_search(connection: Connection) -> None:
    """Write what the parts of today are found by, as `parts.catalogue.rules.words` did at this revision."""
    last = 0
    wanted = PART.c.id, PART.c.number, PART.c.name_zh, PART.c.name_en, PART.c.initials
    while rows := connection.execute(
        sa.select(*wanted).where(PART.c.id > last).order_by(PART.c.id).limit(CHUNK)
    ).all():  # fmt: skip
        last = rows[-1].id
        own = PART.c.id == sa.bindparam("key")
        connection.execute(
            PART.update().where(own).values(plain=sa.bindparam("bare")),
            [{"key": row.id, "bare": re.sub(r"[^0-9A-Z]", "", row.number.upper())} for row in rows],
        )
        terms = [{"term": term, "number": row.number} for row in rows for term in _terms(row)]
        if terms:
            connection.execute(TERM.insert(), terms)


def _terms(row: sa.Row[tuple[int, str, str, str, str]]) -> set[str]:
    found: set[str] = set()
    for run in re.findall(r"[\u3400-\u9fff\uf900-\ufaff]+", f"{row.name_zh} {row.name_en}"):
        found.update(run[place : place + 2] for place in range(len(run) - 1))
    for word in re.findall(r"[a-z0-9]{3,}", f"{row.name_zh} {row.name_en}".lower()):
        found.add(word[:3])
    letters = row.initials.lower()
    found.update(f"~{letters[place : place + 2]}" for place in range(len(letters) - 1))
    return found


def downgrade() -> None:
    connection = op.get_bind()
    with op.batch_alter_table("part_price", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_part_price_days"), type_="check")
        batch_op.drop_column("valid_until")
    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.add_column(sa.Column("supplier", sa.String(length=80), nullable=True))
    name = sa.select(SUPPLIER.c.name_zh).where(SUPPLIER.c.id == PART.c.supplier_id).scalar_subquery()
    connection.execute(PART.update().values(supplier=name))
    with op.batch_alter_table("part", schema=None) as batch_op:
        for index in ("group", "supplier", "superseded_by", "plain"):
            batch_op.drop_index(f"ix_part_{index}")
        batch_op.drop_constraint(op.f("ck_part_interchange"), type_="check")
        batch_op.drop_constraint(op.f("fk_part_group_id_part_group"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_part_supplier_id_supplier"), type_="foreignkey")
        for column in ("interchange", "group_id", "supplier_id", "plain", "row_version"):
            batch_op.drop_column(column)
        if connection.dialect.name == "postgresql":
            batch_op.alter_column("number", type_=sa.String(32, collation="default"), existing_nullable=False)
    for table in (
        "part_change", "part_picture", "part_fitment", "catalogue_look", "part_term", "part_group", "supplier",
    ):  # fmt: skip
        op.drop_table(table)
