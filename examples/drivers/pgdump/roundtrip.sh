#!/bin/sh
# Dumps the database SOURCE and restores it into TARGET, an empty one, both by
# URL, then compares dumps of the two. examples/drivers/README.md says how to run
# it. FORMAT is plain, custom or directory, which is dumped by two connections.
set -eu
if [ $# != 3 ]; then
  echo "usage: roundtrip.sh plain|custom|directory SOURCE TARGET" >&2
  exit 2
fi
format=$1 source=$2 target=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
dump=$folder/dump

case $format in
plain)
  pg_dump --format=plain --file="$dump" "$source"
  # Without the notice of where the session is, which is for people.
  PGOPTIONS='-c client_min_messages=warning' psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --output="$folder/results" --dbname="$target" --file="$dump"
  ;;
custom)
  pg_dump --format=custom --file="$dump" "$source"
  pg_restore --exit-on-error --dbname="$target" "$dump"
  ;;
directory)
  pg_dump --format=directory --jobs=2 --file="$dump" "$source"
  pg_restore --exit-on-error --dbname="$target" "$dump"
  ;;
*)
  echo "roundtrip.sh: unknown format $format" >&2
  exit 2
  ;;
esac

pg_dump --file="$folder/before" "$source"
pg_dump --file="$folder/after" "$target"
# psql's guard against planted dumps is another word in each dump.
grep -Ev '^\\(un)?restrict ' "$folder/before" >"$folder/a"
grep -Ev '^\\(un)?restrict ' "$folder/after" >"$folder/b"
if cmp -s "$folder/a" "$folder/b"; then
  echo "ok $format"
else
  echo "FAILED $format: the dumps differ" >&2
  diff "$folder/a" "$folder/b" | head -n 40 >&2
  exit 1
fi
