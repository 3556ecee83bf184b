"""Initiatives: what residents do themselves, and the support they get."""
