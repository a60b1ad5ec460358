"""What the campaigns' room offers to the house."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import N_
from portal.kernel.room import MenuItem, Paper, Room, WorkItem
from warranty.campaigns import documents
from warranty.campaigns.lists import CAMPAIGNS, CARS, STATION_CAMPAIGNS
from warranty.campaigns.queries import due_cars, overdue_recalls
from warranty.campaigns.views import bp

VIEW, EDIT = Permission.CAMPAIGN_VIEW, Permission.CAMPAIGN_EDIT


def _due(session: Session, actor: Actor, _now: datetime) -> int:
    return session.scalar(due_cars(actor)) or 0


ROOM = Room(
    blueprint=bp,
    lists=(CAMPAIGNS, STATION_CAMPAIGNS, CARS),
    work=(
        WorkItem("campaign_cars", N_("Campaigns with cars to be done"), VIEW, _due, "campaigns.campaigns",
                 "state=open", "dealer"),
        WorkItem("recall_reports", N_("Recall reports due"), EDIT, overdue_recalls, "campaigns.campaigns",
                 "kind=recall", "head_office"),
    ),
    papers=(
        Paper(
            key="campaign_letter", title=N_("Letter to the owner"), permission=VIEW, build=documents.one_letter,
            template="documents/campaign_letter.html", file_name=documents.letters_name,
            page=("campaigns.car", "key"),
        ),
        Paper(
            key="campaign_letters", title=N_("Letters to the owners"), permission=VIEW, build=documents.letters,
            template="documents/campaign_letter.html", file_name=documents.letters_name, page=documents.shown_at,
        ),
        Paper(
            key="recall_report", title=N_("Report of the recall"), permission=VIEW, build=documents.report,
            template="documents/recall_report.html", file_name=documents.report_name,
            page=documents.shown_at,
        ),
    ),
    menu=(MenuItem(N_("Campaigns and recalls"), "campaigns.campaigns", VIEW, 37, "megaphone"),),
)  # fmt: skip
