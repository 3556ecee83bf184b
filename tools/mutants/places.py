"""Where the code stands that is mutated, and the tests that must notice."""

EVENTS = "libs/events/leefwijk/events"
SERVICE = "libs/service/leefwijk/service"
PROJECTIONS = "services/projections/projections"

ON_POSTGRES = "libs/events/tests/test_store_suites.py::TestPostgresStore"
POSTGRES = "libs/events/tests/test_store_postgres.py"
WRITER = "libs/events/tests/test_store_writer.py"
LOG = "libs/events/tests/test_log_reading.py"
LOG_MODEL = (
    "libs/events/tests/test_log_model.py::test_the_cursor_skips_nothing_whatever_is_held_open"
)
RELAY = "libs/events/tests/test_relay.py"
SENDING = "libs/events/tests/test_relay_sending.py"
CORE = "libs/events/tests/test_consume_core.py::TestNoteKeeper"
KAFKA = "libs/events/tests/test_consume_kafka.py"
REBUILD = "libs/events/tests/test_consume_rebuild.py"
DELIVERY = "services/projections/tests/test_projections_delivery.py"
READING = "services/projections/tests/test_projections_reading.py::TestFreshness"
WORKER = "services/projections/tests/test_projections_worker.py"
LOOPS = "libs/events/tests/test_events_recovery.py"
RECOVERY = "libs/service/tests/test_service_recovery.py"
FILLING = "libs/events/tests/test_consume_filling.py"
