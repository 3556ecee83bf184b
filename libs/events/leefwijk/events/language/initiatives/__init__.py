"""Facts of initiatives: what residents do themselves and the support they get."""
