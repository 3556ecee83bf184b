"""The testing kit: specifications, behaviour suites, a fake clock, real PostgreSQL and Kafka."""

from leefwijk.events.testing.clock import FakeClock
from leefwijk.events.testing.specification import Specification, given

__all__ = ["FakeClock", "Specification", "given"]
