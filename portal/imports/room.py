"""Imports, as the house sees them."""

from __future__ import annotations

from portal.imports.views import bp
from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Room

ROOM = Room(blueprint=bp, menu=(MenuItem(N_("Imports"), "imports.imports", Permission.IMPORT_RUN, 80, "upload"),))
