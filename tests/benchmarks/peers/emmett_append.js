// Appends to Emmett's event store on PostgreSQL: so many writers in one process, each waiting until
// its event is durable. Reads an order from standard input, writes what it found to standard output.
import { randomUUID } from 'node:crypto';
import { createHistogram } from 'node:perf_hooks';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';

const { url, writers, seconds, pool: size, event } = await json(process.stdin);
const pool = new pg.Pool({ connectionString: url, max: size });
const store = getPostgreSQLEventStore(url, { connectionOptions: { pool } });
await store.schema.migrate();

const latencies = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 });
let done = 0;
let running = true;

async function write() {
  while (running) {
    const began = performance.now();
    await store.appendToStream(`initiatives-${randomUUID()}`, [event], {
      expectedStreamVersion: 'STREAM_DOES_NOT_EXIST',
    });
    latencies.record(Math.max(1, Math.round((performance.now() - began) * 1000)));
    done += 1;
  }
}

const work = Array.from({ length: writers }, write);
await sleep(1000);
latencies.reset();
const before = done;
const began = performance.now();
await sleep(seconds * 1000);
const rate = (done - before) / ((performance.now() - began) / 1000);
const found = { rate };
for (const part of [50, 95, 99, 99.9]) found[`p${part}`] = latencies.percentile(part) / 1000;
running = false;
await Promise.all(work);
process.stdout.write(JSON.stringify(found));
process.exit(0);
