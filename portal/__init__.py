"""Sanbao: one truth about every car, shared by a maker's headquarters and its dealers."""
