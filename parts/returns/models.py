"""Old parts (旧件) on their way back: what is asked for, the boxes, disputes with photos, and what became of them.

The room knows claims by their numbers and by what is frozen here at their decision.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint, case, literal
from sqlalchemy.orm import Mapped, mapped_column

from parts.returns.states import OLD_PART, OLD_PART_DISPUTE, RETURN_BOX
from portal.kernel.db import Base, Exact, Fen, Identified, short
from portal.kernel.lifecycle import Stateful
from portal.kernel.money import ZERO
from portal.kernel.scoping import DealerOwned


class ReturnRuleVersion(Identified, Base):
    """What headquarters asks back from a day on (`rules.asking.ReturnRule`); never edited, a later one follows."""

    __tablename__ = "return_rule"
    __table_args__ = (
        UniqueConstraint("scope", "subject", "valid_from"),
        CheckConstraint("percent between 0 and 100", name="percent"),
        CheckConstraint("days > 0", name="days"),
    )

    scope: Mapped[str] = mapped_column(short(12))
    subject: Mapped[str] = mapped_column(short(32), default="")  # a component or a part's number
    demand: Mapped[str] = mapped_column(short(12))
    percent: Mapped[int] = mapped_column(default=0)
    days: Mapped[int]
    valid_from: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    made_by: Mapped[str] = mapped_column(short(120))
    made_at: Mapped[datetime]


class ReturnBox(Identified, DealerOwned, Stateful, Base):
    """A numbered box with a carrier; its parts name it."""

    __tablename__ = "return_box"
    __machine__ = RETURN_BOX
    __table_args__ = (
        CheckConstraint(RETURN_BOX.sql_check(), name="state"),
        Index("ix_return_box_dealer", "dealer_id", "id"),
        Index("ix_return_box_state", "state", "id"),
    )

    number: Mapped[str] = mapped_column(short(40), unique=True)
    carrier: Mapped[str | None] = mapped_column(short(80))
    waybill: Mapped[str | None] = mapped_column(short(40))
    parts: Mapped[int] = mapped_column(default=0)  # when it was shipped
    opened_by: Mapped[str] = mapped_column(short(120))
    opened_at: Mapped[datetime]
    shipped_by: Mapped[str | None] = mapped_column(short(120))
    shipped_at: Mapped[datetime | None]
    signed_by: Mapped[str | None] = mapped_column(short(120))
    signed_at: Mapped[datetime | None]
    lacking: Mapped[int] = mapped_column(default=0)  # listed, but not in it


class PartDisposal(Identified, Base):
    """A list of old parts that left the store: handed to a supplier, or scrapped."""

    __tablename__ = "part_disposal"

    number: Mapped[str] = mapped_column(short(40), unique=True)
    kind: Mapped[str] = mapped_column(short(12))  # hand_over | scrap
    receiver: Mapped[str] = mapped_column(short(80))  # the supplier, or who scraps
    note: Mapped[str] = mapped_column(default="")
    parts: Mapped[int]
    made_by: Mapped[str] = mapped_column(short(120))
    made_at: Mapped[datetime]


class OldPart(Identified, DealerOwned, Stateful, Base):
    """A replaced part that must come back: one for a part line of a claim, whatever its quantity.

    ``cost`` is what the claim paid for it, in yuan before tax; ``deducted`` what was taken back of that, and
    ``uncovered`` what could not be, because earlier deductions had left nothing more of the claim.
    """

    __tablename__ = "old_part"
    __machine__ = OLD_PART
    __table_args__ = (
        CheckConstraint(OLD_PART.sql_check(), name="state"),
        CheckConstraint("deducted is null or (deducted >= 0 and deducted <= cost)", name="deducted"),
        Index("ix_old_part_dealer", "dealer_id", "id"),
        Index("ix_old_part_dealer_state", "dealer_id", "state", "due_on"),
        Index("ix_old_part_state_due", "state", "due_on", "id"),
        Index("ix_old_part_claim_number", "claim_number"),
        Index("ix_old_part_box", "box_id"),
        Index("ix_old_part_disposal", "disposal_id"),
    )

    number: Mapped[str] = mapped_column(short(48), unique=True)  # the claim's and the line: so none is asked for twice
    claim_id: Mapped[int]
    claim_number: Mapped[str] = mapped_column(short(40))
    line: Mapped[int]
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"))
    vin: Mapped[str] = mapped_column(short(17))
    odometer_km: Mapped[int]
    part_number: Mapped[str] = mapped_column(short(32))
    part_name: Mapped[str] = mapped_column(short(120))
    quantity: Mapped[Decimal] = mapped_column(Exact(2))
    maker: Mapped[str | None] = mapped_column(short(80))
    component: Mapped[str] = mapped_column(short(24))
    concern: Mapped[str]
    liability: Mapped[str] = mapped_column(short(12))
    demand: Mapped[str] = mapped_column(short(12))  # of the rule that asked: always | sample
    cost: Mapped[Decimal] = mapped_column(Fen())
    asked_at: Mapped[datetime]
    due_on: Mapped[date]  # the last day to hand it to the carrier
    box_id: Mapped[int | None] = mapped_column(ForeignKey("return_box.id"))
    outcome: Mapped[str | None] = mapped_column(short(12))
    deducted: Mapped[Decimal | None] = mapped_column(Fen())
    uncovered: Mapped[Decimal | None] = mapped_column(Fen())
    inspection_note: Mapped[str | None]
    inspected_at: Mapped[datetime | None]
    inspected_by: Mapped[str | None] = mapped_column(short(120))
    inspector_id: Mapped[int | None]
    place: Mapped[str | None] = mapped_column(short(24))  # where it lies in headquarters' store
    disposal_id: Mapped[int | None] = mapped_column(ForeignKey("part_disposal.id"))


class OldPartDispute(Identified, DealerOwned, Stateful, Base):
    """A dealer's objection to a deduction, once a part; headquarters upholds or waives it."""

    __tablename__ = "old_part_dispute"
    __machine__ = OLD_PART_DISPUTE
    __table_args__ = (
        CheckConstraint(OLD_PART_DISPUTE.sql_check(), name="state"),
        Index("ix_old_part_dispute_state", "state", "id"),
    )

    old_part_id: Mapped[int] = mapped_column(ForeignKey("old_part.id"), unique=True)
    reason: Mapped[str]
    raised_by: Mapped[str] = mapped_column(short(120))
    raised_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_by: Mapped[str | None] = mapped_column(short(120))
    answered_at: Mapped[datetime | None]


