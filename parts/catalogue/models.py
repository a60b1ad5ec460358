"""The parts catalogue: numbers, names, dated prices, suppliers, what replaces what, what fits which car."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Connection,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    delete,
    event,
    insert,
    inspect,
)
from sqlalchemy.orm import Mapped, Mapper, declared_attr, mapped_column

from parts.catalogue.rules import words
from portal.kernel.db import Base, Exact, Fen, Identified, short


def ordered(length: int) -> String:
    """Return the type of a text that every database sorts by its bytes, so that a beginning is a range."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Versioned:
    """Mixin: of two people who change a row at once one wins, the other is told."""

    row_version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """Let every UPDATE check and bump the version."""
        return {"version_id_col": cls.row_version}


class Supplier(Identified, Versioned, Base):
    """Who makes a part for us. ``closed_on``: the day from which nothing new is bought there."""

    __tablename__ = "supplier"

    code: Mapped[str] = mapped_column(short(16), unique=True)
    name_zh: Mapped[str] = mapped_column(short(80))
    name_en: Mapped[str] = mapped_column(short(120))
    initials: Mapped[str] = mapped_column(short(64), default="")
    contact: Mapped[str | None] = mapped_column(short(80))
    phone: Mapped[str | None] = mapped_column(short(32))
    email: Mapped[str | None] = mapped_column(short(120))
    address: Mapped[str | None] = mapped_column(short(255))
    closed_on: Mapped[date | None]


class PartGroup(Identified, Base):
    """A level between model and part: a system (系统, without a parent) or an assembly (总成) of one."""

    __tablename__ = "part_group"

    code: Mapped[str] = mapped_column(ordered(16), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("part_group.id"), index=True)
    name_zh: Mapped[str] = mapped_column(short(80))
    name_en: Mapped[str] = mapped_column(short(120))


