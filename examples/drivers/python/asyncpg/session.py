#!/usr/bin/env python3
"""A session with asyncpg through holdfast: statements, transactions, cursors and
COPY, with one that a reviewer approves and one that is denied.

    python3 examples/drivers/python/asyncpg/session.py postgres://you@127.0.0.1:6432/scratch

Answer the holds from another terminal: approve those on approve_me, deny those
on deny_me. It creates and drops tables: use a database you can spare.
"""

import asyncio
import io
import sys

import asyncpg

TABLES = """
    CREATE TABLE IF NOT EXISTS kept (id int, name text);
    CREATE TABLE IF NOT EXISTS approve_me (id int);
    CREATE TABLE IF NOT EXISTS deny_me (id int); CREATE TABLE IF NOT EXISTS withdraw_me (id int)
"""

LIMIT = 20  # seconds, for what is waited for


class Wrong(Exception):
    """Something did not go as this session should."""


async def expect_state(state, attempt):
    """Awaits attempt and wants it to fail with the SQLSTATE."""
    try:
        await attempt
    except asyncpg.PostgresError as error:
        if error.sqlstate != state:
            raise Wrong(f"got SQLSTATE {error.sqlstate} ({error}), want {state}")
        if state == "ZH002" and not (error.detail and error.hint):
            raise Wrong("the denial has no detail or no hint")
    else:
        raise Wrong(f"nothing failed, want SQLSTATE {state}")


async def exists(conn, table, wanted):
    there = await conn.fetchval("SELECT to_regclass($1) IS NOT NULL", table)
    if there != wanted:
        raise Wrong(f"table {table} exists: {there}")


async def count(conn, id):
    return await conn.fetchval("SELECT count(*) FROM kept WHERE id = $1", id)


async def allowed(conn):
    await conn.execute(TABLES)
    for i in range(10):
        await conn.execute("INSERT INTO kept VALUES ($1, $2)", i, "name")
    await conn.executemany("INSERT INTO kept VALUES ($1, $2)", [(i, "many") for i in range(100)])
    if await conn.execute("DELETE FROM kept WHERE id = $1", 9) == "DELETE 0":
        raise Wrong("deleted no row")


async def approved(conn):
    tag = await conn.execute("DROP TABLE approve_me")
    if tag != "DROP TABLE":
        raise Wrong(f"tag {tag!r}")
    await exists(conn, "approve_me", False)


async def denied(conn):
    await expect_state("ZH002", conn.execute("DROP TABLE deny_me"))
    await exists(conn, "deny_me", True)


async def denied_parameter(conn):
    """asyncpg has the server describe a statement before it binds parameters."""
    await expect_state("ZH002", conn.execute("UPDATE deny_me SET id = $1", 7))
    await expect_state("ZH002", conn.executemany("UPDATE deny_me SET id = $1", [(7,), (8,)]))


async def denied_prepared(conn):
    statement = await conn.prepare("INSERT INTO kept VALUES ($1, 'prepared')")
    await statement.fetch(1)

    async def destroy():
        await (await conn.prepare("DELETE FROM deny_me RETURNING id")).fetch()

    await expect_state("ZH002", destroy())
    await statement.fetch(2)


async def denied_in_transaction(conn):
    transaction = conn.transaction()
    await transaction.start()
    await conn.execute("INSERT INTO kept VALUES (100, 'never')")
    await expect_state("ZH002", conn.execute("DROP TABLE deny_me"))
    await expect_state("25P02", conn.execute("SELECT 1"))
    await transaction.rollback()
    if never := await count(conn, 100):
        raise Wrong(f"{never} rows of a denied transaction")
    await exists(conn, "deny_me", True)


async def denied_in_savepoint(conn):
    """A transaction within a transaction is a savepoint."""
    before = await count(conn, 110)

    async def destroy():
        async with conn.transaction():
            await conn.execute("DROP TABLE deny_me")

    async with conn.transaction():
        await conn.execute("INSERT INTO kept VALUES (110, 'kept')")
        await expect_state("ZH002", destroy())
    if await count(conn, 110) != before + 1:
        raise Wrong("the row before the savepoint is missing")


