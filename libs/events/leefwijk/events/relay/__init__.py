"""The relay: from the event log of a service to its topics."""
