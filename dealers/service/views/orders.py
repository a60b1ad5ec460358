"""The list of orders, and the page on which one is worked on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from dealers.service import queries, services, words
from dealers.service.forms import Reader, read_work, written
from dealers.service.lists import NETWORK_ORDERS, ORDERS
from dealers.service.models import RepairOrder
from dealers.service.ports import campaigns, claims, waits
from dealers.service.queries import OrderView
from dealers.service.rules import CAMPAIGN, SUBSTITUTE_AFTER_DAYS, promise_passed
from dealers.service.views import bp
from dealers.vehicles.ports import watch
from portal.kernel.access import Permission, access
from portal.kernel.drafts import drop_draft, load_draft
from portal.kernel.errors import ConflictError, DomainError, Fault, NotFoundError
from portal.kernel.i18n import _, say
from portal.kernel.incoming import whole
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, is_fragment, list_page, now, page


@bp.get("/")
@access(Permission.SERVICE_VIEW)
def orders() -> Any:
    """List repair orders: the station's own, or all stations' at headquarters."""
    spec = NETWORK_ORDERS if actor().dealer_id is None else ORDERS
    return list_page("dealers/service/orders.html", fetch_page(db_session(), spec, request.args))


@bp.get("/<key>")
@access(Permission.SERVICE_VIEW)
def order(key: str) -> Any:
    """Show an order: to work on, or to read."""
    view = queries.order_view(db_session(), key)
    draft = load_draft(db_session(), actor().user_id or 0, f"service:{key}")
    if draft is not None and request.args.get("draft"):
        return _show(view, typed=draft.fields)
    return _show(view, draft=draft)


@bp.post("/<key>/work")
@access(Permission.SERVICE_WRITE)
def work(key: str) -> Any:
    """Save the page of an order, and complete it if that was the button."""
    view = queries.order_view(db_session(), key)
    try:
        completed = _save(view)
    except NotFoundError:
        raise
    except DomainError as error:
        return _again(key, error)
    drop_draft(db_session(), actor().user_id or 0, f"service:{key}")
    if completed:
        flash(_("Order %(number)s is completed.", number=key), "success")
        _tell_not_issued(key)
    if completed or not is_fragment():
        return _go(url_for("service.order", key=key))
    return _show(queries.order_view(db_session(), key), saved=True)


@bp.post("/<key>/reopen")
@access(Permission.SERVICE_REOPEN)
def reopen(key: str) -> Any:
    """Open a completed order again, with a reason."""
    return _step(key, services.reopen_order, _("Order %(number)s is open again.", number=key))


@bp.post("/<key>/cancel")
@access(Permission.SERVICE_WRITE)
def cancel(key: str) -> Any:
    """Cancel an open order, with a reason."""
    return _step(key, services.cancel_order, _("Order %(number)s is cancelled.", number=key))


def _save(view: OrderView) -> bool:
    """Save what was typed; return whether the order was completed with it."""
    typed = request.form
    edits, unreadable = read_work(view, typed)
    reader = Reader(typed)
    completed_at = reader.moment("completed_at")
    unreadable += reader.faults
    if unreadable:
        raise DomainError(*unreadable)
    order_id = view.order.id
    services.save_work(db_session(), order_id, edits, actor(), now(), version=whole(typed.get("version")))
    if typed.get("do") != "complete":
        return False
    services.complete_order(db_session(), order_id, actor(), now(), completed_at=completed_at)
    return True


def _tell_not_issued(key: str) -> None:
    """Tell which parts of a completed order still stand in the books of stock; it is completed all the same."""
    left = waits().not_issued(db_session(), key)
    if left:
        parts = _(", ").join(f"{number} × {quantity.normalize():f}" for number, quantity in left)
        flash(
            _("Still in the books of stock: %(parts)s. The parts clerk issues what was fitted to this order.",
              parts=parts), "warning",
        )  # fmt: skip


def _again(key: str, error: DomainError) -> Any:
    """Show the page as it was typed, with what is wrong; an out-of-date one gets the version of now."""
    db_session().rollback()
    view = queries.order_view(db_session(), key)
    typed = dict(request.form)
    if isinstance(error, ConflictError):
        typed["version"] = str(view.order.row_version)
    return _show(view, typed=typed, faults=error.faults, status=422)


def _show(
    view: OrderView, *, typed: Mapping[str, str] | None = None, faults: tuple[Fault, ...] = (), status: int = 200,
    **more: Any,
) -> Any:  # fmt: skip
    made = claims().of_order(db_session(), view.order.id)
    context = {
        "view": view,
        "claimed": {claim.job_id: claim.number for claim in made if claim.binds},
        "held": {claim.job_id: claim.number for claim in made if claim.held},
        "order": view.order,
        "typed": typed,
        "faults": [(fault.field, _label(view, fault.field), say(fault)) for fault in faults],
        "words": words,
        "written": written,
        "late": view.order.completed_at is None and promise_passed(view.order.state, view.order.promised_at, now()),
        "long": view.days(now()) > SUBSTITUTE_AFTER_DAYS,
        "steps": {step.action for step in RepairOrder.__machine__.offered(view.order.state, actor().permissions)},
        "editable": view.order.state == "open" and actor().may(Permission.SERVICE_WRITE)
        and actor().dealer_id is not None,
        "events": _events(view),
        "campaign_choices": _campaigns(view),
        "law": watch().choices(db_session(), view.order.vehicle_id, view.order.number, now()),
        **more,
    }  # fmt: skip
    return page("dealers/service/_work.html" if is_fragment() else "dealers/service/order.html", status, **context)


def _campaigns(view: OrderView) -> dict[str, str]:
    """Return what the jobs of a campaign order may do, and what they say they do."""
    if view.order.type != CAMPAIGN:
        return {}
    offered = campaigns().choices(db_session(), view.order.vehicle_id, view.order.id)
    named = {job.campaign: job.campaign for job in view.jobs if job.campaign}
    return {**named, **{one.number: f"{one.number} {one.title}" for one in offered}}


def _events(view: OrderView) -> list[dict[str, Any]]:
    """Tell an order's life: opened, then every step with its reason."""
    order = view.order
    title = words.DONE["open"]
    opened = {"at": order.created_at, "title": _(title), "who": order.advisor_name, "tone": "info"}
    return [
        opened,
        *(
            {
                "at": step.at,
                "title": _(words.DONE[step.action]),
                "who": step.actor,
                "text": step.reason,
                "tone": words.STATE_TONES[step.target],
            }
            for step in view.steps
        ),
    ]


def _label(view: OrderView, field: str | None) -> str:
    """Name a field of the page for the error summary: ``Job 2: Cause``."""
    kind, key, name = ([*(field or "").split("-", 2), "", ""])[:3]
    name = name or kind
    label = _(words.FIELDS[name]) if name in words.FIELDS else ""
    position = next((job.position for job in view.jobs if kind == "job" and str(job.id) == key), None)
    return label if position is None else _("Job %(position)s: %(label)s", position=position, label=label)


def _step(key: str, service: Any, done: str) -> Any:
    order_id = queries.order_id(db_session(), key)
    try:
        service(db_session(), order_id, request.form.get("reason", ""), actor(), now())
    except NotFoundError:
        raise
    except DomainError as error:
        return _again(key, error)
    flash(done, "success")
    return _go(url_for("service.order", key=key))


def _go(url: str) -> Any:
    return Response("", 204, {"HX-Redirect": url}) if is_fragment() else redirect(url)
