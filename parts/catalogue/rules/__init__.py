"""The rules of prices, of what replaces what, of what fits which car, of what is found by which word. Pure."""