def still_deducted() -> ColumnElement[Decimal | None]:
    """Return what is deducted for a part: nothing where its dispute was waived. `OldPartDispute` is outer-joined."""
    return case((OldPartDispute.state == "waived", literal(ZERO, Fen())), else_=OldPart.deducted)


class OldPartPhoto(Identified, DealerOwned, Base):
    """A picture of an old part, shrunk and without the phone's data; ``sha256`` is of what is kept."""

    __tablename__ = "old_part_photo"
    __table_args__ = (UniqueConstraint("old_part_id", "sha256"),)

    old_part_id: Mapped[int] = mapped_column(ForeignKey("old_part.id"))
    side: Mapped[str] = mapped_column(short(12))  # dealer | head_office
    storage_key: Mapped[str] = mapped_column(short(128))
    sha256: Mapped[str] = mapped_column(short(64))
    width: Mapped[int]
    height: Mapped[int]
    added_by: Mapped[str] = mapped_column(short(120))
    added_at: Mapped[datetime]


class ReturnNotice(Identified, DealerOwned, Base):
    """A dealer was told, once, that a part is overdue; seen when somebody there said so."""

    __tablename__ = "return_notice"
    __table_args__ = (Index("ix_return_notice_dealer_seen", "dealer_id", "seen_at"),)

    old_part_id: Mapped[int] = mapped_column(ForeignKey("old_part.id"), unique=True)
    told_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str | None] = mapped_column(short(120))
