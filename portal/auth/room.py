"""What the door offers to the house."""

from __future__ import annotations

from portal.auth.views import bp
from portal.kernel.room import Room

ROOM = Room(blueprint=bp)
