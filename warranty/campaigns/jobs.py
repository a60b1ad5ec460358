"""Filing the cars of a campaign as a job: a definition may mean hundreds of thousands of cars."""

from __future__ import annotations

from portal.kernel.access import Permission, require
from portal.kernel.jobs import Context, Outcome, handles
from warranty.campaigns import queries
from warranty.campaigns.services import run

KIND = "campaign_file"


@handles(KIND, reads_only=False)
def file_cars(context: Context) -> Outcome:
    """File the cars row by row, telling progress, then open a draft; after a kill it begins anew.

    Until the last step nobody is shown a draft's cars. An open campaign gets the cars that its
    definition means since it was opened.
    """
    require(context.actor, Permission.CAMPAIGN_EDIT)
    session = context.session
    campaign = queries.find(session, context.payload["campaign"], context.actor)
    draft, filed = campaign.state == "draft", 0
    if draft:
        run.check_ready(session, campaign)
        run.forget_cars(session, campaign)
    session.commit()
    for place, scope in enumerate(campaign.scopes):
        context.progress(place, len(campaign.scopes) + 1)
        filed += run.file_scope(session, scope, context.now)
        session.commit()
    if draft:
        run.open_campaign(session, campaign.id, context.actor, context.now)
    return Outcome({"filed": filed})
