"""The three-guarantees law: its tables, what a job says to it, and records that cannot be deleted

Revision: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SEEN = "current_setting('sanbao.scope', true) = '*' or dealer_id::text = current_setting('sanbao.scope', true)"
#: Repair records are kept six years (Order 43, Art. 17). Tables below an order, and how they find it.
BELOW = {
    "repair_job": "old.order_id",
    "repair_photo": "old.order_id",
    "labour_line": "(select order_id from repair_job where id = old.job_id)",
    "part_line": "(select order_id from repair_job where id = old.job_id)",
}
REFUSED = "a repair record is kept for six years"


def _columns() -> list[tuple[str, sa.Column]]:
    no, none = sa.false(), sa.text("0")
    return [
        ("repair_job", sa.Column("quality_problem", sa.Boolean(), nullable=False, server_default=sa.true())),
        ("repair_job", sa.Column("serious_safety", sa.Boolean(), nullable=False, server_default=no)),
        ("repair_job", sa.Column("effect", sa.String(length=24), nullable=True)),
        ("repair_job", sa.Column("exemption", sa.String(length=20), nullable=True)),
        ("repair_job", sa.Column("action", sa.String(length=20), nullable=False, server_default="repair")),
        ("repair_job", sa.Column("main_part", sa.String(length=40), nullable=True)),
        ("repair_job", sa.Column("same_as", sa.String(length=48), nullable=True)),
        ("repair_job", sa.Column("resolved", sa.Boolean(), nullable=True)),
        ("repair_order", sa.Column("special_transport_hours", sa.BigInteger(), nullable=False, server_default=none)),
        ("repair_order", sa.Column("battery_transport_hours", sa.BigInteger(), nullable=False, server_default=none)),
        ("repair_order", sa.Column("rescue_hours", sa.BigInteger(), nullable=False, server_default=none)),
        ("vehicle", sa.Column("replaced_on", sa.Date(), nullable=True)),
        ("vehicle", sa.Column("taken_back", sa.String(length=12), nullable=True)),
        ("vehicle", sa.Column("taken_back_on", sa.Date(), nullable=True)),
        ("vehicle", sa.Column("taken_back_reason", sa.Text(), nullable=True)),
    ]


def _keep_records() -> None:
    """Refuse, in the database itself, to delete a record younger than six years; an open order is still worked on."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"""create function keep_repair_record() returns trigger language plpgsql as $$
            declare held boolean;
            begin
              execute 'select exists (select from repair_order where id = $1 and ' || tg_argv[0] ||
                ' received_at > now() - interval ''6 years'')'
                into held using (case tg_table_name
                  when 'repair_order' then (to_jsonb(old)->>'id')::bigint
                  when 'repair_job' then (to_jsonb(old)->>'order_id')::bigint
                  when 'repair_photo' then (to_jsonb(old)->>'order_id')::bigint
                  else (select order_id from repair_job where id = (to_jsonb(old)->>'job_id')::bigint) end);
              if held then raise exception '{REFUSED}' using errcode = 'restrict_violation'; end if;
              return old;
            end $$"""
        )
        for table in ("repair_order", *BELOW):
            state = "" if table == "repair_order" else "state <> ''open'' and"
            op.execute(
                f"create trigger keep_record before delete on {table} "
                f"for each row execute function keep_repair_record('{state}')"
            )
        return
    young = "received_at > datetime('now', '-6 years')"
    op.execute(
        f"create trigger keep_repair_order before delete on repair_order when old.{young} "
        f"begin select raise(abort, '{REFUSED}'); end"
    )
    for table, order in BELOW.items():
        op.execute(
            f"create trigger keep_{table} before delete on {table} "
            f"when exists (select 1 from repair_order where id = {order} and state <> 'open' and {young}) "
            f"begin select raise(abort, '{REFUSED}'); end"
        )


def _let_records_go() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in ("repair_order", *BELOW):
            op.execute(f"drop trigger keep_record on {table}")
        op.execute("drop function keep_repair_record()")
        return
    for table in ("repair_order", *BELOW):
        op.execute(f"drop trigger keep_{table}")


def upgrade() -> None:
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_year")),
        sa.UniqueConstraint("year", name=op.f("uq_calendar_year_year")),
    )
    op.create_table(
        "guarantee_regime",
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("body", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarantee_regime")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_guarantee_regime_code_version")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["year"], ["calendar_year.year"], name=op.f("fk_calendar_day_year_calendar_year")),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
        sa.UniqueConstraint("day", name=op.f("uq_calendar_day_day")),
    )
    with op.batch_alter_table("calendar_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_day_year"), ["year"], unique=False)

    op.create_table(
        "guarantee_certificate",
        sa.Column("model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("guarantee_months", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("guarantee_km", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("repair_months", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("repair_km", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("usage_coefficient", sa.BigInteger(), nullable=False),
        sa.Column("main_parts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("special_parts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("wear_parts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("battery_limit", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["vehicle_model.id"], name=op.f("fk_guarantee_certificate_model_id_vehicle_model")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarantee_certificate")),
        sa.UniqueConstraint("model_id", "version", name=op.f("uq_guarantee_certificate_model_id_version")),
    )
    with op.batch_alter_table("guarantee_certificate", schema=None) as batch_op:
        batch_op.create_index("ix_guarantee_certificate_valid", ["model_id", "valid_from"], unique=False)

    op.create_table(
        "guarantee_alarm",
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vin", sa.String(length=17), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reckoned", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("closed_by", sa.String(length=120), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_guarantee_alarm_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarantee_alarm")),
    )
    op.create_table(
        "guarantee_certificate_issue",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.String(length=120), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["dealer_id"], ["dealer.id"], name=op.f("fk_guarantee_certificate_issue_dealer_id_dealer")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_guarantee_certificate_issue_vehicle_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarantee_certificate_issue")),
        sa.UniqueConstraint("number", name=op.f("uq_guarantee_certificate_issue_number")),
    )
    with op.batch_alter_table("guarantee_certificate_issue", schema=None) as batch_op:
        batch_op.create_index("ix_guarantee_certificate_issue_vehicle", ["vehicle_id", "id"], unique=False)

    op.create_table(
        "guarantee_notice",
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vin", sa.String(length=17), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("counter", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("limit", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dealer_seen_by", sa.String(length=120), nullable=True),
        sa.Column("dealer_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("region_seen_by", sa.String(length=120), nullable=True),
        sa.Column("region_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("centre_seen_by", sa.String(length=120), nullable=True),
        sa.Column("centre_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_guarantee_notice_dealer_id_dealer")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_guarantee_notice_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarantee_notice")),
        sa.UniqueConstraint("vehicle_id", "level", name=op.f("uq_guarantee_notice_vehicle_id_level")),
    )
    with op.batch_alter_table("guarantee_notice", schema=None) as batch_op:
        batch_op.create_index("ix_guarantee_notice_dealer", ["dealer_id", "id"], unique=False)

    op.create_table(
        "guarantee_watch",
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("regime", sa.String(length=24), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("rank", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("counter", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("limit", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("repair_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rows", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("entitlements", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("guarantee_ends_on", sa.Date(), nullable=False),
        sa.Column("guarantee_km", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("odometer_km", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("open_visit", sa.Boolean(), nullable=False),
        sa.Column("last_dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_visit_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reckoned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["last_dealer_id"], ["dealer.id"], name=op.f("fk_guarantee_watch_last_dealer_id_dealer")
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_guarantee_watch_vehicle_id_vehicle")),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarantee_watch")),
        sa.UniqueConstraint("vehicle_id", name=op.f("uq_guarantee_watch_vehicle_id")),
    )
    with op.batch_alter_table("guarantee_watch", schema=None) as batch_op:
        batch_op.create_index("ix_guarantee_watch_ends", ["guarantee_ends_on", "id"], unique=False)
        batch_op.create_index("ix_guarantee_watch_rank", ["rank", "id"], unique=False)

    for table, column in _columns():
        op.add_column(table, column)
    op.execute("update repair_job set quality_problem = (payer = 'warranty')")
    _keep_records()
    if op.get_bind().dialect.name == "postgresql":
        for order in ("enable row level security", "force row level security"):
            op.execute(f"alter table guarantee_notice {order}")
        op.execute(f"create policy dealer_wall on guarantee_notice using ({SEEN}) with check ({SEEN})")


def downgrade() -> None:
    _let_records_go()
    for table, column in reversed(_columns()):
        op.drop_column(table, column.name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop policy dealer_wall on guarantee_notice")
    with op.batch_alter_table("guarantee_watch", schema=None) as batch_op:
        batch_op.drop_index("ix_guarantee_watch_rank")
        batch_op.drop_index("ix_guarantee_watch_ends")

    op.drop_table("guarantee_watch")
    with op.batch_alter_table("guarantee_notice", schema=None) as batch_op:
        batch_op.drop_index("ix_guarantee_notice_dealer")

    op.drop_table("guarantee_notice")
    with op.batch_alter_table("guarantee_certificate_issue", schema=None) as batch_op:
        batch_op.drop_index("ix_guarantee_certificate_issue_vehicle")

    op.drop_table("guarantee_certificate_issue")
    op.drop_table("guarantee_alarm")
    with op.batch_alter_table("guarantee_certificate", schema=None) as batch_op:
        batch_op.drop_index("ix_guarantee_certificate_valid")

    op.drop_table("guarantee_certificate")
    with op.batch_alter_table("calendar_day", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_day_year"))

    op.drop_table("calendar_day")
    op.drop_table("guarantee_regime")
    op.drop_table("calendar_year")
