"""Every test may ask for real PostgreSQL and Kafka."""

import pytest

pytest.register_assert_rewrite("leefwijk.events.testing")

pytest_plugins = ["leefwijk.events.testing.fixtures"]
