-- A session with psql through holdfast; examples/drivers/README.md says how to
-- run it. Tables are called by what a reviewer should answer. An error ends
-- nothing here: a denied statement leaves the session as it was.
\set ON_ERROR_STOP off
\set VERBOSITY verbose

\echo == allowed traffic
CREATE TABLE IF NOT EXISTS kept (id int, name text);
CREATE TABLE IF NOT EXISTS approve_me (id int);
CREATE TABLE IF NOT EXISTS deny_me (id int);
CREATE TABLE IF NOT EXISTS withdraw_me (id int);
INSERT INTO kept VALUES (1, 'one'), (2, 'two');
DELETE FROM kept WHERE id = 2;

\echo == approved
DROP TABLE approve_me;

\echo == denied
DROP TABLE deny_me;
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) FROM deny_me;

\echo == denied in a transaction
BEGIN;
INSERT INTO kept VALUES (100, 'never');
DROP TABLE deny_me;
\echo :LAST_ERROR_SQLSTATE
SELECT 1;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
SELECT count(*) FROM kept WHERE id = 100;

\echo == COPY and large objects
\copy kept FROM PROGRAM 'printf "3\tthree\n"'
\copy (SELECT id FROM kept ORDER BY id) TO STDOUT
\lo_import /etc/hostname
SELECT count(*) > 0 FROM pg_largeobject_metadata;

\echo == prepared
PREPARE purge AS DELETE FROM deny_me;
EXECUTE purge;
\echo :LAST_ERROR_SQLSTATE
