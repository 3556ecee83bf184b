"""Facts of the service participation: what residents wish, and what is done with it."""
