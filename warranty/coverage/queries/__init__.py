"""Reads of coverage: what the rules ask for, and what pages show."""
