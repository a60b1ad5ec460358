"""Who is meant by a campaign, what the Recall Regulation asks and when, and how far a campaign has come. Pure."""
