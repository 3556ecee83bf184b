"""Placeholder."""


async def load_sample(folder, addresses, say):
    """None."""
