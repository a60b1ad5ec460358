"""Excel exports, as the house sees them."""

from __future__ import annotations

from portal.kernel.room import Room
from reports.exports.views import bp

ROOM = Room(blueprint=bp)
