"""Shape of what is typed: the form that opens an order, and the page on which it is worked on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import Optional

from dealers.service import words
from dealers.service.models import RepairOrder
from dealers.service.queries import JobView, OrderView
from dealers.service.rules import CAMPAIGN, EXCLUDED_HOURS, ORDER_TYPES, Extras, Opening, scanned_vin
from dealers.service.rules.law import LawFacts
from dealers.service.services import Head, JobEdit, JobText, LabourEdit, PartEdit, SubletEdit, Work
from portal.kernel.clock import ZONE, known_day, local
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_, _, lazy
from portal.kernel.incoming import whole
from portal.kernel.money import exact, yuan

Value = TypeVar("Value")
#: How a browser's field for a moment writes it.
MOMENT = "%Y-%m-%dT%H:%M"
BAD_MOMENT = N_("Please write the moment as 2026-01-31 09:30.")
BAD_NUMBER = N_("Please write a number.")
BAD_KM = N_("Please write whole kilometres.")
BAD_YUAN = N_("Please write an amount in yuan with at most two decimals.")
BAD_HUNDREDTH = N_("At most two decimals.")


_MOMENT = {"type": "datetime-local"}
_PHONE = {"type": "tel", "autocomplete": "off"}
_NAME = {"autocomplete": "off"}


class Needed:
    """Marks a field as needed on the page; the rules ask for it, in one place for pages and imports."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __call__(self, form: FlaskForm, field: Any) -> None:
        """Leave the asking to the rules."""


