"""The pages of claims: what they show, what they store, who may do what."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.scoping import HeadOfficeScope, enter, leave
from tests.factories.books import make_book
from tests.factories.claims import Line, make_catalogue, make_claim, make_completed_order
from tests.factories.network import actor_of_user, make_dealer, make_user
from tests.factories.vehicles import make_vehicle
from warranty.claims.documents import build_claim_form
from warranty.claims.models import Claim
from warranty.claims.rules.book import Routing
from warranty.claims.rules.decision import LineDecision
from warranty.claims.services import Decision, decide_claim
from warranty.claims.states import CLAIM

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def station(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def clerk(session: Session, station: Dealer, sign_in: SignIn) -> FlaskClient:
    user = make_user(session, "warranty_clerk", station, locale="en")
    session.commit()
    return english(sign_in(user), session)


@pytest.fixture
def auditor(session: Session, sign_in: SignIn) -> FlaskClient:
    user = make_user(session, "auditor")
    session.commit()
    return english(sign_in(user), session)


def english(client: FlaskClient, session: Session) -> FlaskClient:
    """Let the client read English; signing in handed the session back, so enter it again."""
    head_office(session)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def head_office(session: Session) -> None:
    leave(session)
    enter(session, Actor.system("test"), HeadOfficeScope("test"))


def stored(session: Session, number: str) -> Claim:
    session.rollback()
    head_office(session)
    claim = session.scalars(select(Claim).where(Claim.number == number)).one()
    session.expunge(claim)
    session.rollback()  # SQLite's one write lock goes back to the requests
    return claim


def version_on(page: str) -> str:
    found = re.search(r'name="row_version"[^>]*value="(\d+)"', page)
    assert found
    return found[1]


def test_one_click_makes_a_claim_from_the_order(
    session: Session, clerk: FlaskClient, station: Dealer, now: datetime
) -> None:
    make_catalogue(session)
    order = make_completed_order(session, station, make_vehicle(session), now)
    session.commit()
    panel = clerk.get(f"/claims/order/{order.number}/panel").text
    assert "Make claim" in panel
    answer = clerk.post("/claims/make", data={"order": order.number}, follow_redirects=True)
    assert answer.status_code == 200
    assert "752.10" in answer.text
    assert "All automatic checks were passed." in answer.text
    assert "Make claim" not in clerk.get(f"/claims/order/{order.number}/panel").text


def test_saving_answers_with_findings_and_the_total(
    session: Session, clerk: FlaskClient, station: Dealer, now: datetime
) -> None:
    claim = make_claim(session, now=now, dealer=station)
    session.commit()
    page = clerk.get(f"/claims/{claim.number}").text
    data = {
        "type": "repair", "concern": "", "cause": "x", "correction": "y", "line-2-applied": "300",
        "row_version": version_on(page),
    }  # fmt: skip
    answer = clerk.post(f"/claims/{claim.number}/edit", data=data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Concern, cause or correction missing" in answer.text
    assert 'href="#concern"' in answer.text
    assert "664.10" in answer.text
    assert stored(session, claim.number).applied == Decimal("664.10")


def test_figures_of_findings_are_written_as_everywhere_else(
    session: Session, clerk: FlaskClient, station: Dealer, now: datetime
) -> None:
    claim, sent = (
        make_claim(session, state, now=now, dealer=station, towing_fee=Decimal(8000), odometer_km=123_456)
        for state in ("draft", "submitted")
    )
    session.commit()
    text = clerk.get(f"/claims/{claim.number}").text
    assert "8,752.10 yuan are claimed; up to 5,000.00 yuan" in text
    assert "123,456 km are beyond 2028-03-03 or 60,000 km. Received on" in text
    assert "123,456 km" in text
    head_office(session)
    printed = [finding.figures for finding in build_claim_form(session, sent.number).findings]
    assert {"8,752.10", "123,456"} <= {str(value) for figures in printed for value in figures.values()}


def test_a_wrong_amount_is_told_at_its_field_and_kept(
    session: Session, clerk: FlaskClient, station: Dealer, now: datetime
) -> None:
    claim = make_claim(session, now=now, dealer=station)
    session.commit()
    answer = clerk.post(f"/claims/{claim.number}/edit", data={"line-2-applied": "viel"})
    assert answer.status_code == 422
    assert 'id="line-2-applied-error"' in answer.text
    assert 'value="viel"' in answer.text


def test_the_button_submits_what_stands_on_the_page_once(
    session: Session, clerk: FlaskClient, station: Dealer, now: datetime
) -> None:
    claim = make_claim(session, now=now, dealer=station)
    session.commit()
    data = {"cause": "水封老化", "seen_version": "0"}
    for _press in range(2):
        answer = clerk.post(f"/claims/{claim.number}/submit", data=data)
        assert answer.status_code == 302
    after = stored(session, claim.number)
    assert (after.state, after.version, after.cause) == ("submitted", 1, "水封老化")
    assert clerk.post(f"/claims/{claim.number}/edit", data={"cause": "z"}).status_code == 409


def test_errors_keep_the_claim_with_the_dealer(
    session: Session, clerk: FlaskClient, station: Dealer, now: datetime
) -> None:
    claim = make_claim(session, now=now, dealer=station, state="draft")
    session.commit()
    answer = clerk.post(f"/claims/{claim.number}/submit", data={"correction": "", "seen_version": "0"})
    assert answer.status_code == 422
    assert stored(session, claim.number).state == "draft"


def test_another_station_gets_404_everywhere(session: Session, sign_in: SignIn, now: datetime) -> None:
    claim = make_claim(session, "submitted", now=now)
    order = session.get_one(RepairOrder, claim.order_id).number
    stranger = make_user(session, "warranty_clerk", make_dealer(session))
    session.commit()
    client = sign_in(stranger)
    for path in (f"/claims/{claim.number}", f"/claims/order/{order}/panel"):
        assert client.get(path).status_code == 404
    for step in ("edit", "submit", "refill", "withdraw"):
        assert client.post(f"/claims/{claim.number}/{step}", data={"reason": "x"}).status_code == 404
    panel = client.get(f"/claims/vehicle/{claim.vin}/panel").text
    assert "W-PUMP" in panel
    assert claim.number not in panel
    assert "752.10" not in panel
    assert claim.number not in client.get("/claims/").text


def test_the_auditor_decides_line_by_line_and_goes_on(session: Session, auditor: FlaskClient, now: datetime) -> None:
    first, second = (make_claim(session, "submitted", now=now).number for _time in range(2))
    session.commit()
    page = auditor.get(f"/claims/{first}").text
    data = {
        "row_version": version_on(page), "outcome": "approve", "line-1-decision": "adjusted", "line-1-amount": "240.00",
        "line-1-reason": "按 2 小时", "line-1-code": "hours", "queue": "submitted",
    }  # fmt: skip
    answer = auditor.post(f"/claims/{first}/decide", data=data)
    assert answer.location.endswith(second)
    assert stored(session, first).audited == Decimal("692.10")
    late = auditor.post(f"/claims/{first}/decide", data=data)
    assert late.status_code == 409
    assert "Somebody was faster" in late.text


def test_the_next_claim_is_the_one_due_first_and_on_no_other_desk(
    session: Session, auditor: FlaskClient, sign_in: SignIn, now: datetime
) -> None:
    first, on_a_desk, late, urgent = (make_claim(session, "submitted", now=now) for _time in range(4))
    for claim, hours in ((first, 1), (on_a_desk, 2), (late, 9), (urgent, 3)):
        claim.due_at = now + timedelta(hours=hours)
    colleague, third = make_user(session, "auditor"), make_user(session, "auditor")
    session.flush()
    on_a_desk.taken_until, on_a_desk.taken_by, on_a_desk.taken_by_id = now + timedelta(minutes=5), "陈静", third.id
    session.commit()
    data = {"outcome": "return", "reason": "请补照片", "queue": "submitted"}
    answer = auditor.post(f"/claims/{first.number}/decide", data=data)
    assert answer.location.endswith(urgent.number)
    assert stored(session, urgent.number).taken_until == now + timedelta(minutes=30)
    session.rollback()
    other = sign_in(colleague)
    assert other.post("/claims/queue/next", data={"state": "submitted"}).location.endswith(late.number)


def test_a_queue_above_ones_level_ends_at_the_list(session: Session, auditor: FlaskClient, now: datetime) -> None:
    claim = make_claim(session, "submitted", now=now)
    make_claim(session, "in_review", now=now)
    session.commit()
    data = {"outcome": "return", "reason": "请补照片", "queue": "in_review"}
    assert auditor.post(f"/claims/{claim.number}/decide", data=data).location.endswith("/claims/queue")
    assert stored(session, claim.number).state == "returned"


def test_a_decision_with_faults_stays_on_the_page(session: Session, auditor: FlaskClient, now: datetime) -> None:
    claim = make_claim(session, "submitted", now=now)
    session.commit()
    data = {"outcome": "approve", "line-1-decision": "adjusted", "line-1-amount": "301"}
    answer = auditor.post(f"/claims/{claim.number}/decide", data=data)
    assert answer.status_code == 422
    assert 'id="line-1-amount-error"' in answer.text
    assert 'id="line-1-reason-error"' in answer.text
    assert auditor.post(f"/claims/{claim.number}/decide", data={"outcome": "return"}).status_code == 422


def test_the_boxes_stand_in_the_rows_of_claims_that_a_batch_may_decide(
    session: Session, auditor: FlaskClient, now: datetime
) -> None:
    first, second = make_claim(session, "submitted", now=now), make_claim(session, "in_review", now=now)
    box = f'name="claims" value="{first.number}@{first.row_version}" aria-label="Choose {first.number}"'
    session.commit()
    rows = {
        re.findall(r"CL-[\w-]+", row)[0]: row
        for row in re.findall(r"<tr>.*?</tr>", auditor.get("/claims/queue").text, re.DOTALL) if "CL-" in row
    }  # fmt: skip
    assert box in rows[first.number]
    assert "checkbox" not in rows[second.number]
    assert "checkbox" not in auditor.get("/claims/?number=CL").text.split("<tbody>")[1].split("</tbody>")[0]


def test_a_batch_tells_what_failed_and_why(session: Session, auditor: FlaskClient, now: datetime) -> None:
    good, gone = make_claim(session, "submitted", now=now), make_claim(session, "approved", now=now)
    number, chosen = good.number, [f"{good.number}@{good.row_version}", f"{gone.number}@1"]
    session.commit()
    wrong = auditor.post("/claims/queue/batch", data={"claims": chosen, "count": "3", "outcome": "approve"})
    assert wrong.status_code == 422
    assert 'id="count-error"' in wrong.text
    assert re.search(rf'<input[^>]*form="ticks" name="claims" value="{chosen[0]}"[^>]* checked>', wrong.text)
    odd = auditor.post("/claims/queue/batch", data={"claims": [f"{number}@²"], "count": "²", "outcome": "approve"})
    assert odd.status_code == 422
    assert stored(session, number).state == "submitted"
    answer = auditor.post("/claims/queue/batch", data={"claims": chosen, "count": "2", "outcome": "approve"})
    assert answer.status_code == 200
    assert "1 decided, 1 not decided." in answer.text
    assert "Somebody was faster" in answer.text
    assert stored(session, number).state == "approved"


def test_lists_filter_and_the_network_sees_the_station(
    session: Session, clerk: FlaskClient, auditor: FlaskClient, station: Dealer, now: datetime
) -> None:
    claim = make_claim(session, "submitted", now=now, dealer=station)
    draft = make_claim(session, "draft", now=now, dealer=station)
    session.commit()
    page = clerk.get("/claims/?state=submitted").text
    assert claim.number in page
    assert draft.number not in page
    assert station.code in auditor.get("/claims/?vin=" + claim.vin[-6:]).text
    queue = auditor.get("/claims/queue").text
    assert claim.number in queue
    assert draft.number not in queue
    assert auditor.post("/claims/queue/next", data={"state": "submitted"}).location.endswith(claim.number)
    assert clerk.get("/claims/queue").status_code == 403
    assert auditor.get("/claims/unclaimed").status_code == 403


def test_the_timeline_shows_versions_and_their_differences(
    session: Session, clerk: FlaskClient, station: Dealer, now: datetime
) -> None:
    claim = make_claim(session, "returned", now=now, dealer=station)
    session.commit()
    assert "测试原因" in clerk.get(f"/claims/{claim.number}").text
    clerk.post(f"/claims/{claim.number}/submit", data={"cause": "水封老化", "seen_version": "1"})
    page = clerk.get(f"/claims/{claim.number}").text
    assert "<del>水泵密封失效</del>" in page
    assert "<ins>水封老化</ins>" in page


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
@pytest.mark.parametrize("state", [state for state in CLAIM.states if state not in {"in_settlement", "settled"}])
def test_every_state_has_its_page_for_both_sides(
    session: Session, clerk: FlaskClient, auditor: FlaskClient, station: Dealer, now: datetime, state: str, locale: str
) -> None:
    claim = make_claim(session, state, now=now, dealer=station)
    session.commit()
    for client in (clerk, auditor):
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = locale.replace("_", "-")
        assert client.get(f"/claims/{claim.number}").status_code == 200


def test_a_finding_leads_to_its_field_on_the_order(
    session: Session, clerk: FlaskClient, station: Dealer, now: datetime
) -> None:
    seals = (Line("W-PUMP", causal=True), Line("W-SEAL", Decimal(9)))
    claim = make_claim(session, now=now, dealer=station, parts=seals)
    order = session.get_one(RepairOrder, claim.order_id)
    path, seal = f"/service/{order.number}", order.jobs[0].parts[1].id
    session.commit()
    page = clerk.get(f"/claims/{claim.number}").text
    assert "More parts than the car has" in page
    assert f'href="{path}#part-{seal}-quantity"' in page
    assert f'id="part-{seal}-quantity"' in clerk.get(path).text
    answer = clerk.post(f"/claims/{claim.number}/submit", data={"seen_version": "0"})
    assert answer.status_code == 422
    assert f'href="{path}#part-{seal}-quantity"' in answer.text.split('id="verdict"')[0], "in the summary of faults too"


def test_a_batch_above_four_eyes_says_that_a_second_person_signs(
    session: Session, auditor: FlaskClient, now: datetime
) -> None:
    make_book(session, now, automatic=False, routing=Routing(four_eyes_above=Decimal(0)))
    claim = make_claim(session, "submitted", now=now)
    number, chosen = claim.number, f"{claim.number}@{claim.row_version}"
    session.commit()
    answer = auditor.post("/claims/queue/batch", data={"claims": [chosen], "count": "1", "outcome": "approve"})
    assert "Approval proposed; a second person signs" in answer.text
    assert stored(session, number).state == "countersign"


def test_what_was_proposed_stands_ready_again_when_nobody_signed(
    session: Session, sign_in: SignIn, now: datetime
) -> None:
    lines = {2: LineDecision(2, "adjusted", Decimal("300.00"), "按目录价", "price")}
    claim = make_claim(session, "countersign", now=now, lines=lines)
    number, user = claim.number, make_user(session, "senior_auditor")
    decide_claim(session, number, Decision("reject", "请复核"), actor_of_user(user), now)
    other = make_user(session, "senior_auditor")
    session.commit()
    senior = english(sign_in(other), session)
    page = senior.get(f"/claims/{number}").text
    sent = fields(page)
    assert (sent["line-2-decision"], sent["line-2-amount"], sent["line-2-reason"], sent["line-2-code"]) == (
        "adjusted", "300.00", "按目录价", "price",
    )  # fmt: skip
    assert sent["line-4-decision"] == "approved", "the handling fee follows by itself"
    assert senior.post(f"/claims/{number}/decide", data={**sent, "outcome": "approve"}).status_code == 302
    assert stored(session, number).state == "countersign"


def fields(page: str) -> dict[str, str]:
    """Return what the decision form sends as it stands: inputs, and the chosen options."""
    form = page.split('id="decision"')[1].split("</form>", maxsplit=1)[0]
    sent = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form, re.DOTALL))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'<option value="([^"]*)" selected', options)
        sent[name] = chosen[0] if chosen else re.findall(r'<option value="([^"]*)"', options)[0]
    return sent
