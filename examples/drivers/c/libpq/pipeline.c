/* libpq's pipeline mode: statements are sent without waiting for answers; after
   one that failed, or was denied, the rest is aborted up to the next sync. */
#include <stddef.h>
#include <string.h>

#include "session.h"

static bool send(PGconn *conn, const char *sql) {
	return PQsendQueryParams(conn, sql, 0, NULL, NULL, NULL, NULL, 0) || wrong("sending: %s", PQerrorMessage(conn));
}

static bool synchronize(PGconn *conn) {
	return PQpipelineSync(conn) || wrong("synchronizing: %s", PQerrorMessage(conn));
}

/* expect_end takes the NULL that follows the result of each statement. */
static bool expect_end(PGconn *conn) {
	PGresult *result = PQgetResult(conn);
	if (result == NULL)
		return true;
	wrong("one result too many: %s", PQresStatus(PQresultStatus(result)));
	PQclear(result);
	return false;
}

static bool expect(PGconn *conn, ExecStatusType status) {
	return expect_status(PQgetResult(conn), status) && expect_end(conn);
}

/* No NULL follows the result of a sync. */
static bool expect_sync(PGconn *conn) {
	return expect_status(PQgetResult(conn), PGRES_PIPELINE_SYNC);
}

static bool expect_denial(PGconn *conn) {
	return expect_state(PQgetResult(conn), "ZH002") && expect_end(conn);
}

static bool expect_pipeline(PGconn *conn, PGpipelineStatus wanted) {
	PGpipelineStatus got = PQpipelineStatus(conn);
	return got == wanted || wrong("pipeline status %d, want %d", got, wanted);
}

/* piped runs a step in pipeline mode, which it leaves again. */
static bool piped(PGconn *conn, bool (*step)(PGconn *conn)) {
	if (!PQenterPipelineMode(conn))
		return wrong("entering pipeline mode: %s", PQerrorMessage(conn));
	return step(conn) && (PQexitPipelineMode(conn) || wrong("leaving pipeline mode: %s", PQerrorMessage(conn)));
}

static bool deny(PGconn *conn) {
	return send(conn, "INSERT INTO kept VALUES (200, 'never')") &&
	       send(conn, "DROP TABLE deny_me") &&
	       send(conn, "SELECT 1") &&
	       synchronize(conn) &&
	       send(conn, "SELECT 2") &&
	       synchronize(conn) &&
	       expect(conn, PGRES_COMMAND_OK) &&
	       expect_denial(conn) &&
	       expect_pipeline(conn, PQ_PIPELINE_ABORTED) &&
	       expect(conn, PGRES_PIPELINE_ABORTED) &&
	       expect_sync(conn) &&
	       expect_pipeline(conn, PQ_PIPELINE_ON) &&
	       expect(conn, PGRES_TUPLES_OK) &&
	       expect_sync(conn);
}

bool denied_in_pipeline(PGconn *conn) {
	return piped(conn, deny) &&
	       expect_value(PQexec(conn, "SELECT count(*) FROM kept WHERE id = 200"), "0") &&
	       exists(conn, "deny_me", true);
}

static bool approve(PGconn *conn) {
	return send(conn, "INSERT INTO kept VALUES (300, 'pipeline')") &&
	       send(conn, "DROP TABLE approve_me") &&
	       send(conn, "SELECT 1") &&
	       synchronize(conn) &&
	       expect(conn, PGRES_COMMAND_OK) &&
	       expect(conn, PGRES_COMMAND_OK) &&
	       expect(conn, PGRES_TUPLES_OK) &&
	       expect_sync(conn);
}

bool approved_in_pipeline(PGconn *conn) {
	return create(conn) && piped(conn, approve) && exists(conn, "approve_me", false);
}

static bool ask(PGconn *conn) {
	return (PQsendFlushRequest(conn) && PQflush(conn) == 0) || wrong("asking for answers: %s", PQerrorMessage(conn));
}

/* Answers come for a flush request as for a sync, a denial among them; only the
   sync ends the implicit transaction, which the denial has aborted. */
static bool ask_without_sync(PGconn *conn) {
	return send(conn, "INSERT INTO kept VALUES (400, 'never')") &&
	       ask(conn) &&
	       expect(conn, PGRES_COMMAND_OK) &&
	       send(conn, "DROP TABLE deny_me") &&
	       ask(conn) &&
	       expect_denial(conn) &&
	       send(conn, "SELECT 1") &&
	       expect(conn, PGRES_PIPELINE_ABORTED) &&
	       synchronize(conn) &&
	       expect_sync(conn);
}

bool pipeline_without_sync(PGconn *conn) {
	return piped(conn, ask_without_sync) &&
	       expect_value(PQexec(conn, "SELECT count(*) FROM kept WHERE id = 400"), "0");
}

static bool expect_single_rows(PGconn *conn, int wanted) {
	if (!PQsetSingleRowMode(conn))
		return wrong("no single-row mode");
	for (int row = 0; row < wanted; row++)
		if (!expect_status(PQgetResult(conn), PGRES_SINGLE_TUPLE))
			return false;
	return expect(conn, PGRES_TUPLES_OK);
}

static bool row_by_row(PGconn *conn) {
	return send(conn, "SELECT generate_series(1, 1000)") &&
	       synchronize(conn) &&
	       expect_single_rows(conn, 1000) &&
	       expect_sync(conn);
}

bool row_by_row_in_pipeline(PGconn *conn) {
	return piped(conn, row_by_row);
}
