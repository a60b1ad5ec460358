"""Writes of the law's room. Each takes ``session, …, actor, now`` and never commits."""
