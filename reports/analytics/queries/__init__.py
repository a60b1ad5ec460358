"""Reads of this room: set-based, over other rooms' tables."""
