"""The event store: append-only streams, state documents, one ordered log per database."""
