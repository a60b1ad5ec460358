"""The catalogue's imports: suppliers, levels, parts with their prices, what fits which car."""
