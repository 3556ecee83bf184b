"""Appends to the PostgreSQL recorder of `eventsourcing`: so many threads in one process.

Each waits until its event is durable. Reads an order from standard input, writes what it found to
standard output. It runs in the virtualenv of the peers.
"""

import json
import sys
import threading
import time
import uuid

# both live in the virtualenv of the peers only
from eventsourcing.persistence import StoredEvent  # type: ignore[import-not-found]
from eventsourcing.postgres import (  # type: ignore[import-not-found]
    PostgresApplicationRecorder,
    PostgresDatastore,
)
from hdrh.histogram import HdrHistogram

WARM_SECONDS = 1.0


def main() -> None:
    """One order in, one answer out."""
    order = json.load(sys.stdin)
    # the pool is asked by every thread at once: all of them may wait
    datastore = PostgresDatastore(
        **order["database"],
        pool_size=order["pool"],
        max_waiting=order["writers"],
        pool_open_timeout=30,
        enable_db_functions=order["functions"],
    )
    recorder = PostgresApplicationRecorder(datastore, events_table_name="bench_events")
    recorder.create_table()
    type_, state = order["type"], order["state"].encode()
    began = 0.0
    running = True
    counts = [HdrHistogram(1, 60_000_000, 3) for _ in range(order["writers"])]

    def write(latencies: HdrHistogram) -> None:
        while running:
            started = time.perf_counter()
            event = StoredEvent(
                originator_id=uuid.uuid4(), originator_version=1, topic=type_, state=state
            )
            recorder.insert_events([event])
            if began and started >= began:
                latencies.record_value(max(1, round((time.perf_counter() - started) * 1e6)))

    threads = [threading.Thread(target=write, args=(one,), daemon=True) for one in counts]
    for thread in threads:
        thread.start()
    time.sleep(WARM_SECONDS)
    began = time.perf_counter()
    time.sleep(order["seconds"])
    running = False
    took = time.perf_counter() - began
    for thread in threads:
        thread.join()
    total = HdrHistogram(1, 60_000_000, 3)
    for one in counts:
        total.add(one)
    found = {
        f"p{part:g}": total.get_value_at_percentile(part) / 1000 for part in (50, 95, 99, 99.9)
    }
    json.dump({"rate": total.get_total_count() / took, **found}, sys.stdout)
    datastore.close()


if __name__ == "__main__":
    main()
