"""The download centre, as the house sees it."""

from __future__ import annotations

from portal.downloads.views import bp
from portal.kernel.room import Room

ROOM = Room(blueprint=bp)
