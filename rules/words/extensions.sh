#!/bin/sh
# Writes extensions.txt, the functions of the extensions below, from servers that
# have the contrib modules of PostgreSQL, one of each supported version (15 to 18):
#
#   sh extensions.sh postgres://postgres@127.0.0.1:5415 postgres://... ...
#
# It makes a database of its own on each and drops it. A function is listed with
# its extension if any of the servers has it, unless it is one of the names below
# that people are likely to give to functions of their own, or a built-in function has
# the name: in another schema than pg_catalog that is likely one that hides it.
#
# Harmless are extensions whose functions compute, or read: they neither run SQL
# given as text nor call what users define, and change no data. So these are not
# here: dblink, adminpack, file_fdw and pg_surgery act on other servers, files and
# below MVCC; lo and refint have triggers that delete; xml2 (xpath_table) and most of
# tablefunc (crosstab, connectby) run a text; amcheck runs the functions of indexes.
# pg_stat_statements_reset is here: statistics are no data.
set -eu
cd "$(dirname "$0")"
[ $# -gt 0 ] || { echo "usage: sh extensions.sh URL..." >&2; exit 2; }
harmless="autoinc btree_gin btree_gist citext cube dict_int dict_xsyn earthdistance fuzzystrmatch hstore
	insert_username intarray isn ltree moddatetime pageinspect pg_buffercache pg_freespacemap pg_prewarm
	pg_stat_statements pg_trgm pg_walinspect pgcrypto pgrowlocks pgstattuple seg sslinfo tcn
	tsm_system_rows tsm_system_time unaccent uuid-ossp"
names="'accept', 'defined', 'delete', 'each', 'exist', 'fetchval', 'index', 'is_valid', 'make_valid', 'slice', 'weak'"
for url; do
	psql -X -q -c "create database holdfast_words" "$url/template1"
	for e in $harmless; do
		psql -X -q -v ON_ERROR_STOP=0 -c "create extension \"$e\" cascade" "$url/holdfast_words" >&2 || :
	done
	psql -X -q -A -t -F ' ' -c "
		select distinct p.proname, e.extname from pg_proc p
		join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
		join pg_extension e on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid
		where e.extname <> 'plpgsql' and p.proname not in ($names)
		and not ('internal'::regtype = any (p.proargtypes) or 'cstring'::regtype = any (p.proargtypes))
		and p.prorettype not in ('internal'::regtype, 'cstring'::regtype)" "$url/holdfast_words"
	psql -X -q -c "drop database holdfast_words" "$url/template1"
done | LC_ALL=C sort -u > extensions.tmp
awk 'NR == FNR { builtin[$1]; next } !($1 in builtin) || $1 == "gen_random_uuid"' functions.txt extensions.tmp > extensions.txt
rm extensions.tmp
wc -l extensions.txt
