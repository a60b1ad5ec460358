"""Writes of the recovery room."""
