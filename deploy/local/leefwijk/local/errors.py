class LocalError(Exception):
    """Something on this machine stands in the way; the message says in a sentence what to do."""
