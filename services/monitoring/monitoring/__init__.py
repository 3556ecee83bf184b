"""Monitoring: areas, counting and telling, effort levels, partners."""
