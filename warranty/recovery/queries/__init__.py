"""Reads of the recovery room."""
