from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from dealers.service.ports import PartFit, catalogue
from parts.catalogue.models import PartChange, PartTerm
from parts.catalogue.queries.fitment import fits_of, substitutes
from parts.catalogue.services.fitment import FitmentFacts, add_fitment, withdraw_fitment
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.errors import ConflictError, DomainError, NotFoundError
from tests.conftest import NOW
from tests.factories.catalogue import make_fitment, make_part
from tests.factories.vehicles import make_model, make_vehicle, make_vin
from tests.support.queries import count_queries

TODAY = date(2026, 11, 20)
DESK = Actor.system("desk")


def test_the_port_answers_for_each_part_of_a_car(session: Session, app: Flask) -> None:
    model, other = make_model(session), make_model(session)
    car = make_vehicle(session, model_id=model.id, produced_on=date(2025, 3, 1))
    make_fitment(session, make_part(session, "FITS"), model, "4")
    make_fitment(session, make_part(session, "OTHER"), other)
    make_fitment(session, make_part(session, "LATER"), model, built_from=date(2025, 3, 2))
    make_part(session, "SILENT")
    found = catalogue().fits(session, ["fits", "OTHER", "LATER", "SILENT", "NOWHERE"], car.id, TODAY)
    assert found == {
        "FITS": PartFit("yes", "fits", Decimal(4)), "OTHER": PartFit("no", "model"), "LATER": PartFit("no", "built"),
        "SILENT": PartFit("unknown", "no_fitment"), "NOWHERE": PartFit("unknown", "no_fitment"),
    }  # fmt: skip


def test_a_part_fits_where_the_one_that_it_goes_in_for_does(session: Session) -> None:
    model = make_model(session)
    car = make_vehicle(session, model_id=model.id)
    old = make_part(session, "OLD", superseded_by="MID", superseded_on=date(2026, 6, 1), interchange="one_way")
    make_part(session, "MID", superseded_by="NEW", superseded_on=date(2026, 8, 1), interchange="both_ways")
    make_part(session, "NEW")
    make_fitment(session, old, model, "2")
    new = fits_of(session, ["NEW"], car.id, TODAY)["NEW"]
    assert (new.answer, new.reason, new.number, new.quantity) == ("yes", "instead", "OLD", Decimal(2))
    assert fits_of(session, ["NEW"], car.id, date(2026, 7, 31))["NEW"].answer == "unknown"  # not replaced yet
    assert fits_of(session, ["MID"], car.id, TODAY)["MID"].number == "OLD"


def test_the_older_part_fits_where_the_newer_does_only_both_ways(session: Session) -> None:
    model = make_model(session)
    car = make_vehicle(session, model_id=model.id)
    make_part(session, "A1", superseded_by="B", interchange="both_ways")
    make_part(session, "A2", superseded_by="B", interchange="one_way")
    make_fitment(session, make_part(session, "B"), model)
    found = fits_of(session, ["A1", "A2"], car.id, TODAY)
    assert (found["A1"].answer, found["A1"].number, found["A2"].answer) == ("yes", "B", "unknown")
    assert substitutes(session, "A2", TODAY) == ["B", "A1"]
    assert substitutes(session, "B", TODAY) == ["A1"]


def test_what_the_catalogue_lacks_is_no_substitute(session: Session) -> None:
    make_part(session, "A", superseded_by="GONE")
    assert substitutes(session, "A", TODAY) == []


def test_many_parts_cost_as_many_statements_as_one(session: Session, app: Flask) -> None:
    model = make_model(session)
    car = make_vehicle(session, model_id=model.id)
    for number in range(12):
        make_fitment(session, make_part(session, f"N{number}"), model)
    session.commit()
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    with count_queries(engine) as one:
        fits_of(session, ["N1"], car.id, TODAY)
    with count_queries(engine) as many:
        fits_of(session, [f"N{number}" for number in range(12)], car.id, TODAY)
    assert len(many) == len(one) <= 3


def test_a_fitment_is_added_told_and_withdrawn(session: Session) -> None:
    model = make_model(session, code="M9")
    part, car = make_part(session, "P1"), make_vehicle(session, model_id=model.id)
    row = add_fitment(session, "P1", FitmentFacts("m9", Decimal(2), note="前轴"), DESK, NOW)
    assert fits_of(session, ["P1"], car.id, TODAY)["P1"].quantity == Decimal(2)
    term = select(PartTerm.id).where(PartTerm.term == "@M9", PartTerm.number == "P1")
    assert session.scalar(term) is not None
    with pytest.raises(DomainError) as twice:
        add_fitment(session, "P1", FitmentFacts("M9", Decimal(4)), DESK, NOW)
    assert [fault.field for fault in twice.value.faults] == ["model"]
    withdraw_fitment(session, "P1", row.id, row.row_version, DESK, NOW)
    assert row.withdrawn_on == TODAY
    assert fits_of(session, ["P1"], car.id, TODAY)["P1"].answer == "unknown"
    assert fits_of(session, ["P1"], car.id, TODAY - timedelta(days=1))["P1"].answer == "yes"
    assert session.scalar(term) is None
    with pytest.raises(ConflictError):
        withdraw_fitment(session, "P1", row.id, None, DESK, NOW)
    add_fitment(session, "P1", FitmentFacts("M9", Decimal(4)), DESK, NOW)  # free again
    told = session.execute(select(PartChange.kind, PartChange.detail).order_by(PartChange.id)).all()
    assert [tuple(row) for row in told] == [("fitment", "M9")] * 3
    assert part.id == row.part_id


def test_the_term_of_a_model_stays_while_another_row_holds(session: Session) -> None:
    make_model(session, code="M9")
    make_part(session, "P1")
    first = add_fitment(session, "P1", FitmentFacts("M9", built_until=date(2025, 6, 30)), DESK, NOW)
    add_fitment(session, "P1", FitmentFacts("M9", built_from=date(2025, 7, 1)), DESK, NOW)
    withdraw_fitment(session, "P1", first.id, None, DESK, NOW)
    assert session.scalar(select(PartTerm.id).where(PartTerm.term == "@M9", PartTerm.number == "P1")) is not None


def test_what_makes_no_sense_is_told_and_nothing_kept(session: Session) -> None:
    make_model(session, code="M9")
    make_part(session, "P1")
    wrong = FitmentFacts("M9", Decimal(0), vin_from=make_vin(2), vin_until=make_vin(1))
    with pytest.raises(DomainError) as error:
        add_fitment(session, "P1", wrong, DESK, NOW)
    assert sorted(str(fault.field) for fault in error.value.faults) == ["quantity", "vin_until"]
    with pytest.raises(DomainError) as unknown:
        add_fitment(session, "P1", FitmentFacts("NOPE"), DESK, NOW)
    assert unknown.value.faults[0].field == "model"
    with pytest.raises(NotFoundError):
        withdraw_fitment(session, "P1", 999, None, DESK, NOW)
    with pytest.raises(AccessDeniedError):
        add_fitment(session, "P1", FitmentFacts("M9"), Actor(1, "advisor", dealer_id=1), NOW)
    assert session.scalar(select(PartChange.id)) is None
