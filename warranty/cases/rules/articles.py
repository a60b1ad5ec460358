"""Where the orders speak of what happens in a case, for its papers: data by order.

Order 43: Art. 25 to 29, 33, 34. Order 150: Art. 22 to 25, 27, 34. An order that is missing here is
cited by its name alone. A right that an order does not give is None.
"""

from __future__ import annotations

from typing import NamedTuple

from warranty.guarantee.rules.facts import Text


class Articles(NamedTuple):
    """How an order cites the duties of a case."""

    reply: Text
    completion: Text
    no_car: Text | None  # no car to be had: the money instead
    late: Text | None  # the days are over: the money instead
    losses: Text
    fee: Text
    anew: Text  # the new car's periods
    resale: Text  # what a later buyer is told


def _43(number: str, article: str) -> Text:
    return Text(f"市场监管总局令第43号{number}", f"Order 43 of 2021, {article}")


def _150(number: str, article: str) -> Text:
    return Text(f"原质检总局令第150号{number}", f"Order 150 of 2012, {article}")


ARTICLES = {
    "SAMR-43": Articles(
        reply=_43("第二十八条第一款", "Art. 28(1)"), completion=_43("第二十八条第二款", "Art. 28(2)"),
        no_car=_43("第二十五条", "Art. 25"), late=_43("第二十八条第二款", "Art. 28(2)"),
        losses=_43("第二十六条", "Art. 26"),
        fee=_43("第二十七条", "Art. 27"), anew=_43("第二十九条", "Art. 29"), resale=_43("第三十三条", "Art. 33"),
    ),
    "AQSIQ-150": Articles(
        reply=_150("第二十七条", "Art. 27"), completion=_150("第二十四条", "Art. 24"),
        no_car=_150("第二十三条", "Art. 23"), late=None, losses=Text("经营者承诺", "the promise of the seller"),
        fee=_150("第二十五条", "Art. 25"), anew=_43("第二十九条", "Art. 29"), resale=_43("第三十三条", "Art. 33"),
    ),
}  # fmt: skip


def articles_of(code: str | None, name: Text) -> Articles:
    """Return an order's articles; one that is not listed is cited by its name for everything."""
    return ARTICLES.get(code or "") or Articles(*[name] * len(Articles._fields))
