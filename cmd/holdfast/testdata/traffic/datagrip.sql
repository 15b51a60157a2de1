-- What DataGrip and the other IDEs of its kind ask when they connect and introspect.

set application_name = 'DataGrip 2024.2';

select version();

select current_database() as a, current_schemas(false) as b;

show datestyle;

set statement_timeout = '60s';

select round(extract(epoch from pg_postmaster_start_time() at time zone 'UTC')) as startup_time;

select N.oid::bigint as id, datname as name, D.description, datistemplate as is_template, datallowconn as allow_connections, pg_catalog.pg_get_userbyid(N.datdba) as "owner"
from pg_catalog.pg_database N left join pg_catalog.pg_shdescription D on N.oid = D.objoid
order by case when datname = pg_catalog.current_database() then -1::bigint else N.oid::bigint end;

select T.oid::bigint as id, T.spcname as name, T.xmin as state_number, pg_catalog.pg_get_userbyid(T.spcowner) as owner, pg_catalog.pg_tablespace_location(T.oid) as location, T.spcoptions as options
from pg_catalog.pg_tablespace T;

with transactions as (select case when pg_catalog.txid_current() > 0 then 1 else 0 end as one)
select (extract(epoch from now()))::bigint as time, L.transactionid::varchar::bigint as transaction_id from pg_catalog.pg_locks L, transactions
where L.transactionid is not null order by pg_catalog.age(L.transactionid) desc limit 1;

select member id, roleid role_id, admin_option from pg_catalog.pg_auth_members order by id, roleid::text;

with languages as (select oid as lang_oid, lanname as lang from pg_catalog.pg_language),
routines as (select proname as r_name, prolang as lang_oid, oid as r_id, xmin as r_state_number, proargnames as arg_names, proargmodes as arg_modes, proargtypes::int[] as in_arg_types, proallargtypes::int[] as all_arg_types,
  pg_catalog.pg_get_expr(proargdefaults, 0) as arg_defaults, provariadic as arg_variadic_id, prorettype as ret_type_id, proretset as ret_set, prokind as kind, provolatile as volatile_kind, proisstrict as is_strict, prosecdef as is_security_definer
  from pg_catalog.pg_proc where pronamespace = 'public'::regnamespace and not (prokind = 'a') and pg_catalog.age(xmin) >= 0)
select * from routines natural join languages;

select T.relkind as table_kind, T.relname as table_name, T.oid as table_id, T.xmin as table_state_number, false as table_with_oids, T.reltablespace as tablespace_id, T.reloptions as options, T.relpersistence as persistence,
  (select pg_catalog.array_agg(inhparent::bigint order by inhseqno)::varchar from pg_catalog.pg_inherits where T.oid = inhrelid) as ancestors,
  T.relispartition as is_partition, pg_catalog.pg_get_partkeydef(T.oid) as partition_key, pg_catalog.pg_get_expr(T.relpartbound, T.oid) as partition_expression, T.relam as am_id, pg_catalog.pg_get_userbyid(T.relowner) as "owner"
from pg_catalog.pg_class T where relnamespace = 'public'::regnamespace and relkind in ('r', 'm', 'v', 'f', 'p') order by table_kind, table_id;

with schema_procs as (select prorettype, proargtypes, proallargtypes from pg_catalog.pg_proc where pronamespace = 'public'::regnamespace),
schema_opers as (select oprleft, oprright, oprresult from pg_catalog.pg_operator where oprnamespace = 'public'::regnamespace),
type_oids as (select atttypid as type_id from pg_catalog.pg_attribute where attrelid = 'events'::regclass union select prorettype from schema_procs union select oprleft from schema_opers)
select distinct T.oid, T.typname, T.typtype, T.typcategory, pg_catalog.format_type(T.oid, null) from pg_catalog.pg_type T join type_oids on T.oid = type_id where not T.typarray = 0;

select C.attrelid as table_id, C.attnum as column_position, C.attname as column_name, C.xmin as column_state_number, C.atttypmod as type_mod, C.attndims as dimensions_number, pg_catalog.format_type(C.atttypid, C.atttypmod) as type_spec,
  C.atttypid as type_id, C.attnotnull as mandatory, pg_catalog.pg_get_expr(D.adbin, T.oid) as column_default_expression, not C.attislocal as column_is_inherited, C.attfdwoptions as options, C.attisdropped as column_is_dropped, C.attidentity as identity_kind, C.attgenerated as generated
from pg_catalog.pg_attribute C join pg_catalog.pg_class T on C.attrelid = T.oid left join pg_catalog.pg_attrdef D on (C.attrelid, C.attnum) = (D.adrelid, D.adnum)
where T.relkind in ('r', 'm', 'v', 'f', 'p') and T.relnamespace = 'public'::regnamespace order by table_id, attnum;

select R.ev_class as table_id, R.oid as rule_id, R.xmin as rule_state_number, R.rulename as rule_name, pg_catalog.translate(ev_type, '1234', 'SUID') as rule_event_code, R.ev_enabled as rule_fire_mode, R.is_instead as rule_is_instead, pg_catalog.pg_get_ruledef(R.oid, true)
from pg_catalog.pg_rewrite R where R.ev_class in (select oid from pg_catalog.pg_class where relnamespace = 'public'::regnamespace) and R.rulename <> '_RETURN';

select T.oid as object_id, pg_catalog.array_to_string(T.relacl, ',') as acl from pg_catalog.pg_class T where relnamespace = 'public'::regnamespace union all
select T.oid, pg_catalog.array_to_string(T.proacl, ',') from pg_catalog.pg_proc T where pronamespace = 'public'::regnamespace order by object_id;

select tgrelid::bigint as table_id, oid::bigint as trigger_id, xmin as trigger_state_number, tgname as trigger_name, tgfoid::bigint as function_id, pg_catalog.encode(tgargs, 'escape') as function_args, tgtype as bits, tgdeferrable as is_deferrable, tgenabled as trigger_fire_mode, pg_catalog.pg_get_triggerdef(oid, true)
from pg_catalog.pg_trigger where tgrelid = 'events'::regclass and not tgisinternal;

select D.objoid id, case when 'pg_catalog.pg_class'::pg_catalog.regclass = classoid then pg_catalog.chr(65) else '' end as kind, D.objsubid sub_id, D.description from pg_catalog.pg_description D
where classoid in ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_namespace'::pg_catalog.regclass) limit 10;

select t.* from public.events t limit 501;

select pg_catalog.pg_backend_pid();
