"""Consuming: at-least-once in, exactly-once effect."""
