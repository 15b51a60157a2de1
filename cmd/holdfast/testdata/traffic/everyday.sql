-- What applications, migrations and people send every day: none of it takes anything away.

CREATE TABLE IF NOT EXISTS jobs (id bigserial PRIMARY KEY, state text NOT NULL DEFAULT 'new', body jsonb, at timestamptz DEFAULT now(), UNIQUE (state, id));

ALTER TABLE jobs ADD COLUMN tries int DEFAULT 1 NOT NULL, ADD COLUMN note text COLLATE "C";

ALTER TABLE jobs ALTER COLUMN tries DROP NOT NULL, ALTER COLUMN tries SET STATISTICS 100, ALTER COLUMN note SET STORAGE external;

ALTER TABLE jobs ADD CONSTRAINT fk FOREIGN KEY (tries) REFERENCES events (id) ON DELETE CASCADE NOT VALID;

ALTER TABLE jobs VALIDATE CONSTRAINT fk;

ALTER TABLE jobs RENAME COLUMN note TO remark;

ALTER TABLE jobs DISABLE TRIGGER ALL;

ALTER TABLE jobs ENABLE TRIGGER ALL;

ALTER TABLE jobs SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01);

ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;

CREATE POLICY everything ON jobs FOR DELETE USING (true);

CREATE INDEX CONCURRENTLY by_state ON jobs (lower(state)) INCLUDE (at) WHERE state <> 'deleted';

CREATE TYPE mood AS ENUM ('delete', 'drop');

ALTER TYPE mood ADD VALUE IF NOT EXISTS 'truncate' BEFORE 'drop';

CREATE DOMAIN email AS text CHECK (value LIKE '%@%');

CREATE SEQUENCE tickets INCREMENT 10 OWNED BY jobs.id;

SELECT setval('tickets', 100, true), nextval('tickets'), currval('tickets'), lastval();

SELECT setval(pg_get_serial_sequence('"jobs"', 'id'), coalesce(max("id"), 1), max("id") IS NOT NULL) FROM "jobs";

CREATE OR REPLACE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at = now(); RETURN NEW; END $$;

CREATE TRIGGER stamp BEFORE UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION stamp();

CREATE OR REPLACE VIEW waiting AS SELECT * FROM jobs WHERE state = 'new' WITH LOCAL CHECK OPTION;

CREATE MATERIALIZED VIEW totals AS SELECT state, count(*) FROM jobs GROUP BY state;

REFRESH MATERIALIZED VIEW totals;

CREATE TABLE days (day date NOT NULL, n int) PARTITION BY RANGE (day);

CREATE TABLE day1 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2026-01-02');

CREATE TABLE day2 (LIKE days INCLUDING ALL);

ALTER TABLE days ATTACH PARTITION day2 FOR VALUES FROM ('2026-01-02') TO ('2026-01-03');

CREATE TEMP TABLE mine (id int) ON COMMIT PRESERVE ROWS;

CREATE EXTENSION IF NOT EXISTS plpgsql;

COMMENT ON TABLE jobs IS 'drop table jobs; -- never';

GRANT SELECT, DELETE, TRUNCATE ON jobs TO public;

REVOKE DELETE, TRUNCATE ON jobs FROM public;

ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO public;

INSERT INTO jobs (body) SELECT jsonb_build_object('sql', 'DELETE FROM jobs') FROM generate_series(1, 20);

INSERT INTO jobs (id, body) VALUES (1, '{}') ON CONFLICT (id) DO NOTHING RETURNING id;

SELECT id, body ->> 'sql', body #> '{a,b}', body @> '{"a": 1}', state ~ '^drop', state ILIKE '%delete%' FROM jobs ORDER BY at DESC NULLS LAST, id OFFSET 2 ROWS FETCH FIRST 5 ROWS WITH TIES;

SELECT * FROM jobs WHERE state = 'new' ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1;

SELECT count(*) FILTER (WHERE tries > 1), rank() OVER w, percentile_cont(0.5) WITHIN GROUP (ORDER BY id) FROM jobs GROUP BY id WINDOW w AS (ORDER BY id);

WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 5) SEARCH DEPTH FIRST BY n SET o SELECT * FROM up;

SELECT j.id, l.n FROM jobs j CROSS JOIN LATERAL (SELECT count(*) AS n FROM events e WHERE e.id < j.id) l WHERE EXISTS (SELECT 1) AND j.id IN (VALUES (1), (2));

SELECT coalesce(note, 'truncate'), nullif(id, 1), greatest(1, 2), CAST('1' AS int), extract(epoch FROM now()), overlay('a' PLACING 'b' FROM 1), position('a' IN 'b'), trim(BOTH ' ' FROM note), now() AT TIME ZONE 'UTC' FROM events;

SELECT to_tsvector('english', 'drop') @@ plainto_tsquery('delete'), ts_rank(to_tsvector('a'), to_tsquery('a')), md5('x'), encode(sha256('x'), 'hex'), gen_random_uuid(), format('DROP TABLE %I', 'x');

SELECT pg_advisory_xact_lock(1), pg_try_advisory_lock(2, 3), pg_advisory_unlock_all(), pg_notify('jobs', 'delete'), pg_sleep(0), txid_current(), pg_current_xact_id(), pg_backend_pid();

SELECT pg_size_pretty(pg_total_relation_size('jobs')), pg_relation_filepath('jobs'), to_regclass('nothing'), inet_server_port(), pg_postmaster_start_time(), current_setting('work_mem', true);

SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction' AND now() - state_change > interval '1 day' AND datname = current_database();

EXPLAIN (VERBOSE, COSTS off) DELETE FROM jobs;

EXPLAIN ANALYZE SELECT * FROM jobs;

LISTEN jobs;

UNLISTEN *;

BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE;

DECLARE c SCROLL CURSOR FOR SELECT * FROM jobs;

FETCH 10 FROM c;

MOVE BACKWARD ALL IN c;

CLOSE c;

SAVEPOINT a;

ROLLBACK TO SAVEPOINT a;

RELEASE SAVEPOINT a;

COMMIT AND CHAIN;

ROLLBACK;

BEGIN; LOCK TABLE jobs IN SHARE ROW EXCLUSIVE MODE; SET LOCAL lock_timeout = '5s'; SET CONSTRAINTS ALL DEFERRED; COMMIT;

PREPARE by_id (bigint) AS SELECT * FROM jobs WHERE id = $1;

EXECUTE by_id(1);

DEALLOCATE by_id;

COPY jobs TO STDOUT WITH (FORMAT csv, HEADER, FORCE_QUOTE *);

COPY (SELECT 'drop' FROM jobs) TO STDOUT;

SET search_path TO public, pg_temp; SET statement_timeout TO 0; SET TIME ZONE 'UTC'; SET row_security = on; SET default_transaction_read_only = off; RESET ALL;

SHOW ALL;

VACUUM (ANALYZE, PARALLEL 0) jobs;

REINDEX TABLE CONCURRENTLY jobs;

CLUSTER jobs USING jobs_pkey;

ANALYZE jobs (id, state);

CHECKPOINT;

DISCARD PLANS;

DISCARD ALL;
