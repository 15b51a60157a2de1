/* A session with libpq through holdfast: statements, transactions and pipelines,
   with one that a reviewer approves and one that is denied; COPY, large objects,
   notifications and cancelling.

     cc -I"$(pg_config --includedir)" -o session examples/drivers/c/libpq/[a-z]*.c -lpq
     ./session postgres://you@127.0.0.1:6432/scratch

   Answer the holds from another terminal: approve those on approve_me, deny those
   on deny_me and the FunctionCall. It creates and drops tables: use a database you
   can spare. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "session.h"

static const struct {
	const char *name;
	bool (*run)(PGconn *conn);
} steps[] = {
	{"allowed traffic", allowed},
	{"approved", approved},
	{"denied", denied},
	{"denied with a parameter", denied_parameter},
	{"denied in a transaction", denied_in_transaction},
	{"approved in a transaction", approved_in_transaction},
	{"cursor", cursor},
	{"denied in a pipeline", denied_in_pipeline},
	{"approved in a pipeline", approved_in_pipeline},
	{"pipeline without a sync", pipeline_without_sync},
	{"pipeline, row by row", row_by_row_in_pipeline},
	{"COPY in", copy_in},
	{"COPY out", copy_out},
	{"large objects", large_objects},
	{"notifications", notifications},
	{"cancelled", cancelled},
};

const char *url;

static char reason[2000];

bool wrong(const char *format, ...) {
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	return false;
}

bool expect_status(PGresult *result, ExecStatusType wanted) {
	ExecStatusType got = PQresultStatus(result);
	bool good = got == wanted;
	if (!good)
		wrong("got %s (%s), want %s", PQresStatus(got), PQresultErrorMessage(result), PQresStatus(wanted));
	PQclear(result);
	return good;
}

bool expect_state(PGresult *result, const char *sqlstate) {
	const char *got = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	bool good = got != NULL && strcmp(got, sqlstate) == 0;
	if (!good)
		wrong("got SQLSTATE %s (%s), want %s", got ? got : "none", PQresultErrorMessage(result), sqlstate);
	else if (strcmp(sqlstate, "ZH002") == 0 &&
		 (!PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL) || !PQresultErrorField(result, PG_DIAG_MESSAGE_HINT)))
		good = wrong("the denial has no detail or no hint");
	PQclear(result);
	return good;
}

bool expect_value(PGresult *result, const char *value) {
	bool good = PQntuples(result) == 1 && strcmp(PQgetvalue(result, 0, 0), value) == 0;
	if (!good)
		wrong("got %s (%s), want the value %s", PQntuples(result) ? PQgetvalue(result, 0, 0) : "no row", PQresultErrorMessage(result), value);
	PQclear(result);
	return good;
}

bool run(PGconn *conn, const char *sql) {
	return expect_status(PQexec(conn, sql), PGRES_COMMAND_OK);
}

bool exists(PGconn *conn, const char *table, bool wanted) {
	const char *sql = "SELECT to_regclass($1) IS NOT NULL";
	return expect_value(PQexecParams(conn, sql, 1, NULL, &table, NULL, NULL, 0), wanted ? "t" : "f");
}

bool in_transaction(PGconn *conn, PGTransactionStatusType wanted) {
	PGTransactionStatusType got = PQtransactionStatus(conn);
	return got == wanted || wrong("transaction status %d, want %d", got, wanted);
}

bool create(PGconn *conn) {
	return run(conn, "CREATE TABLE IF NOT EXISTS kept (id int, name text);"
			 "CREATE TABLE IF NOT EXISTS approve_me (id int);"
			 "CREATE TABLE IF NOT EXISTS deny_me (id int); CREATE TABLE IF NOT EXISTS withdraw_me (id int)");
}

static bool usable(PGconn *conn) {
	return in_transaction(conn, PQTRANS_IDLE) && expect_value(PQexec(conn, "SELECT 41 + 1"), "42");
}

/* play runs all steps and returns how many failed. */
static int play(PGconn *conn) {
	int failed = 0;
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		if (steps[i].run(conn) && usable(conn)) {
			printf("ok %s\n", steps[i].name);
		} else {
			printf("FAILED %s: %s\n", steps[i].name, reason);
			failed++;
			PQreset(conn); /* it may have left a transaction or a pipeline open */
		}
		fflush(stdout);
	}
	return failed;
}

int main(int argc, char **argv) {
	if (argc != 2) {
		fprintf(stderr, "usage: session URL\n");
		return 2;
	}
	url = argv[1];
	PGconn *conn = PQconnectdb(url);
	if (PQstatus(conn) != CONNECTION_OK) {
		fprintf(stderr, "connecting: %s", PQerrorMessage(conn));
		return 1;
	}
	PQsetNoticeReceiver(conn, print_notice, NULL);
	int failed = play(conn);
	PQfinish(conn);
	return failed ? 1 : 0;
}
