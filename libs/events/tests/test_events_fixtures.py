import time
from sqlalchemy import text
from leefwijk.events.testing.servers import *
from leefwijk.events.migrate import *


async def test_a(databases):
    for i in range(5):
        t = time.time()
        u = await databases.fresh(STORE, CONSUME)
        print("fresh", time.time() - t)
        t = time.time()
        await databases.drop(u)
        print("drop", time.time() - t)
    for st in ("file_copy", "wal_log"):
        t = time.time()
        await databases._run(
            f"create database xx template {list(databases._templates.values())[0].result()} strategy {st}"
        )
        print(st, time.time() - t)
        await databases._run("drop database xx")


async def test_b(broker, service_name):
    for i in range(3):
        n = f"leefwijk.{service_name}.events"
        t = time.time()
        await make_topics(broker, [n])
        print("make", time.time() - t)
        t = time.time()
        print(await read_topic(broker, n))
        print("read", time.time() - t)
        t = time.time()
        await drop_topics(broker, [n])
        print("drop", time.time() - t)
