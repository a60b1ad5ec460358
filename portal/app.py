"""The composition root: the only place that knows every room."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from dealers.service.visits import StationVisits
from parts.catalogue.queries.offers import PartsCatalogue
from parts.orders.queries.supply import WaitingRepairs
from portal.auth.guard import init_guard
from portal.config import from_environment
from portal.kernel.application import Portal
from portal.kernel.db import Base, attach, db
from portal.kernel.i18n import init_i18n
from portal.kernel.incoming import init_incoming
from portal.kernel.room import furnish
from portal.kernel.storage import init_storage
from portal.kernel.web import init_web
from portal.ui.lists import init_lists
from portal.ui.shell import init_ui
from reports.analytics.queries.exposure import FailureFigures
from warranty.campaigns.services.done import CarCampaigns, StopSales
from warranty.cases.queries.cases import CarCases
from warranty.cases.services.clocks import CaseDeadlines
from warranty.claims.services.of_orders import OrderClaims
from warranty.guarantee.services.watch import LawfulWatch
from warranty.settlement.deductions import StatementDeductions

ROOT = Path(__file__).resolve().parents[1]

#: Every module with tables; imported so that the metadata is whole.
MODELS = (
    "portal.kernel.audit", "portal.kernel.numbers", "portal.kernel.lifecycle", "portal.kernel.jobs",
    "portal.kernel.drafts", "portal.auth.models", "dealers.network.models", "dealers.customers.models",
    "dealers.vehicles.models", "dealers.service.models", "parts.catalogue.models", "parts.stock.models",
    "parts.orders.models", "parts.returns.models", "parts.quality.models", "warranty.guarantee.models",
    "warranty.cases.models", "warranty.coverage.models", "warranty.authorisations.models", "warranty.claims.models",
    "warranty.settlement.models", "warranty.campaigns.models", "warranty.recovery.models", "portal.imports.models",
)  # fmt: skip

#: Every room that shows itself: the module that holds its ``ROOM``.
ROOMS: tuple[str, ...] = (
    "portal.ui.room",
    "portal.auth.room",
    "portal.downloads.room",
    "portal.imports.room",
    "parts.catalogue.room",
    "parts.stock.room",
    "parts.orders.room",
    "parts.returns.room",
    "parts.quality.room",
    "dealers.vehicles.room",
    "dealers.network.room",
    "warranty.guarantee.room",
    "warranty.cases.room",
    "warranty.coverage.room",
    "warranty.authorisations.room",
    "warranty.claims.room",
    "warranty.campaigns.room",
    "dealers.service.room",
    "warranty.settlement.room",
    "warranty.recovery.room",
    "reports.documents.room",
    "reports.exports.room",
    "reports.analytics.room",
)


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Build the portal. ``overrides`` replace what the environment says (tests, benches)."""
    app = Portal(
        "portal", root_path=str(ROOT / "portal"), template_folder=str(ROOT / "templates"),
        static_folder=None, static_url_path="",  # Bootstrap-Flask hangs its assets below this path
    )  # fmt: skip
    app.config.from_mapping(overrides if overrides is not None else from_environment())
    if app.config["PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, app.config["PROXIES"], app.config["PROXIES"])  # type: ignore[method-assign]
    init_incoming(app)
    load_models()
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "portal" / "migrations"), render_as_batch=True)
    CSRFProtect(app)
    Bootstrap5(app)
    init_i18n(app)
    init_web(app)
    init_storage(app)
    init_guard(app)
    init_ui(app)
    init_lists(app)
    for module in ROOMS:
        furnish(app, importlib.import_module(module).ROOM)
    app.extensions["visits"] = StationVisits()
    app.extensions["catalogue"] = PartsCatalogue()
    app.extensions["waits"] = WaitingRepairs()
    app.extensions["watch"] = LawfulWatch()
    app.extensions["claims"] = OrderClaims()
    app.extensions["deadlines"] = CaseDeadlines()
    app.extensions["campaigns"] = CarCampaigns()
    app.extensions["sale_bans"] = StopSales()
    app.extensions["open_cases"] = CarCases()
    app.extensions["deductions"] = StatementDeductions()
    app.extensions["claim_figures"] = FailureFigures()
    with app.app_context():
        attach(db.engine)
    return app


def load_models() -> None:
    """Import every module with tables; `Base.metadata` is whole afterwards."""
    for module in MODELS:
        importlib.import_module(module)
    Base.registry.configure()
