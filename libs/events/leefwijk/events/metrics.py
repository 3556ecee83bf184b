"""The metrics of the machinery; every label has a small, fixed set of values."""

from prometheus_client import Counter, Gauge, Histogram

EVENTS_APPENDED = Counter("events_appended_total", "Events stored", ["service"])
APPEND_CONFLICTS = Counter(
    "append_conflicts_total", "Appends that met another version", ["service"]
)
APPEND_SECONDS = Histogram(
    "append_duration_seconds",
    "From handing a commit to the store until it is durable",
    ["service"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
GROUP_SIZE = Histogram(
    "append_group_size",
    "Commits that shared one transaction",
    ["service"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
)
HORIZON_AGE = Gauge(
    "event_horizon_age_seconds",
    "Age of the oldest transaction that readers of the log wait for",
    ["service"],
)
RELAY_SENT = Counter("relay_records_sent_total", "Records acknowledged by Kafka", ["service"])
RELAY_RESTARTS = Counter(
    "relay_restarts_total", "Restarts of the relay from its cursor", ["service"]
)
RELAY_LEADER = Gauge("relay_leader", "1 where this process sends the service's events", ["service"])
RELAY_UNSENT = Gauge("relay_unsent_events", "Events stored and not yet acknowledged", ["service"])
RELAY_OLDEST_UNSENT = Gauge(
    "relay_oldest_unsent_timestamp_seconds",
    "When the oldest unsent event was recorded; 0 if none is waiting",
    ["service"],
)
CONSUMED = Counter("consumer_records_total", "Records seen by a consumer", ["consumer", "outcome"])
CONSUMER_LAG = Gauge(
    "consumer_lag_records", "Records between a consumer and its topics", ["consumer"]
)
APPLIED_AT = Gauge(
    "projection_last_applied_timestamp_seconds",
    "Recording time of the newest event in the read model",
    ["consumer"],
)
EVENT_AGE = Histogram(
    "event_age_at_apply_seconds",
    "From recording an event until it is in the read model",
    ["consumer"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600),
)
PARKED = Gauge("parked_streams", "Streams that wait for a missing or faulty event", ["consumer"])
TODO_AGE = Gauge("todo_age_seconds", "Age of the oldest open todo of a reaction", ["service"])
DEADLINES_STUCK = Gauge(
    "deadlines_stuck", "Deadlines set aside because their command did not settle them", ["service"]
)
