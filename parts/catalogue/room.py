"""The catalogue, as the house sees it."""

from __future__ import annotations

from parts.catalogue.lists.parts import OPERATIONS, PARTS
from parts.catalogue.lists.suppliers import SUPPLIERS
from parts.catalogue.views import bp
from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Room

ROOM = Room(
    blueprint=bp,
    lists=(PARTS, OPERATIONS, SUPPLIERS),
    menu=(
        MenuItem(N_("Parts catalogue"), "catalogue.parts", Permission.CATALOGUE_VIEW, 60, "gear"),
        MenuItem(N_("Labour operations"), "catalogue.operations", Permission.CATALOGUE_VIEW, 61, "wrench"),
        MenuItem(N_("Suppliers"), "catalogue.suppliers", Permission.CATALOGUE_VIEW, 63, "truck"),
    ),
)
