"""Projections: folds the events of all services into what people look at."""
