from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from dealers.network.rules import uscc_fault
from dealers.vehicles.rules import plate_kind, vin_fault
from tests.factories.network import act_as, make_actor, make_dealer, make_labour_rate, make_user
from tests.factories.vehicles import make_ownership, make_reading, make_vehicle


def test_what_factories_make_is_right_by_the_rules(session: Session) -> None:
    dealer = make_dealer(session)
    car, other = make_vehicle(session, dealer=dealer), make_vehicle(session)
    assert dealer.uscc is not None
    assert uscc_fault(dealer.uscc) is None
    assert vin_fault(car.vin) is vin_fault(other.vin) is None
    assert car.vin != other.vin
    assert car.model_id == other.model_id
    assert plate_kind(car.plate or "") == "ordinary"
    make_reading(session, car, 10, date(2025, 3, 3))
    make_ownership(session, car, date(2025, 9, 1))
    assert make_labour_rate(session).grade == dealer.grade


def test_an_actor_of_a_dealer_takes_its_scope(session: Session) -> None:
    dealer = make_dealer(session)
    actor = act_as(session, make_actor(session, "service_advisor", dealer))
    assert actor.dealer_id == dealer.id
    assert make_user(session, "auditor").dealer_id is None