class OpeningForm(FlaskForm):  # type: ignore[misc]
    """Taking a car in. Eight fields are needed; reception and promise are prefilled."""

    key = HiddenField()
    vin = StringField(lazy("VIN"), [Needed()], filters=[lambda text: scanned_vin(text) if text else text])
    odometer_km = IntegerField(lazy("Odometer (km)"), [Optional(), Needed()])
    type = SelectField(lazy("Type"), [Needed()], validate_choice=False)
    received_at = StringField(lazy("Received"), [Needed()], render_kw=_MOMENT)
    promised_at = StringField(lazy("Promised"), [Needed()], render_kw=_MOMENT)
    presenter_name = StringField(lazy("Presenter"), [Needed()], render_kw=_NAME)
    presenter_phone = StringField(lazy("Presenter's phone"), [Needed()], render_kw=_PHONE)
    concern = StringField(lazy("First concern, in the customer's words"), [Needed()])
    owner_name = StringField(lazy("Owner"), render_kw=_NAME)
    owner_phone = StringField(lazy("Owner's phone"), render_kw=_PHONE)
    plate = StringField(lazy("Plate"))
    note = StringField(lazy("Note"))
    campaign = StringField(lazy("Campaign"))  # its choices come with the car's strip
    meter_replaced = BooleanField(lazy("The odometer was replaced"))
    odometer_acknowledged = BooleanField(lazy("I read the meter again: the reading is right"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type.choices = [(key, _(words.TYPES[key])) for key in ORDER_TYPES]

    def opening(self) -> Opening:
        """Return what was typed; what cannot be read is None and hangs at its field."""
        said = {name: str(self._fields[name].data or "") for name in _TEXTS}
        said["type"] = CAMPAIGN if said["campaign"].strip() else said["type"]  # the choice says so itself
        return Opening(
            **said,
            odometer_km=self.odometer_km.data, received_at=self._moment("received_at"),
            promised_at=self._moment("promised_at"), meter_replaced=self.meter_replaced.data,
            odometer_acknowledged=self.odometer_acknowledged.data,
        )  # fmt: skip

    def _moment(self, name: str) -> datetime | None:
        text = (self._fields[name].data or "").strip()
        try:
            return moment(text)
        except ValueError:
            self._fields[name].errors = [_(BAD_MOMENT)]
            return None

    @property
    def unreadable(self) -> bool:
        """Tell whether something could not be read at all; call `opening` first."""
        return any(field.errors for field in self)


_TEXTS = (
    "vin", "type", "presenter_name", "presenter_phone", "concern", "owner_name", "owner_phone", "plate", "note",
    "campaign",
)  # fmt: skip


def moment(text: str) -> datetime | None:
    """Read a wall-clock moment in China; an empty one is None."""
    text = text.strip().replace(" ", "T")
    if not text:
        return None
    read = datetime.strptime(text[:16], MOMENT).replace(tzinfo=ZONE)
    if not known_day(read.date()):
        raise ValueError(text)
    return read


def written(value: datetime | None) -> str:
    """Write a moment for a browser's field."""
    return local(value).strftime(MOMENT) if value else ""


def hundredths(text: str) -> Decimal:
    """Read a number with at most two decimals; ``ValueError`` for anything else."""
    number = exact(text.strip().replace(",", ""))
    if number != number.quantize(Decimal("0.01")):
        raise ValueError(BAD_HUNDREDTH)
    return number


class Reader:
    """Reads fields of a page one by one and remembers what could not be read."""

    def __init__(self, typed: Mapping[str, str]) -> None:
        self.typed = typed
        self.faults: list[Fault] = []

    def text(self, name: str) -> str:
        """Return what was typed."""
        return (self.typed.get(name) or "").strip()

    def read(self, name: str, convert: Callable[[str], Value], fault: str, empty: Value) -> Value:
        """Convert what was typed; ``empty`` where nothing was, or where it makes no sense."""
        text = self.text(name)
        if not text:
            return empty
        try:
            return convert(text)
        except (ValueError, ArithmeticError):
            self.faults.append(Fault(fault, name))
            return empty

    def amount(self, name: str) -> Decimal:
        """Return an amount in yuan, nought where nothing was typed."""
        return self.read(name, yuan, BAD_YUAN, Decimal("0.00"))

    def hours(self, name: str) -> Decimal:
        """Return hours, nought where nothing was typed."""
        return self.read(name, hundredths, BAD_NUMBER, Decimal("0.00"))

    def moment(self, name: str) -> datetime | None:
        """Return a moment, None where nothing was typed."""
        return self.read(name, moment, BAD_MOMENT, None)

    def kept(self, name: str, stored: str | None) -> str:
        """Return what was typed, or what is stored where the page has no such field."""
        return self.text(name) if name in self.typed else stored or ""

    def stored_moment(self, name: str, stored: datetime | None) -> datetime | None:
        """Return a moment; the one that is stored, to the second, where the field still says it."""
        if name not in self.typed or self.text(name).replace(" ", "T")[:16] == written(stored):
            return stored
        return self.moment(name)

    def whole(self, name: str) -> int | None:
        """Return a whole number, None where nothing was typed."""
        return self.read(name, lambda text: int(text.replace(",", "")), BAD_KM, None)


def read_work(view: OrderView, typed: Mapping[str, str]) -> tuple[Work, list[Fault]]:
    """Read the page of an order; what is not on the page stays as it is.

    Another's new line is not on it, nor is what a claim at headquarters rests on.
    """
    reader = Reader(typed)
    present = [job for job in view.jobs if f"job-{job.id}-technician" in typed or f"job-{job.id}-concern" in typed]
    kind, _dash, key = reader.text("remove").partition("-")
    gone = whole(key) if kind in {"job", "labour", "part", "sublet"} else None
    work = Work(
        head=_head(reader, view.order),
        extras=_extras(reader, view.order),
        jobs=tuple(_job(reader, job) for job in present),
        labour=tuple(
            LabourEdit(line.id, reader.read(f"labour-{line.id}-hours", hundredths, BAD_NUMBER, Decimal(0)))
            for job in present for line in job.labour if f"labour-{line.id}-hours" in typed
        ),
        parts=tuple(
            _part(reader, line.id) for job in present for line in job.parts if f"part-{line.id}-quantity" in typed
        ),
        sublets=tuple(
            _sublet(reader, line.id) for job in present for line in job.sublets if f"sublet-{line.id}-name" in typed
        ),
        remove=None if gone is None else (kind, gone),
        new_concern=reader.text("new_concern"),
    )  # fmt: skip
    return work, reader.faults


def _head(reader: Reader, order: RepairOrder) -> Head | None:
    if "presenter_name" not in reader.typed:
        return None
    km = reader.whole("odometer_km") if "odometer_km" in reader.typed else order.odometer_km
    replaced = bool(reader.text("meter_replaced")) if "odometer_km" in reader.typed else order.meter_replaced
    return Head(
        reader.kept("type", order.type), reader.stored_moment("received_at", order.received_at),
        reader.moment("promised_at"), km,
        reader.text("presenter_name"), reader.text("presenter_phone"), reader.text("owner_name"),
        reader.text("owner_phone"), reader.text("plate"), reader.text("note"),
        replaced, bool(reader.text("odometer_acknowledged")),
    )  # fmt: skip


def _extras(reader: Reader, order: RepairOrder) -> Extras | None:
    if "substitute" not in reader.typed:
        return None
    return Extras(
        reader.whole("out_call_km"), reader.amount("out_call_expenses"), reader.amount("towing_fee"),
        reader.text("substitute"), reader.stored_moment("substitute_from", order.substitute_from),
        reader.stored_moment("substitute_until", order.substitute_until), reader.amount("substitute_amount"),
        *(reader.hours(name) for name in EXCLUDED_HOURS),
    )  # fmt: skip


def _job(reader: Reader, job: JobView) -> JobEdit:
    place = f"job-{job.id}"
    text = JobText(
        reader.kept(f"{place}-concern", job.concern), reader.kept(f"{place}-cause", job.cause),
        reader.kept(f"{place}-correction", job.correction),
        reader.kept(f"{place}-component", job.component),
        reader.kept(f"{place}-failure_mode", job.failure_mode) or None,
        reader.kept(f"{place}-payer", job.payer), reader.text(f"{place}-technician") or None,
        reader.text(f"{place}-campaign") if f"{place}-campaign" in reader.typed else None,
        _law(reader, place),
    )  # fmt: skip
    marked = next((line.id for line in job.parts if line.causal), None)
    return JobEdit(
        job.id, text, whole(reader.text(f"{place}-causal")) if f"{place}-concern" in reader.typed else marked,
        reader.text(f"{place}-add_labour"), reader.text(f"{place}-add_part"), reader.text(f"{place}-add_sublet"),
    )  # fmt: skip


def _law(reader: Reader, place: str) -> LawFacts | None:
    """Read a job's answers to the law; None where the page did not ask."""
    if f"{place}-duty" not in reader.typed:
        return None
    duty = reader.text(f"{place}-duty")
    main_part = reader.text(f"{place}-main_part")
    return LawFacts(
        quality_problem=duty != "none", serious_safety=bool(reader.text(f"{place}-serious_safety")),
        effect=reader.text(f"{place}-effect") or None, exemption=None if duty in {"quality", "none"} else duty,
        action=reader.text(f"{place}-action"), main_part=main_part or None,
        same_as=reader.text(f"{place}-same_as") or None,
        resolved={"yes": True, "no": False}.get(reader.text(f"{place}-resolved")),
    )  # fmt: skip


def _part(reader: Reader, key: int) -> PartEdit:
    return PartEdit(
        key,
        reader.read(f"part-{key}-quantity", hundredths, BAD_NUMBER, Decimal(0)),
        reader.read(f"part-{key}-unit_price", yuan, BAD_YUAN, None),
    )


def _sublet(reader: Reader, key: int) -> SubletEdit:
    place = f"sublet-{key}"
    return SubletEdit(
        key, reader.text(f"{place}-name"), reader.text(f"{place}-vendor"), reader.text(f"{place}-invoice_no"),
        reader.amount(f"{place}-amount"),
    )  # fmt: skip
