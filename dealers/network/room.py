"""The network, as the house sees it."""

from __future__ import annotations

from dealers.network.lists import DEALERS
from dealers.network.views import bp
from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Room

ROOM = Room(
    blueprint=bp,
    lists=(DEALERS,),
    menu=(
        MenuItem(N_("Dealers"), "network.dealers", Permission.NETWORK_VIEW, 70, "shop"),
        MenuItem(N_("Labour rates"), "network.rates", Permission.NETWORK_EDIT, 71, "cash-coin"),
        MenuItem(N_("Our station"), "network.station", Permission.SERVICE_VIEW, 72, "shop", side="dealer"),
    ),
)
