"""Writes of the room of cases."""
