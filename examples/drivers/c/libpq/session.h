/* What the files of this program share: how a step says that something is wrong,
   and the steps themselves. A step returns false after it has said why. */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <libpq-fe.h>

/* Where to connect to. */
extern const char *url;

/* wrong remembers why a step failed and returns false. */
bool wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Each of these clears the result it is given. */
bool expect_status(PGresult *result, ExecStatusType wanted);
bool expect_state(PGresult *result, const char *sqlstate);
bool expect_value(PGresult *result, const char *value);

bool run(PGconn *conn, const char *sql);
bool exists(PGconn *conn, const char *table, bool wanted);
bool in_transaction(PGconn *conn, PGTransactionStatusType wanted);

/* create makes the tables that are missing. */
bool create(PGconn *conn);

/* story.c */
bool allowed(PGconn *conn);
bool approved(PGconn *conn);
bool denied(PGconn *conn);
bool denied_parameter(PGconn *conn);
bool denied_in_transaction(PGconn *conn);
bool approved_in_transaction(PGconn *conn);
bool cursor(PGconn *conn);

/* pipeline.c */
bool denied_in_pipeline(PGconn *conn);
bool approved_in_pipeline(PGconn *conn);
bool pipeline_without_sync(PGconn *conn);
bool row_by_row_in_pipeline(PGconn *conn);

/* bulk.c */
bool copy_in(PGconn *conn);
bool copy_out(PGconn *conn);
bool large_objects(PGconn *conn);

/* talk.c */
void print_notice(void *unused, const PGresult *notice);
bool notifications(PGconn *conn);
bool cancelled(PGconn *conn);

#endif
