"""Is this covered, by what, until when: one pure function, and a smaller one for each source.

The law is a floor; the maker's policy of the day of sale comes on top; a part that was put in keeps
what is left of the car's coverage, has a warranty of its own beside it, and changes nothing for the
car; contracts and goodwill stand by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from dealers.vehicles.rules import period_end
from warranty.coverage.rules.answer import Answer, Link
from warranty.coverage.rules.facts import Contract, Facts, Grant, PartTerm, Policy, Question, Replaced, Until
from warranty.coverage.rules.texts import contract_name, grant_name, law_name, nothing, part_name, policy_name
from warranty.guarantee.rules.counting import span
from warranty.guarantee.rules.facts import Sale, Term, Text
from warranty.guarantee.rules.regimes import Regime, regime_on, ruling_date, starts_on


def coverage(question: Question, facts: Facts) -> Answer:
    """Look at every source in order; each is in the chain with its period, whether it holds, and why not."""
    return Answer(
        question,
        (
            _law(question, facts),
            *_policies(question, facts),
            _part_warranty(question, facts),
            *_contracts(question, facts.contracts),
            *_grants(question, facts.grants),
        ),
    )


def _law(question: Question, facts: Facts) -> Link:
    """The repair period (包修期) of the order that protects the car; wear parts have their own (Art. 18, 19)."""
    car = facts.car
    if car.sale is None:
        return Link("law", "not_sold", nothing("law"))
    order = regime_on(facts.orders, ruling_date(car.sale))
    if order is None or not order.covers(car.category, car.use):
        return Link("law", "not_protected", nothing("law"))
    wear = _wear(question, facts)
    name = law_name(order, wear=wear is not None)
    if car.taken_back(question.day):
        return Link("law", "taken_back", name)
    period = span(starts_on(order, car.sale), wear or _repair(order, facts))
    return _judged("law", name, period.start, Until(period.end, period.km), question)


def _repair(order: Regime, facts: Facts) -> Term:
    """The longer of what the order demands and the certificate promises, months and kilometres each."""
    least, promised = order.repair, facts.certificate.repair
    return Term(max(least.months, promised.months), max(least.km, promised.km))


def _wear(question: Question, facts: Facts) -> Term | None:
    """The certificate's period of a wear part. Where it names none, nothing shorter than a part's was promised."""
    return facts.wear.get(question.wear_class or "")


def _policies(question: Question, facts: Facts) -> list[Link]:
    """The maker's policies of the day of sale, the narrowest first: it holds, wider ones give way to it."""
    car = facts.car
    if car.sale is None:
        return [Link("policy", "not_sold", nothing("policy"))]
    if car.taken_back(question.day):
        return [Link("policy", "taken_back", nothing("policy"))]
    links: list[Link] = []
    begins, wear, found = _begins(facts, car.sale), _wear(question, facts), False
    for policy in in_force(facts, question.component, ruling_date(car.sale)):
        name = policy_name(policy, wear=wear is not None)
        if found or policy.length is None:
            links.append(Link("policy", "narrower" if found else "withdrawn", name))
            continue
        months, km = (wear.months, wear.km) if wear else (policy.length.months, policy.length.km)
        links.append(_judged("policy", name, begins, Until(period_end(begins, months), km), question))
        found = True
    return links or [Link("policy", "none", nothing("policy"))]


def in_force(facts: Facts, component: str, sold_on: date) -> list[Policy]:
    """Return what held for such a car and component on its day of sale: of each scope one version, narrowest first."""
    car = facts.car
    newest: dict[tuple[str, ...], Policy] = {}
    for policy in facts.policies:
        asked = ((policy.component, component), (policy.use, car.use), (policy.model, car.model),
                 (policy.series, car.series))  # fmt: skip
        if policy.valid_from > sold_on or any(word not in {"", said} for word, said in asked):
            continue
        present = newest.setdefault(policy.scope, policy)
        newest[policy.scope] = max(present, policy, key=lambda one: (one.valid_from, one.version))
    return sorted(newest.values(), key=lambda policy: policy.narrowness, reverse=True)


