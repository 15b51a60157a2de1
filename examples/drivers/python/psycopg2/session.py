#!/usr/bin/env python3
"""A session with psycopg2 through holdfast: statements, transactions, server-side
cursors and COPY, with one that a reviewer approves and one that is denied.

    python3 examples/drivers/python/psycopg2/session.py postgres://you@127.0.0.1:6432/scratch

Answer the holds from another terminal: approve those on approve_me, deny those
on deny_me and the FunctionCall. It creates and drops tables: use a database you
can spare.
"""

import io
import select
import sys

import psycopg2
import psycopg2.extras
from psycopg2 import extensions

TABLES = """
    CREATE TABLE IF NOT EXISTS kept (id int, name text);
    CREATE TABLE IF NOT EXISTS approve_me (id int);
    CREATE TABLE IF NOT EXISTS deny_me (id int); CREATE TABLE IF NOT EXISTS withdraw_me (id int)
"""

LIMIT = 20  # seconds, for what is waited for


class Wrong(Exception):
    """Something did not go as this session should."""


def expect_state(state, attempt):
    """Runs attempt and wants it to fail with the SQLSTATE."""
    try:
        attempt()
    except psycopg2.Error as error:
        if error.pgcode != state:
            raise Wrong(f"got SQLSTATE {error.pgcode} ({error}), want {state}")
        if state == "ZH002" and error.diag.sqlstate and not (error.diag.message_detail and error.diag.message_hint):
            raise Wrong("the denial has no detail or no hint")
    else:
        raise Wrong(f"nothing failed, want SQLSTATE {state}")


def execute(conn, sql, values=None):
    with conn.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else cursor.statusmessage


def exists(conn, table, wanted):
    there = execute(conn, "SELECT to_regclass(%s) IS NOT NULL", [table])[0][0]
    if there != wanted:
        raise Wrong(f"table {table} exists: {there}")


def count(conn, id):
    return execute(conn, "SELECT count(*) FROM kept WHERE id = %s", [id])[0][0]


def allowed(conn):
    execute(conn, TABLES)
    for i in range(10):
        execute(conn, "INSERT INTO kept VALUES (%s, %s)", [i, "name"])
    with conn.cursor() as cursor:
        psycopg2.extras.execute_values(cursor, "INSERT INTO kept VALUES %s", [(i, "many") for i in range(100)])
    if execute(conn, "DELETE FROM kept WHERE id = %s", [9]) == "DELETE 0":
        raise Wrong("deleted no row")


def approved(conn):
    tag = execute(conn, "DROP TABLE approve_me")
    if tag != "DROP TABLE":
        raise Wrong(f"tag {tag!r}")
    exists(conn, "approve_me", False)


def denied(conn):
    expect_state("ZH002", lambda: execute(conn, "DROP TABLE deny_me"))
    expect_state("ZH002", lambda: execute(conn, "UPDATE deny_me SET id = %s", [7]))
    exists(conn, "deny_me", True)


def denied_in_transaction(conn):
    conn.autocommit = False
    execute(conn, "INSERT INTO kept VALUES (100, 'never')")
    expect_state("ZH002", lambda: execute(conn, "DROP TABLE deny_me"))
    if conn.info.transaction_status != extensions.TRANSACTION_STATUS_INERROR:
        raise Wrong(f"transaction status {conn.info.transaction_status}")
    expect_state("25P02", lambda: execute(conn, "SELECT 1"))
    conn.rollback()
    conn.autocommit = True
    if never := count(conn, 100):
        raise Wrong(f"{never} rows of a denied transaction")
    exists(conn, "deny_me", True)


def approved_in_transaction(conn):
    execute(conn, TABLES)
    conn.autocommit = False
    with conn:
        execute(conn, "DROP TABLE approve_me")
    conn.autocommit = True
    exists(conn, "approve_me", False)


def named_cursor(conn):
    """A cursor with a name lives on the server, and is read by itersize."""
    conn.autocommit = False
    with conn, conn.cursor("many") as cursor:
        cursor.itersize = 100
        cursor.execute("SELECT generate_series(1, %s)", [1000])
        if [row[0] for row in cursor] != list(range(1, 1001)):
            raise Wrong("not the rows 1 to 1000")
    cursor = conn.cursor("some")
    cursor.execute("SELECT generate_series(1, 1000)")
    cursor.fetchmany(100)
    expect_state("ZH002", lambda: execute(conn, "DROP TABLE deny_me"))
    expect_state("25P02", lambda: cursor.fetchmany(100))
    conn.rollback()
    conn.autocommit = True


