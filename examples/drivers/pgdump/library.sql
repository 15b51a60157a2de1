-- A database with what makes dumps hard: large objects, partitions, odd names,
-- bodies and rows that look like destructive statements. For an empty database.
CREATE SCHEMA "Odd ""Schema"" ü";
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'drop table');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE SEQUENCE tickets START 7 INCREMENT 3;
SELECT nextval('tickets'), nextval('tickets');

CREATE TABLE "DROP TABLE books; --" (
  "id of ""it""" int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "new
line" text DEFAULT E'a\\b''c' NOT NULL,
  twice text GENERATED ALWAYS AS (upper("new
line")) STORED,
  feels mood DEFAULT 'sad', many positive, raw bytea, tags text[], at timestamptz, doc jsonb
);
INSERT INTO "DROP TABLE books; --" ("new
line", feels, many, raw, tags, at, doc)
SELECT E'\\.\n;\nDROP TABLE x;\t' || g || repeat('ü', g % 50), 'drop table', g,
  decode(lpad(to_hex(g), 8, '0') || '00ff0a', 'hex'), ARRAY['a,b', NULL, '"' || g], '2026-01-01'::timestamptz + g * interval '1 hour',
  jsonb_build_object('truncate', g)
FROM generate_series(1, 2000) AS g;

CREATE TABLE events (id bigint, day date NOT NULL, note text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE events_old PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE events_new PARTITION OF events FOR VALUES FROM ('2026-01-01') TO (MAXVALUE) PARTITION BY LIST (id);
CREATE TABLE events_one PARTITION OF events_new FOR VALUES IN (1);
CREATE TABLE events_rest PARTITION OF events_new DEFAULT;
INSERT INTO events SELECT g, '2025-12-01'::date + g, 'note ' || g FROM generate_series(1, 500) AS g;
CREATE INDEX ON events (note);

CREATE TABLE "Odd ""Schema"" ü".parent (id int PRIMARY KEY, name varchar(20) COLLATE "C" UNIQUE);
CREATE TABLE "Odd ""Schema"" ü".child (parent int REFERENCES "Odd ""Schema"" ü".parent ON DELETE CASCADE, v int) INHERITS ("Odd ""Schema"" ü".parent);
INSERT INTO "Odd ""Schema"" ü".parent VALUES (1, 'one'), (2, NULL);
INSERT INTO "Odd ""Schema"" ü".child VALUES (3, 'three', 1, 33);

CREATE FUNCTION purge(days int) RETURNS int LANGUAGE plpgsql AS $_$
BEGIN
  DELETE FROM events; TRUNCATE events; EXECUTE 'DROP TABLE events';
  RETURN $1;
END $_$;
CREATE FUNCTION noticed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE PROCEDURE sweep() LANGUAGE sql AS 'DELETE FROM events';
CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE TRIGGER watch BEFORE INSERT ON "Odd ""Schema"" ü".parent FOR EACH ROW EXECUTE FUNCTION noticed();
CREATE VIEW recent AS SELECT id, note FROM events WHERE day > '2026-01-01';
CREATE RULE no_delete AS ON DELETE TO "DROP TABLE books; --" DO INSTEAD NOTHING;
CREATE MATERIALIZED VIEW counted AS SELECT day, count(*) AS events FROM events GROUP BY day;
CREATE UNIQUE INDEX ON counted (day);
ALTER TABLE "Odd ""Schema"" ü".parent ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON "Odd ""Schema"" ü".parent FOR DELETE USING (name = current_user);
ALTER TABLE "Odd ""Schema"" ü".child REPLICA IDENTITY FULL;
CREATE STATISTICS both_of (dependencies) ON id, day FROM events;
GRANT SELECT ON events TO PUBLIC;
COMMENT ON TABLE events IS E'drop table; \\ it''s\n-- a comment';

-- Large objects: many pages, an empty one, one with a comment and a grant.
SELECT lo_from_bytea(910001, decode(repeat('00ff0d0a5c27', 20000), 'hex'));
SELECT lo_create(910002);
SELECT lo_from_bytea(910003, 'DROP TABLE events;');
COMMENT ON LARGE OBJECT 910003 IS 'it''s a note';
GRANT SELECT ON LARGE OBJECT 910003 TO PUBLIC;
