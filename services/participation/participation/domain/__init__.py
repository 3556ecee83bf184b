"""The pure core: states, commands, decisions and evolutions."""
