-- What Hibernate and pgjdbc ask when they connect, update a schema and work.

SET extra_float_digits = 3;

SET application_name = 'PostgreSQL JDBC Driver';

SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED;

SHOW TRANSACTION ISOLATION LEVEL;

select version();

SELECT e.typdelim FROM pg_catalog.pg_type t, pg_catalog.pg_type e WHERE t.oid = 1007 and t.typelem = e.oid;

SELECT typinput='pg_catalog.array_in'::regproc as is_array, typtype, typname, pg_type.oid FROM pg_catalog.pg_type
LEFT JOIN (select ns.oid as nspoid, ns.nspname, r.r from pg_namespace as ns join (select s.r, (current_schemas(false))[s.r] as nspname from generate_series(1, array_upper(current_schemas(false), 1)) as s(r)) as r using (nspname)) as sp
ON sp.nspoid = typnamespace WHERE typname = 'int8' ORDER BY sp.r, pg_type.oid DESC;

SELECT string_agg(word, ',') from pg_catalog.pg_get_keywords() where word <> ALL ('{a,abs,absolute,action,drop,delete,truncate}'::text[]);

SELECT result.TABLE_CAT, result.COLUMN_NAME, result.PK_NAME, result.KEY_SEQ FROM (
  SELECT NULL AS TABLE_CAT, a.attname AS COLUMN_NAME, (information_schema._pg_expandarray(i.indkey)).n AS KEY_SEQ, ci.relname AS PK_NAME, information_schema._pg_expandarray(i.indkey) AS KEYS, a.attnum AS A_ATTNUM
  FROM pg_catalog.pg_class ct JOIN pg_catalog.pg_attribute a ON (ct.oid = a.attrelid) JOIN pg_catalog.pg_namespace n ON (ct.relnamespace = n.oid) JOIN pg_catalog.pg_index i ON (a.attrelid = i.indrelid)
  JOIN pg_catalog.pg_class ci ON (ci.oid = i.indexrelid) WHERE true AND ct.relname = 'events' AND i.indisprimary) result
where result.A_ATTNUM = (result.KEYS).x ORDER BY result.pk_name, result.key_seq;

SELECT * FROM (SELECT n.nspname, c.relname, a.attname, a.atttypid, a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) AS attnotnull, a.atttypmod, a.attlen, t.typtypmod,
  row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS attnum, nullif(a.attidentity, '') as attidentity, nullif(a.attgenerated, '') as attgenerated, pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS adsrc, dsc.description, t.typbasetype, t.typtype
  FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON (c.relnamespace = n.oid) JOIN pg_catalog.pg_attribute a ON (a.attrelid = c.oid) JOIN pg_catalog.pg_type t ON (a.atttypid = t.oid)
  LEFT JOIN pg_catalog.pg_attrdef def ON (a.attrelid = def.adrelid AND a.attnum = def.adnum) LEFT JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid)
  LEFT JOIN pg_catalog.pg_class dc ON (dc.oid = dsc.classoid AND dc.relname = 'pg_class') LEFT JOIN pg_catalog.pg_namespace dn ON (dc.relnamespace = dn.oid AND dn.nspname = 'pg_catalog')
  WHERE c.relkind in ('r', 'p', 'v', 'f', 'm') and a.attnum > 0 AND NOT a.attisdropped AND c.relname LIKE 'events') c WHERE true ORDER BY nspname, c.relname, attnum;

select * from information_schema.sequences;

create sequence orders_seq start with 1 increment by 50;

create table if not exists orders (version integer not null, id bigint not null, placed timestamp(6), status varchar(255) check (status in ('OPEN','DELETED','DROPPED')), primary key (id));

alter table if exists orders add column note varchar(255);

alter table if exists orders add constraint FKevents foreign key (version) references events;

create index IDX_status on orders (status);

comment on column orders.status is 'never truncate';

select nextval('orders_seq');

insert into orders (version,note,placed,status,id) values (1,NULL,now(),'OPEN',1);

select o1_0.id,o1_0.note,o1_0.status from orders o1_0 where o1_0.status='DELETED' fetch first 10 rows only;

select o1_0.id from orders o1_0 where o1_0.id=1 for no key update skip locked;

select 1;