async def approved_in_transaction(conn):
    await conn.execute(TABLES)
    async with conn.transaction():
        await conn.execute("DROP TABLE approve_me")
    await exists(conn, "approve_me", False)


async def cursor(conn):
    async with conn.transaction():
        numbers = [row[0] async for row in conn.cursor("SELECT generate_series(1, $1::int)", 1000, prefetch=100)]
    if numbers != list(range(1, 1001)):
        raise Wrong(f"{len(numbers)} rows, want 1000")
    transaction = conn.transaction()
    await transaction.start()
    some = await conn.cursor("SELECT generate_series(1, 1000)")
    await some.fetch(100)
    await some.forward(100)
    await expect_state("ZH002", conn.execute("DROP TABLE deny_me"))
    await expect_state("25P02", some.fetch(100))
    await transaction.rollback()


async def cancelled(conn):
    """A task that is cancelled, or takes too long, cancels its statement on the
    server. A hold's notice says that the statement waits; that of CREATE TABLE IF
    NOT EXISTS says that the server has begun."""
    for sql in ["CREATE TABLE IF NOT EXISTS kept (); SELECT pg_sleep(60)", "DROP TABLE withdraw_me"]:
        noticed = asyncio.Event()

        def notice(*_):
            noticed.set()

        conn.add_log_listener(notice)
        task = asyncio.create_task(conn.execute(sql))
        await asyncio.wait_for(noticed.wait(), LIMIT)
        task.cancel()
        try:
            await task
            raise Wrong("a cancelled task went on")
        except asyncio.CancelledError:
            conn.remove_log_listener(notice)
        await conn.fetchval("SELECT 1")
    try:
        await conn.execute("DROP TABLE withdraw_me", timeout=2)
        raise Wrong("no time limit")
    except asyncio.TimeoutError:
        pass


async def copy_both_ways(conn):
    tag = await conn.copy_records_to_table("kept", records=[(1, "a"), (2, "b"), (3, None)])  # binary
    if tag != "COPY 3":
        raise Wrong(f"tag {tag!r}")
    await conn.copy_to_table("kept", source=io.BytesIO(b"4\td\n"))
    out = io.BytesIO()
    await conn.copy_from_query("SELECT generate_series(1, $1)", 1000, output=out)
    if len(out.getvalue()) != 3893:
        raise Wrong(f"copied {len(out.getvalue())} bytes out, want 3893")
    await expect_state("ZH002", conn.copy_from_query("DELETE FROM deny_me RETURNING id", output=out))


async def listen(conn):
    heard = asyncio.Queue()

    def hear(_conn, _pid, _channel, payload):
        heard.put_nowait(payload)

    await conn.add_listener("news", hear)
    await conn.execute("SELECT pg_notify('news', 'hello')")
    if (payload := await asyncio.wait_for(heard.get(), LIMIT)) != "hello":
        raise Wrong(f"heard {payload}")
    await conn.remove_listener("news", hear)


STEPS = [
    allowed,
    approved,
    denied,
    denied_parameter,
    denied_prepared,
    denied_in_transaction,
    denied_in_savepoint,
    approved_in_transaction,
    cursor,
    cancelled,
    copy_both_ways,
    listen,
]


async def main(url):
    conn = await asyncpg.connect(url)
    conn.add_log_listener(lambda _, notice: print(f"{notice.severity}: {notice.message}", flush=True))
    failed = False
    for step in STEPS:
        try:
            await step(conn)
            if conn.is_in_transaction() or await conn.fetchval("SELECT 1") != 1:
                raise Wrong("the session is not usable")
        except (Wrong, asyncpg.PostgresError, asyncpg.InterfaceError, asyncio.TimeoutError) as error:
            failed = True
            print(f"FAILED {step.__name__}: {error!r}", flush=True)
            if conn.is_closed():
                break
            await conn.execute("ROLLBACK")
        else:
            print(f"ok {step.__name__}", flush=True)
    await conn.reset()  # what a pool does with a session that comes back
    await conn.close()
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: session.py URL")
    sys.exit(asyncio.run(main(sys.argv[1])))
