#!/bin/sh
# Writes functions.txt, keywords.txt and largeobjects.txt from freshly
# initialised servers, one of each supported version (15 to 18):
#
#   sh generate.sh postgres://postgres@127.0.0.1:5415 postgres://... ...
#
# A name is listed if any of the servers knows it. A keyword's class is the one
# that all of them agree on, else "?"; with the class behind it where only some
# of them know the word.
set -eu
cd "$(dirname "$0")"
[ $# -gt 0 ] || { echo "usage: sh generate.sh URL..." >&2; exit 2; }
ask() { # SQL: the rows of all servers, sorted, without duplicates
	sql=$1; shift
	for url; do psql -X -q -A -t -F ' ' -c "$sql" "$url/template1"; done | LC_ALL=C sort -u
}
# Functions, aggregates and window functions of pg_catalog, and the types a
# call may cast to (text(x)); those of information_schema with their schema.
ask "select proname from pg_proc where pronamespace = 'pg_catalog'::regnamespace
	union select typname from pg_type where typnamespace = 'pg_catalog'::regnamespace and typrelid = 0
	union select 'information_schema.' || proname from pg_proc where pronamespace = 'information_schema'::regnamespace" "$@" > functions.txt
ask "select word, catcode from pg_get_keywords()" "$@" |
	awk '{ n[$1]++; c[$1] = $2; seen[$1, $2]++ }
	     END { for (w in n) print w, (n[w] == 1 ? c[w] : "?") }' | LC_ALL=C sort > keywords.tmp
# A keyword that only some servers have may be a name on the others.
for url; do psql -X -q -A -t -c "select word from pg_get_keywords()" "$url/template1"; done |
	LC_ALL=C sort | uniq -c | awk -v all=$# '$1 == all { print $2 }' > common.tmp
awk 'NR == FNR { common[$1]; next } { print $1, ($1 in common) || $2 == "?" ? $2 : "?" $2 }' common.tmp keywords.tmp > keywords.txt
rm -f keywords.tmp common.tmp
ask "select oid, proname from pg_proc where pronamespace = 'pg_catalog'::regnamespace and (proname like 'lo\_%' or proname in ('loread', 'lowrite'))" "$@" |
	sort -n > largeobjects.txt
wc -l functions.txt keywords.txt largeobjects.txt
