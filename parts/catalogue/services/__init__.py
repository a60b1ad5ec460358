"""Writes of the catalogue. Each takes ``session, …, actor, now`` and never commits."""