class Part(Identified, Versioned, Base):
    """A part as the price list has it.

    ``plain`` is the number without its hyphens, dots and blanks. ``superseded_by`` names the number
    that replaces it from ``superseded_on`` on; ``interchange`` says whether the old one may also be
    put in for the new one (``both_ways``) or not (``one_way``, or nothing said). ``group_id`` is its assembly.
    """

    __tablename__ = "part"
    __table_args__ = (
        CheckConstraint("interchange in ('one_way', 'both_ways')", name="interchange"),
        Index("ix_part_initials", "initials"),
        Index("ix_part_plain", "plain"),
        Index("ix_part_superseded_by", "superseded_by"),
        Index("ix_part_supplier", "supplier_id", "number"),
        Index("ix_part_group", "group_id", "number"),
    )

    number: Mapped[str] = mapped_column(ordered(32), unique=True)
    plain: Mapped[str] = mapped_column(ordered(32), default="")
    name_zh: Mapped[str] = mapped_column(short(120))
    name_en: Mapped[str] = mapped_column(short(120))
    initials: Mapped[str] = mapped_column(short(64))
    unit: Mapped[str] = mapped_column(short(8), default="件")
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("supplier.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("part_group.id"))
    component: Mapped[str] = mapped_column(short(24), default="other")
    per_vehicle: Mapped[Decimal] = mapped_column(Exact(2), default=Decimal(1))
    wear_class: Mapped[str | None] = mapped_column(short(24))
    special: Mapped[bool] = mapped_column(default=False)  # 特殊零部件
    superseded_by: Mapped[str | None] = mapped_column(short(32))
    superseded_on: Mapped[date | None]
    interchange: Mapped[str | None] = mapped_column(short(12))


#: The columns whose pieces are terms.
NAMED = ("name_zh", "name_en", "initials")


class PartTerm(Identified, Base):
    """What a part is found by besides its number: pieces of its names and initials, and the models it fits.

    Made by `rules.words`. A term with its numbers in order is what lets a search walk straight to its page.
    """

    __tablename__ = "part_term"
    __audited__ = False  # follows from the part's names
    __table_args__ = (UniqueConstraint("term", "number"), Index("ix_part_term_number", "number"))

    term: Mapped[str] = mapped_column(ordered(33))
    number: Mapped[str] = mapped_column(ordered(32))


@event.listens_for(Part, "before_insert")
def _plain_number(_mapper: Mapper[Part], _connection: Connection, part: Part) -> None:
    part.plain = words.plain(part.number)


@event.listens_for(Part, "after_insert")
@event.listens_for(Part, "after_update")
def _file_terms(_mapper: Mapper[Part], connection: Connection, part: Part) -> None:
    """Keep the search in step with the names, whoever writes a part through a session."""
    state = inspect(part)
    if state.persistent and not any(state.attrs[name].history.has_changes() for name in NAMED):
        return
    named = ~PartTerm.term.startswith(words.MODEL)
    connection.execute(delete(PartTerm).where(PartTerm.number == part.number, named))
    found = words.terms(part.name_zh, part.name_en, part.initials)
    if found:
        connection.execute(insert(PartTerm), [{"term": term, "number": part.number} for term in sorted(found)])


class PartPrice(Identified, Base):
    """Prices of a part from a day on, in yuan before tax.

    They hold to ``valid_until``, that day included; where it is not set, until a later price begins.
    """

    __tablename__ = "part_price"
    __table_args__ = (
        CheckConstraint("valid_until is null or valid_until >= valid_from", name="days"),
        UniqueConstraint("part_id", "valid_from"),
    )

    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    dealer: Mapped[Decimal] = mapped_column(Fen())
    warranty: Mapped[Decimal] = mapped_column(Fen())
    retail: Mapped[Decimal] = mapped_column(Fen())


class PartFitment(Identified, Versioned, Base):
    """Which cars of a model a part fits, and how many a car takes.

    Only those built on the days, and with a VIN in the range, where such are given; both ends are
    included. ``withdrawn_on``: the row does not hold from that day on, it was a mistake or is over.
    """

    __tablename__ = "part_fitment"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_part_fitment_part", "part_id", "id"),
        Index("ix_part_fitment_model", "model_id", "part_id"),
    )

    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"))
    model_id: Mapped[int] = mapped_column(ForeignKey("vehicle_model.id"))
    quantity: Mapped[Decimal] = mapped_column(Exact(2))
    built_from: Mapped[date | None]
    built_until: Mapped[date | None]
    vin_from: Mapped[str | None] = mapped_column(short(17))
    vin_until: Mapped[str | None] = mapped_column(short(17))
    note: Mapped[str] = mapped_column(short(120), default="")
    withdrawn_on: Mapped[date | None]


class PartPicture(Identified, Base):
    """A picture of a part, shrunk and without the camera's data; ``sha256`` is of what is kept."""

    __tablename__ = "part_picture"

    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"), index=True)
    storage_key: Mapped[str] = mapped_column(short(128))
    sha256: Mapped[str] = mapped_column(short(64))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    caption: Mapped[str] = mapped_column(short(120), default="")
    added_by: Mapped[str] = mapped_column(short(120))
    added_at: Mapped[datetime]


class PartChange(Identified, Base):
    """What changed in the catalogue, in the order in which it was committed: everybody's news.

    ``day``: from when it holds. ``detail``: the number that replaces, the model's code, the price.
    """

    __tablename__ = "part_change"
    __audited__ = False  # the changed rows themselves are
    __table_args__ = (Index("ix_part_change_part", "part_id", "id"), Index("ix_part_change_kind", "kind", "id"))

    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"))
    kind: Mapped[str] = mapped_column(short(12))  # new | price | price_off | superseded | fitment | facts
    day: Mapped[date | None]
    detail: Mapped[str] = mapped_column(short(64), default="")
    changed_by: Mapped[str] = mapped_column(short(120))
    changed_at: Mapped[datetime]


class CatalogueLook(Identified, Base):
    """How far somebody has read the catalogue's news: up to this change."""

    __tablename__ = "catalogue_look"
    __audited__ = False  # a bookmark

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), unique=True)
    change_id: Mapped[int]
    looked_at: Mapped[datetime]
