"""Participation: how residents want to be involved, and what is done with it."""