def _begins(facts: Facts, sale: Sale) -> date:
    """The first day of the maker's coverage: the law's, also for cars that the law does not protect."""
    order = regime_on(facts.orders, ruling_date(sale))
    return sale.replaced_on or sale.delivery_date or sale.invoice_date if order is None else starts_on(order, sale)


def _part_warranty(question: Question, facts: Facts) -> Link:
    """The warranty of the part that was put in last, from that day and odometer reading on."""
    if question.part is None:
        return Link("part", "no_part", nothing("part"))
    fitted = [
        part
        for part in facts.replaced
        if question.part in {part.part, part.follows} and part.day <= question.day
    ]  # fmt: skip
    if not fitted:
        return Link("part", "not_replaced", nothing("part"))
    last = max(fitted, key=lambda part: (part.day, part.odometer_km, part.part == question.part))
    name = part_name(last)
    if facts.car.taken_back(question.day) and not facts.car.taken_back(last.day):
        return Link("part", "taken_back", name)
    term = part_term(facts.part_terms, last)
    if term is None:
        return Link("part", "none", name)
    km = None if term.length.km is None else last.odometer_km + term.length.km
    return _judged("part", name, last.day, Until(period_end(last.day, term.length.months), km), question)


def part_term(terms: Iterable[PartTerm], part: Replaced) -> PartTerm | None:
    """Return the warranty that a part was put in with: by its number, else its wear class, else every part's."""
    fitting = [
        term
        for term in terms
        if term.valid_from <= part.day
        and term.number in {"", part.part}
        and term.wear_class in {"", part.wear_class}
    ]  # fmt: skip
    return max(
        fitting,
        key=lambda term: (bool(term.number), bool(term.wear_class), term.valid_from, term.version),
        default=None,
    )


def _contracts(question: Question, contracts: Iterable[Contract]) -> list[Link]:
    links = [_contract(question, one) for one in sorted(contracts, key=lambda one: (one.number, one.begins))]
    return links or [Link("contract", "none", nothing("contract"))]


def _contract(question: Question, contract: Contract) -> Link:
    """An extended-service contract (延保); without a word of them it does not cover wear parts."""
    name, until = contract_name(contract), contract.until
    if contract.components and question.component not in contract.components:
        return Link("contract", "other_component", name)
    if question.wear_class is not None and not contract.wear_parts:
        return Link("contract", "wear_part", name)
    link = _judged("contract", name, contract.begins, until, question)
    if contract.cancelled_on is None or contract.cancelled_on > until.day:
        return link
    last = Until(contract.cancelled_on - timedelta(days=1), until.km)
    verdict = "cancelled" if question.day > last.day else link.verdict
    return Link("contract", verdict, name, contract.begins, last)


def _grants(question: Question, grants: Iterable[Grant]) -> list[Link]:
    links = [_grant(question, one) for one in sorted(grants, key=lambda one: (one.number, one.begins))]
    return links or [Link("goodwill", "none", nothing("goodwill"))]


def granted(question: Question, grants: Iterable[Grant]) -> Grant | None:
    """Return the goodwill that holds for what was asked: of several the one in which headquarters bears most."""
    holding = [one for one in sorted(grants, key=lambda one: one.number) if _grant(question, one).holds]
    return max(holding, key=lambda one: one.shares[0], default=None)


def _grant(question: Question, grant: Grant) -> Link:
    """Goodwill (善意) of headquarters for the car or one component of it."""
    if grant.component not in {"", question.component}:
        return Link("goodwill", "other_component", grant_name(grant))
    return _judged("goodwill", grant_name(grant), grant.begins, grant.until, question)


def _judged(source: str, name: Text, begins: date, until: Until, question: Question) -> Link:
    """Say whether a period holds for the day and the kilometres that were asked, both ends included."""
    late, far = question.day > until.day, until.km is not None and question.odometer_km > until.km
    if question.day < begins:
        verdict = "not_begun"
    elif late and far:
        verdict = "both_over"
    else:
        verdict = "time_over" if late else "km_over" if far else "holds"
    return Link(source, verdict, name, begins, until)
