"""Orders as plain JSON and back: how headquarters' versions are kept, exported and imported."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from typing import Any

from warranty.guarantee.rules.facts import COMPONENTS, EFFECTS, EXCLUDED_KINDS, Term, Text
from warranty.guarantee.rules.regimes import COUNTERS, KINDS, Ground, Regime, Thresholds

_REMEDIES = ("replace_assembly", "replace_or_return", "replace")


class OrderError(ValueError):
    """The plain data is no order; the text says what is wrong, in English, for an operator."""


def to_plain(regime: Regime) -> dict[str, Any]:
    """Return an order as JSON can hold it."""
    body = asdict(regime)
    body["first_sale"] = regime.first_sale.isoformat()
    body["last_sale"] = regime.last_sale.isoformat() if regime.last_sale else None
    body["coefficient_min"] = None if regime.coefficient_min is None else str(regime.coefficient_min)
    body["coefficient_max"] = str(regime.coefficient_max)
    for name in ("name", "substitute_article"):
        body[name] = _both(getattr(regime, name))
    for ground, plain in zip(regime.grounds, body["grounds"], strict=True):
        plain["article"] = _both(ground.article)
    return body


def from_plain(body: dict[str, Any]) -> Regime:
    """Read an order back; raise `OrderError` for what makes no sense."""
    try:
        regime = _read(body)
    except OrderError:
        raise
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise OrderError(f"cannot be read: {type(error).__name__} {error}") from error
    _check(regime)
    return regime


def _read(body: dict[str, Any]) -> Regime:
    unknown = body.keys() - {field.name for field in fields(Regime)}
    if unknown:
        raise OrderError(f"unknown: {', '.join(sorted(unknown))}")
    least = body["coefficient_min"]
    return Regime(
        code=str(body["code"]), name=_text(body["name"]), first_sale=date.fromisoformat(body["first_sale"]),
        last_sale=date.fromisoformat(body["last_sale"]) if body["last_sale"] else None,
        categories=tuple(body["categories"]), uses=tuple(body["uses"]), starts=body["starts"],
        guarantee=Term(**body["guarantee"]), repair=Term(**body["repair"]),
        coefficient_min=None if least is None else Decimal(least), coefficient_max=Decimal(body["coefficient_max"]),
        assemblies=tuple(body["assemblies"]), systems=tuple(body["systems"]),
        grounds=tuple(_ground(ground) for ground in body["grounds"]), excluded_kinds=tuple(body["excluded_kinds"]),
        substitute_after_days=int(body["substitute_after_days"]), substitute_article=_text(body["substitute_article"]),
        reply_days=int(body["reply_days"]), complete_days=int(body["complete_days"]),
        levels={counter: Thresholds(**row) for counter, row in body["levels"].items()},
    )  # fmt: skip


def _ground(body: dict[str, Any]) -> Ground:
    return Ground(**{**body, "article": _text(body["article"]), "components": tuple(body["components"]),
                     "effects": tuple(body["effects"])})  # fmt: skip


def _check(regime: Regime) -> None:
    """Refuse an order whose words the rules do not know, or whose levels do not rise."""
    known = {
        "starts": ({regime.starts}, {"delivery", "invoice"}),
        "assemblies and systems": (set(regime.components), set(COMPONENTS) - {"other"}),
        "excluded_kinds": (set(regime.excluded_kinds), set(EXCLUDED_KINDS)),
        "levels": (set(regime.levels) ^ set(COUNTERS), set()),
        "kinds of grounds": ({ground.kind for ground in regime.grounds}, set(KINDS)),
        "remedies": ({ground.remedy for ground in regime.grounds}, set(_REMEDIES)),
        "effects": ({effect for ground in regime.grounds for effect in ground.effects}, set(EFFECTS)),
        "components of grounds": (
            {component for ground in regime.grounds for component in ground.components}, set(regime.components)
        ),
    }  # fmt: skip
    for name, (given, words) in known.items():
        if not given <= words:
            raise OrderError(f"{name}: {', '.join(sorted(given - words))} is not known or missing")
    for counter, row in regime.levels.items():
        steps = [row.yellow, *([row.orange] if row.orange is not None else []), row.red]
        if steps != sorted(set(steps)) or row.yellow < 1:
            raise OrderError(f"levels of {counter} have to rise: {steps}")
    if regime.last_sale is not None and regime.last_sale < regime.first_sale:
        raise OrderError("last_sale is before first_sale")
    if min(regime.reply_days, regime.complete_days, regime.substitute_after_days) < 1:
        raise OrderError("days have to be at least 1")


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _text(body: dict[str, str]) -> Text:
    return Text(body["zh"], body["en"])
