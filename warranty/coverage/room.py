"""What coverage offers to the house."""

from __future__ import annotations

from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Room
from warranty.coverage.lists import CONTRACTS, GOODWILL, PART_WARRANTIES, POLICIES
from warranty.coverage.views import bp

VIEW = Permission.COVERAGE_VIEW

ROOM = Room(
    blueprint=bp,
    lists=(POLICIES, PART_WARRANTIES, CONTRACTS, GOODWILL),
    menu=(MenuItem(N_("Warranty coverage"), "coverage.policies", VIEW, 36, "umbrella"),),
)
