#!/usr/bin/env python3
"""A session with psycopg 3 through holdfast: statements, transactions and
pipelines, with one that a reviewer approves and one that is denied; cursors,
COPY, LISTEN and cancelling.

    python3 examples/drivers/python/psycopg/session.py postgres://you@127.0.0.1:6432/scratch

Answer the holds from another terminal: approve those on approve_me, deny those
on deny_me. It creates and drops tables: use a database you can spare.
"""

import sys

import psycopg
from psycopg import pq

TABLES = """
    CREATE TABLE IF NOT EXISTS kept (id int, name text);
    CREATE TABLE IF NOT EXISTS approve_me (id int);
    CREATE TABLE IF NOT EXISTS deny_me (id int); CREATE TABLE IF NOT EXISTS withdraw_me (id int)
"""


class Wrong(Exception):
    """Something did not go as this session should."""


def expect_state(state, run):
    """Runs run and wants it to fail with the SQLSTATE."""
    try:
        run()
    except psycopg.Error as error:
        if error.sqlstate != state:
            raise Wrong(f"got SQLSTATE {error.sqlstate} ({error}), want {state}")
        if state == "ZH002" and not (error.diag.message_detail and error.diag.message_hint):
            raise Wrong("the denial has no detail or no hint")
    else:
        raise Wrong(f"nothing failed, want SQLSTATE {state}")


def expect_status(conn, status):
    got = conn.info.transaction_status
    if got != status:
        raise Wrong(f"transaction status {got.name}, want {status.name}")


def exists(conn, table, wanted):
    there = conn.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchone()[0]
    if there != wanted:
        raise Wrong(f"table {table} exists: {there}")


def allowed(conn):
    conn.execute(TABLES)
    for i in range(10):
        conn.execute("INSERT INTO kept VALUES (%s, %s)", [i, "name"], prepare=True)
    conn.execute("DELETE FROM kept WHERE id = %s", [9])
    rows = conn.execute("SELECT id FROM kept ORDER BY id").fetchall()
    if len(rows) < 9:
        raise Wrong(f"{len(rows)} rows, want at least 9")


def approved(conn):
    tag = conn.execute("DROP TABLE approve_me").statusmessage
    if tag != "DROP TABLE":
        raise Wrong(f"tag {tag!r}")
    exists(conn, "approve_me", False)


def denied(conn):
    expect_state("ZH002", lambda: conn.execute("DROP TABLE deny_me"))
    exists(conn, "deny_me", True)


def denied_parameter(conn):
    expect_state("ZH002", lambda: conn.execute("UPDATE deny_me SET id = %s", [7]))


def denied_prepared(conn):
    expect_state("ZH002", lambda: conn.execute("DELETE FROM deny_me", prepare=True))


def denied_in_transaction(conn):
    conn.execute("BEGIN")
    conn.execute("INSERT INTO kept VALUES (100, 'never')")
    expect_state("ZH002", lambda: conn.execute("DROP TABLE deny_me"))
    expect_status(conn, pq.TransactionStatus.INERROR)
    expect_state("25P02", lambda: conn.execute("SELECT 1"))
    conn.execute("ROLLBACK")
    never = conn.execute("SELECT count(*) FROM kept WHERE id = 100").fetchone()[0]
    if never:
        raise Wrong(f"{never} rows of a denied transaction")
    exists(conn, "deny_me", True)


def approved_in_transaction(conn):
    conn.execute(TABLES)
    with conn.transaction():
        conn.execute("DROP TABLE approve_me")
    exists(conn, "approve_me", False)


def denied_in_pipeline(conn):
    """libpq's pipeline mode: what follows a denial is aborted until the sync."""
    first = second = None
    with conn.pipeline() as pipeline:
        first = conn.execute("INSERT INTO kept VALUES (200, 'never')")
        expect_state("ZH002", lambda: (conn.execute("DROP TABLE deny_me"), pipeline.sync()))
        second = conn.execute("SELECT 1")
    if second.fetchone()[0] != 1:
        raise Wrong("the pipeline did not go on after its sync")
    del first
    never = conn.execute("SELECT count(*) FROM kept WHERE id = 200").fetchone()[0]
    if never:
        raise Wrong(f"{never} rows of a denied pipeline")
    exists(conn, "deny_me", True)


