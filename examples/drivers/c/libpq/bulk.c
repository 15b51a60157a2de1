/* COPY in both directions, and large objects, whose calls travel as FunctionCall
   messages outside of any statement. */
#include <stdio.h>
#include <string.h>
#include <libpq/libpq-fs.h>

#include "session.h"

static bool put(PGconn *conn, const char *rows) {
	return PQputCopyData(conn, rows, strlen(rows)) == 1 || wrong("putting rows: %s", PQerrorMessage(conn));
}

/* last takes the result of a COPY, and the NULL that follows it. */
static PGresult *last(PGconn *conn) {
	PGresult *result = PQgetResult(conn);
	PQclear(PQgetResult(conn));
	return result;
}

bool copy_in(PGconn *conn) {
	if (!expect_status(PQexec(conn, "COPY kept (id, name) FROM STDIN"), PGRES_COPY_IN) ||
	    !put(conn, "1\ta\n2\tb\n") ||
	    !put(conn, "3\t\\N\n") ||
	    PQputCopyEnd(conn, NULL) != 1 ||
	    !expect_status(last(conn), PGRES_COMMAND_OK))
		return false;
	/* The client itself gives up. */
	return expect_status(PQexec(conn, "COPY kept (id, name) FROM STDIN"), PGRES_COPY_IN) &&
	       put(conn, "500\tnever\n") &&
	       PQputCopyEnd(conn, "thought better of it") == 1 &&
	       expect_state(last(conn), "57014") &&
	       expect_value(PQexec(conn, "SELECT count(*) FROM kept WHERE id = 500"), "0");
}

bool copy_out(PGconn *conn) {
	if (!expect_status(PQexec(conn, "COPY (SELECT generate_series(1, 1000)) TO STDOUT"), PGRES_COPY_OUT))
		return false;
	char *row;
	int size, total = 0;
	while ((size = PQgetCopyData(conn, &row, 0)) > 0) {
		total += size;
		PQfreemem(row);
	}
	if (total != 3893)
		wrong("copied %d bytes out, want 3893", total);
	return expect_status(last(conn), PGRES_COMMAND_OK) && total == 3893 &&
	       expect_state(PQexec(conn, "COPY (DELETE FROM deny_me RETURNING *) TO STDOUT"), "ZH002");
}

static bool write_object(PGconn *conn, Oid object) {
	int file = lo_open(conn, object, INV_READ | INV_WRITE);
	char text[16] = "";
	if (file < 0 || lo_write(conn, file, "hold fast", 9) != 9 || lo_lseek64(conn, file, 5, SEEK_SET) != 5 ||
	    lo_read(conn, file, text, sizeof text) != 4 || strcmp(text, "fast") != 0 || lo_close(conn, file) != 0)
		return wrong("writing and reading a large object, read %s: %s", text, PQerrorMessage(conn));
	return true;
}

/* lo_unlink gives no PGresult to look at, so its message is asked to hold no more
   than the SQLSTATE. */
static bool keep_object(PGconn *conn, Oid object) {
	PGVerbosity before = PQsetErrorVerbosity(conn, PQERRORS_SQLSTATE);
	int unlinked = lo_unlink(conn, object);
	PQsetErrorVerbosity(conn, before);
	if (unlinked >= 0 || strcmp(PQerrorMessage(conn), "ERROR:  ZH002\n") != 0)
		return wrong("lo_unlink gave %d: %s", unlinked, PQerrorMessage(conn));
	return true;
}

bool large_objects(PGconn *conn) {
	if (!run(conn, "BEGIN"))
		return false;
	Oid object = lo_creat(conn, INV_READ | INV_WRITE);
	if (object == InvalidOid)
		return wrong("lo_creat: %s", PQerrorMessage(conn));
	char count[80];
	snprintf(count, sizeof count, "SELECT count(*) FROM pg_largeobject_metadata WHERE oid = %u", object);
	return write_object(conn, object) &&
	       run(conn, "COMMIT") &&
	       keep_object(conn, object) &&
	       expect_value(PQexec(conn, count), "1");
}
