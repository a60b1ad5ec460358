"""The queue in a person's hands: the clock of the levels, the desk, going on, and what stands beside a claim."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.auth.models import User
from tests.factories.books import make_book
from tests.factories.claims import Line, make_claim
from tests.factories.network import actor_of_user, make_actor, make_dealer, make_user
from warranty.claims.models import Claim
from warranty.claims.queries.pages import who_decides
from warranty.claims.rules.book import Routing, RuleSetting
from warranty.claims.rules.checks import Outcome, Severity
from warranty.claims.rules.limits import Limits
from warranty.claims.services import Decision, decide_claim, further

SignIn = Callable[[User], FlaskClient]
ENGLISH = {"Accept-Language": "en"}
LOW = Limits(amount_by_grade=tuple((grade, Decimal(700)) for grade in range(6)))
LATER = timedelta(hours=23)


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path, headers=ENGLISH)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("step", ["refer", "ask_opinion", "propose", "reject", "give_opinion"])
def test_whoever_has_it_next_has_the_second_levels_hours(session: Session, now: datetime, step: str) -> None:
    before = {"refer": "submitted", "ask_opinion": "submitted", "propose": "submitted", "reject": "countersign",
              "give_opinion": "in_opinion"}[step]  # fmt: skip
    routing = Routing(four_eyes_above=Decimal(0), hours_level_two=72)
    make_book(session, now, automatic=False, routing=routing)
    claim = make_claim(session, before, now=now)
    senior = make_actor(session, "senior_auditor")
    if step == "ask_opinion":
        further.ask_opinion(session, claim.number, "水泵?", senior, now + LATER)
    elif step == "give_opinion":
        further.give_opinion(session, claim.number, "轴封", make_actor(session, "quality"), now + LATER)
    else:
        outcome = "approve" if step == "propose" else step
        decide_claim(session, claim.number, Decision(outcome, "理由"), senior, now + LATER)
    assert claim.due_at == now + LATER + timedelta(hours=72)


def test_the_queue_begins_with_what_is_due_first_and_marks_what_is_late(
    session: Session, sign_in: SignIn, now: datetime
) -> None:
    first, second = (make_claim(session, "submitted", now=now) for _time in range(2))
    first.due_at, second.due_at = now + timedelta(hours=5), now - timedelta(minutes=90)
    numbers = [second.number, first.number]
    auditor = make_user(session, "auditor")
    session.commit()
    client = sign_in(auditor)
    queue = read(client, "/claims/queue")
    assert queue.index(numbers[0]) < queue.index(numbers[1])
    assert queue.count("2 h late") == 1
    assert "2 h late" in read(client, f"/claims/{numbers[0]}")
    assert "h late" not in read(client, f"/claims/{numbers[1]}")


def test_a_dealer_sees_by_when_headquarters_ought_to_say(session: Session, sign_in: SignIn, now: datetime) -> None:
    station = make_dealer(session)
    claim = make_claim(session, "submitted", now=now, dealer=station)
    claim.due_at = now + timedelta(hours=24)
    number, clerk = claim.number, make_user(session, "warranty_clerk", station)
    session.commit()
    page = read(sign_in(clerk), f"/claims/{number}")
    assert "Due by" in page
    assert "First level" in page


def test_another_persons_desk_is_told_in_the_queue_and_on_the_claim(
    session: Session, sign_in: SignIn, now: datetime
) -> None:
    claim, old = (make_claim(session, "submitted", now=now) for _time in range(2))
    colleague, auditor = make_user(session, "auditor"), make_user(session, "auditor")
    name, number = colleague.display_name, claim.number
    assert further.take_next(session, "submitted", actor_of_user(colleague), now) == number
    old.taken_by, old.taken_by_id, old.taken_until = "陈旧", colleague.id, now - timedelta(minutes=1)
    gone = old.number
    session.commit()
    client = sign_in(auditor)
    page, queue = read(client, f"/claims/{number}"), read(client, "/claims/queue")
    assert f"On the desk of {name} until " in page
    assert name in queue
    assert "陈旧" not in queue, "a desk is left after half an hour"
    assert "On the desk of" not in read(client, f"/claims/{gone}")


def test_next_passes_over_the_claim_that_was_looked_at_and_puts_it_back(
    session: Session, sign_in: SignIn, now: datetime
) -> None:
    claims = [make_claim(session, "submitted", now=now) for _time in range(3)]
    for place, claim in enumerate(claims):
        claim.due_at = now + timedelta(hours=place)
    numbers, auditor = [claim.number for claim in claims], make_user(session, "auditor")
    session.commit()
    client = sign_in(auditor)

    def following(seen: str) -> str:
        sent = {"state": "submitted", "claim": seen}
        return str(client.post("/claims/queue/next", data=sent).location.rsplit("/", 1)[-1])

    assert following("") == numbers[0]
    assert following(numbers[0]) == numbers[1]
    assert following(numbers[1]) == numbers[2]
    assert following(numbers[2]) == numbers[0], "after the last the first again"
    desks = dict(session.execute(select(Claim.number, Claim.taken_by_id)).all())
    assert [number for number, who in desks.items() if who] == [numbers[0]], "only the one at hand is on the desk"
    session.rollback()
    back = client.post(f"/claims/{numbers[0]}/put-back")
    assert back.location.endswith("/claims/queue?state=submitted")
    assert session.scalar(select(Claim.taken_by_id).where(Claim.number == numbers[0])) is None
    session.rollback()


def test_the_only_claim_is_no_next_one(session: Session, now: datetime) -> None:
    claim, actor = make_claim(session, "submitted", now=now), make_actor(session, "auditor")
    assert further.take_next(session, "submitted", actor, now) == claim.number
    assert further.take_next(session, "submitted", actor, now, claim.number) is None
    session.refresh(claim)
    assert claim.taken_by_id is None


def test_nobody_takes_a_claim_off_anothers_desk(session: Session, now: datetime) -> None:
    claim, one, two = (
        make_claim(session, "submitted", now=now),
        make_actor(session, "auditor"),
        make_actor(session, "auditor"),
    )
    further.take_next(session, "submitted", one, now)
    further.put_back(session, claim.number, two)
    session.refresh(claim)
    assert claim.taken_by_id == one.user_id


def ruled(session: Session, now: datetime, station: Dealer, outcome: str) -> Claim:
    setting = RuleSetting(True, Severity.WARNING, Outcome(outcome))
    make_book(session, now, limits=LOW, settings={"amount_above_limit": setting})
    return make_claim(session, "submitted", now=now, dealer=station)


@pytest.mark.parametrize("outcome", ["return", "refuse"])
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["by the rules (book ", "Amount above the limit", "752.10 yuan are claimed; up to 700.00 yuan", "LIMIT",
                "What the checks found when it was submitted", "a person at headquarters will look at it"]),
        ("zh-CN", ["审核规则（第 ", "金额超限", "752.10", "700.00", "LIMIT", "上报时的检查结果"]),
    ],
)  # fmt: skip
def test_a_decision_of_the_rules_says_why_with_figures_clause_and_mend(
    session: Session, sign_in: SignIn, now: datetime, outcome: str, language: str, said: list[str]
) -> None:
    station = make_dealer(session)
    clerk = make_user(session, "warranty_clerk", station)
    claim = ruled(session, now, station, outcome)
    number = claim.number
    assert claim.by_rules
    session.commit()
    page = sign_in(clerk).get(f"/claims/{number}", headers={"Accept-Language": language}).text
    for words in said:
        assert words in page
    assert ">rules<" not in page


def test_the_way_to_the_second_level_is_said_in_words(session: Session, sign_in: SignIn, now: datetime) -> None:
    levels = tuple((grade, Decimal(700)) for grade in range(6))
    make_book(session, now, automatic=False, routing=Routing(level_two_above=levels))
    claim, senior = make_claim(session, "submitted", now=now), make_user(session, "senior_auditor")
    assert claim.state == "in_review"
    number = claim.number
    session.commit()
    page = read(sign_in(senior), f"/claims/{number}")
    assert "Second level: Amount above the first level" in " ".join(page.split())


def test_what_is_decided_needs_nobody(session: Session, now: datetime) -> None:
    assert who_decides(make_claim(session, "approved", now=now), []) is None


def test_beside_a_claim_stand_the_car_the_part_and_the_station(
    session: Session, sign_in: SignIn, now: datetime
) -> None:
    one, other = make_dealer(session), make_dealer(session)
    claim = make_claim(session, "submitted", now=now, dealer=one)
    same_part = make_claim(session, "submitted", now=now, dealer=other)
    same_station = make_claim(session, "submitted", now=now, dealer=one, parts=(Line("W-SEAL", causal=True),))
    numbers, codes = [claim.number, same_part.number, same_station.number], [one.code, other.code]
    vin, auditor, clerk = claim.vin, make_user(session, "auditor"), make_user(session, "warranty_clerk", one)
    session.commit()
    page = read(sign_in(auditor), f"/claims/{numbers[0]}")
    before, station = page.split('aria-label="Earlier claims of this station"')
    part = before.split('aria-label="Other claims of this part"')[1]
    assert numbers[1] in part
    assert codes[1] in part
    assert numbers[2] in station
    assert numbers[1] not in station
    assert f"/claims/vehicle/{vin}/panel" in page
    session.rollback()
    assert "Earlier claims of this station" not in read(sign_in(clerk), f"/claims/{numbers[0]}")


def pressed(client: FlaskClient, number: str, **shown: Any) -> str:
    answer = client.post(
        f"/claims/{number}/submit", data={"seen_version": "0", **shown}, headers=ENGLISH, follow_redirects=True
    )
    assert answer.status_code == 200
    return answer.text


def test_after_submitting_it_says_what_changed_since_the_page_was_shown(
    session: Session, sign_in: SignIn, now: datetime
) -> None:
    station = make_dealer(session)
    clerk = make_user(session, "warranty_clerk", station)
    make_book(session, now)
    same, other = (make_claim(session, now=now, dealer=station) for _time in range(2))
    numbers = same.number, other.number
    session.commit()
    client = sign_in(clerk)
    page = read(client, f"/claims/{numbers[0]}")
    assert 'name="shown_forecast" form="claim-form" value="approved"' in page
    still = pressed(client, numbers[0], shown_forecast="approved", shown_findings="")
    assert "When it was submitted" not in still
    setting = RuleSetting(True, Severity.WARNING, Outcome.PERSON)
    session.rollback()
    make_book(session, now, limits=LOW, settings={"amount_above_limit": setting})
    session.commit()
    told = pressed(client, numbers[1], shown_forecast="approved", shown_findings="photo_used_before")
    assert "The page said: Will be approved at once. When it was submitted: A person at headquarters" in told
    assert "Found since: Amount above the limit." in told
    assert "Gone since: Photo used before." in told


def test_a_sample_is_objected_to_with_a_reason_and_listed(session: Session, sign_in: SignIn, now: datetime) -> None:
    make_book(session, now, sample_percent=100)
    claims = [make_claim(session, "submitted", now=now) for _time in range(2)]
    numbers, auditor = [claim.number for claim in claims], make_user(session, "auditor")
    assert all(claim.sampled for claim in claims)
    session.commit()
    client = sign_in(auditor)
    wordless = client.post(f"/claims/{numbers[0]}/looked-at", data={"result": "object", "objection": " "})
    assert wordless.status_code == 422
    assert 'id="objection-error"' in wordless.text
    sent = {"result": "object", "objection": "工时与照片不符"}
    assert client.post(f"/claims/{numbers[0]}/looked-at", data=sent).status_code == 302
    assert client.post(f"/claims/{numbers[1]}/looked-at", data={"result": "look"}).status_code == 302
    read(client, "/claims/")  # what was flashed is read
    listed = read(client, "/claims/?objected=yes")
    assert numbers[0] in listed
    assert numbers[1] not in listed
    page = read(client, f"/claims/{numbers[0]}")
    assert "Sample looked at: objected to" in page
    assert "工时与照片不符" in page
    assert numbers[0] not in read(client, "/claims/?sampled=yes")
