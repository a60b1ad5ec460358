"""Reads of the law's room."""
