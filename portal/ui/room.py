"""What the shell offers: home and search stand in every page's frame, not in the menu."""

from __future__ import annotations

from portal.kernel.room import Room
from portal.ui.views import bp

ROOM = Room(blueprint=bp)
