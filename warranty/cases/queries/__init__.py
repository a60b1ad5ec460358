"""Reads of the room of cases."""