def approved_in_pipeline(conn):
    conn.execute(TABLES)
    with conn.pipeline():
        conn.execute("INSERT INTO kept VALUES (300, 'pipeline')")
        conn.execute("DROP TABLE approve_me")
        answer = conn.execute("SELECT count(*) FROM kept WHERE id = 300")
    if answer.fetchone()[0] < 1:
        raise Wrong("the row of an approved pipeline is missing")
    exists(conn, "approve_me", False)


def named_cursor(conn):
    """A cursor with a name lives on the server, and is read by itersize."""
    with conn.transaction(), conn.cursor("many") as cursor:
        cursor.itersize = 100
        cursor.execute("SELECT generate_series(1, %s::int)", [1000])
        if [row[0] for row in cursor] != list(range(1, 1001)):
            raise Wrong("not the rows 1 to 1000")
    conn.execute("BEGIN")
    cursor = conn.cursor("some")
    cursor.execute("SELECT generate_series(1, 1000)")
    cursor.fetchmany(100)
    expect_state("ZH002", lambda: conn.execute("DROP TABLE deny_me"))
    expect_state("25P02", lambda: cursor.fetchmany(100))
    conn.execute("ROLLBACK")


def stream(conn):
    """Row by row, in libpq's single-row mode."""
    rows = sum(1 for _ in conn.cursor().stream("SELECT generate_series(1, %s::int)", [1000]))
    if rows != 1000:
        raise Wrong(f"{rows} rows, want 1000")


def cancelled(conn):
    """cancel() is what Ctrl-C does. A hold's notice says that the statement waits;
    that of CREATE TABLE IF NOT EXISTS says that the server has begun."""

    def cancel(_):
        conn.cancel()

    conn.add_notice_handler(cancel)
    try:
        for sql in ["CREATE TABLE IF NOT EXISTS kept (); SELECT pg_sleep(60)", "DROP TABLE withdraw_me"]:
            expect_state("57014", lambda: conn.execute(sql))
    finally:
        conn.remove_notice_handler(cancel)


def copy_both_ways(conn):
    with conn.cursor().copy("COPY kept (id, name) FROM STDIN") as copy:
        for row in [(1, "a"), (2, "b"), (3, None)]:
            copy.write_row(row)
    with conn.cursor().copy("COPY (SELECT generate_series(1, 1000)) TO STDOUT") as copy:
        size = sum(len(block) for block in copy)
    if size != 3893:
        raise Wrong(f"copied {size} bytes out, want 3893")

    def destroy():
        with conn.cursor().copy("COPY (DELETE FROM deny_me RETURNING *) TO STDOUT") as copy:
            for _ in copy:
                pass

    expect_state("ZH002", destroy)


def listen(conn):
    heard = []
    conn.add_notify_handler(heard.append)
    conn.execute("LISTEN news")
    conn.execute("SELECT pg_notify('news', 'hello')")
    conn.execute("SELECT 1")
    if [n.payload for n in heard] != ["hello"]:
        raise Wrong(f"heard {heard}")


STEPS = [
    allowed,
    approved,
    denied,
    denied_parameter,
    denied_prepared,
    denied_in_transaction,
    approved_in_transaction,
    denied_in_pipeline,
    approved_in_pipeline,
    named_cursor,
    stream,
    cancelled,
    copy_both_ways,
    listen,
]


def main(url):
    failed = False
    with psycopg.connect(url, autocommit=True) as conn:
        conn.add_notice_handler(lambda d: print(f"{d.severity}: {d.message_primary}", flush=True))
        for step in STEPS:
            try:
                step(conn)
                expect_status(conn, pq.TransactionStatus.IDLE)
                if conn.execute("SELECT 1").fetchone() != (1,):
                    raise Wrong("the session is not usable")
            except (Wrong, psycopg.Error) as error:
                failed = True
                print(f"FAILED {step.__name__}: {error}", flush=True)
                if conn.closed:
                    break
                conn.rollback()
            else:
                print(f"ok {step.__name__}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: session.py URL")
    sys.exit(main(sys.argv[1]))
