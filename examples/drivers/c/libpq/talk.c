/* What the server says unasked, notices and notifications, and what is said to it
   beside the conversation: a cancel request. */
#include <stdio.h>
#include <string.h>
#include <sys/select.h>

#include "session.h"

/* What the next notice cancels, if anything. */
static PGcancel *cancel_at_notice;

/* print_notice prints notices as they come, so that a hold is seen at once. */
void print_notice(void *unused, const PGresult *notice) {
	(void)unused;
	printf("%s: %s\n", PQresultErrorField(notice, PG_DIAG_SEVERITY), PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY));
	fflush(stdout);
	char problem[256];
	if (cancel_at_notice != NULL && !PQcancel(cancel_at_notice, problem, sizeof problem))
		printf("cancelling: %s\n", problem);
}

/* A hold's notice says that the statement waits; that of CREATE TABLE IF NOT
   EXISTS says that the server has begun. */
static bool cancel(PGconn *conn, const char *sql) {
	cancel_at_notice = PQgetCancel(conn);
	PGresult *result = PQexec(conn, sql);
	PQfreeCancel(cancel_at_notice);
	cancel_at_notice = NULL;
	return expect_state(result, "57014");
}

bool cancelled(PGconn *conn) {
	return cancel(conn, "CREATE TABLE IF NOT EXISTS kept (); SELECT pg_sleep(60)") &&
	       cancel(conn, "DROP TABLE withdraw_me");
}

/* await waits until the server has sent something. */
static bool await(PGconn *conn) {
	struct timeval limit = {.tv_sec = 20};
	fd_set sockets;
	FD_ZERO(&sockets);
	FD_SET(PQsocket(conn), &sockets);
	if (select(PQsocket(conn) + 1, &sockets, NULL, NULL, &limit) != 1)
		return wrong("heard nothing for 20 s");
	return PQconsumeInput(conn) || wrong("listening: %s", PQerrorMessage(conn));
}

static bool notify(void) {
	PGconn *other = PQconnectdb(url);
	bool good = expect_value(PQexec(other, "SELECT pg_notify('news', 'hello')"), "");
	PQfinish(other);
	return good;
}

/* Notifications come while the session is idle, from somebody else's. */
bool notifications(PGconn *conn) {
	if (!run(conn, "LISTEN news") || !notify())
		return false;
	PGnotify *heard;
	while ((heard = PQnotifies(conn)) == NULL)
		if (!await(conn))
			return false;
	bool good = strcmp(heard->extra, "hello") == 0 || wrong("heard %s", heard->extra);
	PQfreemem(heard);
	return good && run(conn, "UNLISTEN news");
}
