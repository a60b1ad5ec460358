"""What the door offers to the house."""

from __future__ import annotations

import portal.auth.account_views
import portal.auth.admin_views  # noqa: F401  (both hang their pages on the door's blueprint)
from portal.auth.lists import AUDIT, USERS
from portal.auth.views import bp
from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Room

ROOM = Room(
    blueprint=bp,
    lists=(USERS, AUDIT),
    menu=(
        MenuItem(N_("Accounts"), "auth.users", Permission.USER_MANAGE, 80, "people"),
        MenuItem(N_("Audit trail"), "auth.audit", Permission.AUDIT_VIEW, 90, "shield-check"),
    ),
)
