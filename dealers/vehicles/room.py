"""Cars, as the house sees them."""

from __future__ import annotations

from dealers.vehicles.lists import VEHICLES
from dealers.vehicles.views import bp
from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Room

ROOM = Room(
    blueprint=bp,
    lists=(VEHICLES,),
    menu=(MenuItem(N_("Vehicles"), "vehicles.vehicles", Permission.VEHICLE_VIEW, 20, "car-front"),),
)