def cursor_with_hold(conn):
    """WITH HOLD outlives its transaction; closing it is no destruction."""
    cursor = conn.cursor("kept", withhold=True)
    cursor.execute("SELECT generate_series(1, 1000)")
    rows = cursor.fetchmany(10)
    expect_state("ZH002", lambda: execute(conn, "DROP TABLE deny_me"))
    rows += cursor.fetchmany(10)
    cursor.close()
    if len(rows) != 20:
        raise Wrong(f"{len(rows)} rows, want 20")


def cancelled(conn):
    """psycopg2 hands out notices when a statement ends, and earlier only while its
    wait callback is in use. A hold's notice says that the statement waits; that of
    CREATE TABLE IF NOT EXISTS says that the server has begun."""

    def cancel_at_notice(waiting):
        sent = False
        while (state := waiting.poll()) != extensions.POLL_OK:
            if waiting.notices and not sent:
                waiting.cancel()
                sent = True
            write = [waiting] if state == extensions.POLL_WRITE else []
            if select.select([waiting], write, [], LIMIT) == ([], [], []):
                raise Wrong(f"nothing came for {LIMIT} s")

    extensions.set_wait_callback(cancel_at_notice)
    try:
        for sql in ["CREATE TABLE IF NOT EXISTS kept (); SELECT pg_sleep(60)", "DROP TABLE withdraw_me"]:
            conn.notices.clear()
            expect_state("57014", lambda: execute(conn, sql))
    finally:
        extensions.set_wait_callback(None)


def copy_both_ways(conn):
    out = io.StringIO()
    with conn.cursor() as cursor:
        cursor.copy_expert("COPY kept (id, name) FROM STDIN", io.StringIO("1\ta\n2\tb\n3\t\\N\n"))
        cursor.copy_expert("COPY (SELECT generate_series(1, 1000)) TO STDOUT", out)
        if len(out.getvalue()) != 3893:
            raise Wrong(f"copied {len(out.getvalue())} bytes out, want 3893")
        destroy = "COPY (DELETE FROM deny_me RETURNING *) TO STDOUT"
        expect_state("ZH002", lambda: cursor.copy_expert(destroy, out))


def large_objects(conn):
    """lobject calls functions by FunctionCall, outside of any statement. What it
    raises carries the text of the denial and no SQLSTATE."""
    conn.autocommit = False
    written = conn.lobject(0, "w")
    written.write("hold fast")
    written.close()
    conn.commit()
    if (text := conn.lobject(written.oid, "r").read()) != "hold fast":
        raise Wrong(f"read {text!r}")
    try:
        conn.lobject(written.oid).unlink()
        raise Wrong("a denied unlink succeeded")
    except psycopg2.Error as error:
        if "holdfast: " not in str(error):
            raise Wrong(f"the denial says {error}")
    conn.rollback()
    conn.lobject(written.oid, "r").close()
    conn.commit()
    conn.autocommit = True


def listen(conn):
    execute(conn, "LISTEN news")
    execute(conn, "SELECT pg_notify('news', 'hello')")
    while not conn.notifies:
        if select.select([conn], [], [], LIMIT) == ([], [], []):
            raise Wrong("heard nothing")
        conn.poll()
    if (heard := conn.notifies.pop().payload) != "hello":
        raise Wrong(f"heard {heard}")


STEPS = [
    allowed,
    approved,
    denied,
    denied_in_transaction,
    approved_in_transaction,
    named_cursor,
    cursor_with_hold,
    cancelled,
    copy_both_ways,
    large_objects,
    listen,
]


def main(url):
    conn = psycopg2.connect(url)
    conn.autocommit = True
    failed = False
    for step in STEPS:
        try:
            step(conn)
            if conn.status != extensions.STATUS_READY or execute(conn, "SELECT 1") != [(1,)]:
                raise Wrong("the session is not usable")
        except (Wrong, psycopg2.Error) as error:
            failed = True
            print(f"FAILED {step.__name__}: {error}", flush=True)
            if conn.closed:
                break
            conn.rollback()
            conn.autocommit = True
        else:
            print(f"ok {step.__name__}", flush=True)
    conn.close()
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: session.py URL")
    sys.exit(main(sys.argv[1]))
