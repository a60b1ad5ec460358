"""The catalogue's lists."""
