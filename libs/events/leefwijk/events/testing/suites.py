"""Behaviour suites as base classes: whatever keeps a contract proves it by the same tests."""

from leefwijk.events.testing.consumer_suite import ConsumerSuite
from leefwijk.events.testing.store_suite import StoreSuite

__all__ = ["ConsumerSuite", "StoreSuite"]
