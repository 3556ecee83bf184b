"""The pure core: states, commands, decisions and evolutions."""

from initiatives.domain import gate_evolutions  # noqa: F401 - a state is never without them
