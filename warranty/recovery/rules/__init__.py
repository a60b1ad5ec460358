"""What a supplier pays back: contracts, reckoning, answers, shares. Pure."""
