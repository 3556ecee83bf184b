"""The effort status of an area, composed from its rows: a module per subject, pure."""
