"""Every import the portal offers; the rooms describe them."""

from __future__ import annotations

import importlib
from functools import cache

from portal.kernel.importing.kinds import ImportKind

#: Where each kind is described, in the order in which a new network is filled.
MODULES = {
    "dealers": "dealers.network.imports",
    "models": "dealers.vehicles.model_imports",
    "vehicles": "dealers.vehicles.imports",
    "suppliers": "parts.catalogue.imports.suppliers",
    "part-levels": "parts.catalogue.imports.levels",
    "parts": "parts.catalogue.imports.parts",
    "fitments": "parts.catalogue.imports.fitments",
    "labour-operations": "dealers.service.operation_imports",
    "labour-overlaps": "dealers.service.overlap_imports",
    "campaigns": "warranty.campaigns.imports",
    "campaign-vins": "warranty.campaigns.vin_imports",
    "holidays": "warranty.guarantee.holiday_imports",
    "contracts": "warranty.coverage.contract_imports",
    "recovery-answers": "warranty.recovery.imports",
}


@cache
def kind_of(key: str) -> ImportKind | None:
    """Return a kind by its key, None for an unknown one."""
    module = MODULES.get(key)
    if module is None:
        return None
    found: ImportKind = importlib.import_module(module).KIND
    return found


def all_kinds() -> list[ImportKind]:
    """Return every kind."""
    return [importlib.import_module(module).KIND for module in MODULES.values()]
