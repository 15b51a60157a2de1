-- What Prisma asks when it connects, migrates and introspects.

SELECT EXISTS(SELECT 1 FROM pg_namespace WHERE nspname = 'public'), version(), current_setting('server_version_num')::integer as numeric_version;

SET search_path = "public";

SELECT pg_advisory_lock(72707369);

SELECT table_name FROM information_schema.tables WHERE table_schema = ANY ('{public}') AND table_type = 'BASE TABLE' ORDER BY table_name;

CREATE TABLE _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
);

SELECT "id", "checksum", "finished_at", "migration_name", "logs", "rolled_back_at", "started_at", "applied_steps_count" FROM "_prisma_migrations" ORDER BY "started_at" ASC;

INSERT INTO "_prisma_migrations" ("id", "checksum", "started_at", "migration_name") VALUES ('6f1c', 'e3b0', now(), '20240601_init');

-- CreateTable
CREATE TABLE "Post" ("id" SERIAL NOT NULL, "title" TEXT NOT NULL, "authorId" INTEGER, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));

-- CreateIndex
CREATE UNIQUE INDEX "Post_title_key" ON "Post"("title");

-- AddForeignKey
ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "events"("id") ON DELETE SET NULL ON UPDATE CASCADE;

SELECT namespace.nspname as schema_name, tbl.relname as table_name, tbl.relrowsecurity as has_row_level_security, tbl.relhasrules as has_rules, obj_description(tbl.oid, 'pg_class') as description,
  CASE WHEN length(array_to_string(tbl.reloptions, ',')) > 0 THEN true ELSE false END as reloptions
FROM pg_class AS tbl INNER JOIN pg_namespace AS namespace ON namespace.oid = tbl.relnamespace
WHERE tbl.relkind IN ('r', 'p') AND namespace.nspname = ANY ('{public}') ORDER BY schema_name, table_name;

SELECT oid.namespace, info.table_name, info.column_name, format_type(att.atttypid, att.atttypmod) as formatted_type, info.numeric_precision, info.udt_name as full_data_type, pg_get_expr(attdef.adbin, attdef.adrelid) AS column_default,
  info.is_nullable, info.is_identity, info.character_maximum_length, col_description(att.attrelid, ordinal_position) AS description
FROM information_schema.columns info
JOIN pg_attribute att ON att.attname = info.column_name
JOIN (SELECT pg_class.oid, relname, pg_namespace.nspname as namespace FROM pg_class JOIN pg_namespace on pg_namespace.oid = pg_class.relnamespace AND pg_namespace.nspname = ANY ('{public}') WHERE relkind IN ('r', 'v', 'm', 'p')) as oid
  on oid.oid = att.attrelid AND relname = info.table_name AND namespace = info.table_schema
LEFT OUTER JOIN pg_attrdef attdef ON attdef.adrelid = att.attrelid AND attdef.adnum = att.attnum AND table_schema = namespace ORDER BY namespace, table_name, ordinal_position;

SELECT n.nspname as schema, t.typname as name, e.enumlabel as value FROM pg_type t JOIN pg_enum e ON t.oid = e.enumtypid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = ANY ('{public}') ORDER BY e.enumsortorder;

SELECT ext.extname AS extension_name, ext.extversion AS extension_version, ext.extrelocatable AS extension_relocatable, pn.nspname AS extension_schema FROM pg_extension ext INNER JOIN pg_namespace pn ON ext.extnamespace = pn.oid ORDER BY ext.extname ASC;

SELECT "public"."Post"."id", "public"."Post"."title", "public"."Post"."authorId" FROM "public"."Post" WHERE 1=1 OFFSET 0;

SELECT COUNT(*) FROM (SELECT "public"."Post"."id" FROM "public"."Post" WHERE 1=1 OFFSET 0) AS "sub";

INSERT INTO "public"."Post" ("title", "authorId") VALUES ('where 1=1', 1) RETURNING "public"."Post"."id";

SELECT pg_advisory_unlock(72707369);
