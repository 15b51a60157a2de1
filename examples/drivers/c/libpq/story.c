/* What every driver's session shows: traffic that passes, a DROP that is approved
   and one that is denied, both inside and outside of a transaction. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

static bool insert(PGconn *conn, int id) {
	char text[12];
	snprintf(text, sizeof text, "%d", id);
	const char *values[] = {text, "name"};
	return expect_status(PQexecPrepared(conn, "insert", 2, values, NULL, NULL, 0), PGRES_COMMAND_OK);
}

bool allowed(PGconn *conn) {
	if (!create(conn) ||
	    !expect_status(PQprepare(conn, "insert", "INSERT INTO kept VALUES ($1, $2)", 0, NULL), PGRES_COMMAND_OK))
		return false;
	for (int id = 0; id < 10; id++)
		if (!insert(conn, id))
			return false;
	const char *nine = "9";
	PGresult *deleted = PQexecParams(conn, "DELETE FROM kept WHERE id = $1", 1, NULL, &nine, NULL, NULL, 0);
	if (atoi(PQcmdTuples(deleted)) < 1)
		wrong("deleted no row: %s", PQresultErrorMessage(deleted));
	return expect_status(deleted, PGRES_COMMAND_OK);
}

bool approved(PGconn *conn) {
	PGresult *dropped = PQexec(conn, "DROP TABLE approve_me");
	bool tagged = strcmp(PQcmdStatus(dropped), "DROP TABLE") == 0 || wrong("tag %s", PQcmdStatus(dropped));
	return expect_status(dropped, PGRES_COMMAND_OK) && tagged && exists(conn, "approve_me", false);
}

bool denied(PGconn *conn) {
	return expect_state(PQexec(conn, "DROP TABLE deny_me"), "ZH002") && exists(conn, "deny_me", true);
}

bool denied_parameter(PGconn *conn) {
	const char *seven = "7";
	return expect_state(PQexecParams(conn, "UPDATE deny_me SET id = $1", 1, NULL, &seven, NULL, NULL, 0), "ZH002");
}

bool denied_in_transaction(PGconn *conn) {
	return run(conn, "BEGIN") &&
	       run(conn, "INSERT INTO kept VALUES (100, 'never')") &&
	       expect_state(PQexec(conn, "DROP TABLE deny_me"), "ZH002") &&
	       in_transaction(conn, PQTRANS_INERROR) &&
	       expect_state(PQexec(conn, "SELECT 1"), "25P02") &&
	       run(conn, "ROLLBACK") &&
	       expect_value(PQexec(conn, "SELECT count(*) FROM kept WHERE id = 100"), "0") &&
	       exists(conn, "deny_me", true);
}

bool approved_in_transaction(PGconn *conn) {
	return create(conn) &&
	       run(conn, "BEGIN") &&
	       run(conn, "DROP TABLE approve_me") &&
	       in_transaction(conn, PQTRANS_INTRANS) &&
	       run(conn, "COMMIT") &&
	       exists(conn, "approve_me", false);
}

/* cursor reads 1,000 rows by hundreds, and finds the cursor gone with the
   transaction that a denied statement aborted. */
bool cursor(PGconn *conn) {
	if (!run(conn, "BEGIN") || !run(conn, "DECLARE many CURSOR FOR SELECT generate_series(1, 1000)"))
		return false;
	for (int batch = 0; batch < 10; batch++) {
		PGresult *rows = PQexec(conn, "FETCH 100 FROM many");
		if (PQntuples(rows) != 100)
			wrong("fetched %d rows: %s", PQntuples(rows), PQresultErrorMessage(rows));
		if (PQntuples(rows) != 100 || !expect_status(rows, PGRES_TUPLES_OK))
			return false;
	}
	return expect_state(PQexec(conn, "DROP TABLE deny_me"), "ZH002") &&
	       expect_state(PQexec(conn, "FETCH 100 FROM many"), "25P02") &&
	       run(conn, "ROLLBACK");
}
