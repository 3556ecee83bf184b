"""Facts of monitoring: areas, counting and telling, effort levels, partners."""
