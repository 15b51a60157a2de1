package session

import (
	"strconv"
	"strings"
)

// The question is text of ours that runs on the client's connection, under the
// client's search_path and role: every name in it is qualified, down to the
// operators, and it is parsed anew each time, since a prepared one can be replaced
// from SQL. It reads catalogs and nothing else, and takes no lock but theirs.

// qualified writes the operators of a text of ours in full. An operator stands
// between blanks in it, and needs brackets of its own: written in full, all bind
// alike.
func qualified(text string) string {
	for _, operator := range []string{"=", "<>", "<", ">=", "+", "-", "%"} {
		text = strings.ReplaceAll(text, " "+operator+" ", " OPERATOR(pg_catalog."+operator+") ")
	}
	return text
}

// own says that the transaction that is open wrote a row with this xmin, itself or
// in a subtransaction. now.top is its number and now.next one that no finished
// transaction has reached. Numbers of subtransactions are above that of their
// transaction, and of what is that new only our own rows can be seen while their
// transaction is in progress. The first comparison also keeps the numbers of rows that
// were frozen long ago, which may be anything, from being taken for one to come, of
// which pg_xact_status makes an error.
func own(xmin string) string {
	number := "(now.top + ((((" + xmin + "::pg_catalog.text::pg_catalog.int8) - (now.top % 4294967296)) + 4294967296) % 4294967296))"
	return strings.ReplaceAll(`CASE WHEN now.top IS NULL THEN false
	WHEN ($number - now.top) >= 2147483648 THEN false
	WHEN $number < now.next THEN pg_catalog.pg_xact_status($number::pg_catalog.text::pg_catalog.xid8) = 'in progress'
	ELSE $number < (now.next + 4096) END`, "$number", number)
}

// created says that the transaction that is open made relation c. Renaming or
// altering a table writes its row of pg_class anew, and GRANT on a system column a
// row of pg_attribute, but nothing else writes all six rows of the system columns,
// nor the row that ties the relation's row type to it.
var created = `CASE WHEN now.top IS NULL THEN false
	WHEN NOT (` + own("c.xmin") + `) THEN false
	WHEN c.relkind = 'v' THEN ` + typeOwn + `
	WHEN c.relkind = 'S' THEN ` + columnsOwn + ` AND COALESCE((SELECT ` + own("q.xmin") + ` FROM pg_catalog.pg_sequence q WHERE q.seqrelid = c.oid), false)
	ELSE ` + columnsOwn + ` AND ` + typeOwn + ` END`

var columnsOwn = `COALESCE((SELECT (pg_catalog.count(*) = 6) AND pg_catalog.bool_and(` + own("a.xmin") + `)
	FROM pg_catalog.pg_attribute a WHERE (a.attrelid = c.oid) AND (a.attnum < 0)), false)`

var typeOwn = `COALESCE((SELECT pg_catalog.bool_and(` + own("d.xmin") + `) FROM pg_catalog.pg_depend d
	WHERE (d.refclassid = 1259) AND (d.refobjid = c.oid) AND (d.classid = 1247) AND (d.deptype = 'i')), false)`

// home is the relation that an object of a catalog is, or is a part of. It is NULL
// for what is no part of any: a function, a type of its own, a publication.
const home = `CASE
	WHEN d.classid = 1259 THEN (SELECT COALESCE((SELECT i.indrelid FROM pg_catalog.pg_index i WHERE i.indexrelid = c.oid), c.oid) FROM pg_catalog.pg_class c WHERE c.oid = d.objid)
	WHEN d.classid = 1247 THEN (SELECT CASE WHEN y.typrelid <> 0 THEN y.typrelid ELSE (SELECT e.typrelid FROM pg_catalog.pg_type e WHERE (e.oid = y.typelem) AND (e.typarray = y.oid) AND (e.typrelid <> 0)) END FROM pg_catalog.pg_type y WHERE y.oid = d.objid)
	WHEN d.classid = 2604 THEN (SELECT x.adrelid FROM pg_catalog.pg_attrdef x WHERE x.oid = d.objid)
	WHEN d.classid = 2606 THEN (SELECT x.conrelid FROM pg_catalog.pg_constraint x WHERE (x.oid = d.objid) AND (x.conrelid <> 0))
	WHEN d.classid = 2618 THEN (SELECT x.ev_class FROM pg_catalog.pg_rewrite x WHERE x.oid = d.objid)
	WHEN d.classid = 2620 THEN (SELECT COALESCE((SELECT k.conrelid FROM pg_catalog.pg_constraint k WHERE k.oid = x.tgconstraint), x.tgrelid) FROM pg_catalog.pg_trigger x WHERE x.oid = d.objid)
	WHEN d.classid = 3256 THEN (SELECT x.polrelid FROM pg_catalog.pg_policy x WHERE x.oid = d.objid)
	WHEN d.classid = 3381 THEN (SELECT x.stxrelid FROM pg_catalog.pg_statistic_ext x WHERE x.oid = d.objid)
	END`

// inPath says that schema s is the one of name a, or one that a name without a
// schema is looked up in.
const inPath = `CASE WHEN a.schema = '' THEN s.nspname = ANY (pg_catalog.current_schemas(true))
	WHEN a.schema = 'pg_temp' THEN s.oid = pg_catalog.pg_my_temp_schema()
	ELSE s.nspname = a.schema END`

// A question asks what names stand for. $1 are kinds (kinds.go), $2 schemas, empty for
// none, and $3 names. Each row has six columns: the number of the name from 1 on, what
// the row says, and what that needs. An object that is there has a row, "object" for a
// relation with its kind and OID, "other" for anything else. Rows "part" are the
// relations and all that depends on them, and on that, by any way: the relation it
// belongs to, how that stands, and whether code of users runs when rows of it change.
// Only what a question needs is in it: to plan all of it takes the server some
// milliseconds.
var (
	askPath = `/* holdfast */ SELECT ` + settingsRow

	askHead = qualified(`/* holdfast */ WITH RECURSIVE
asked AS MATERIALIZED (SELECT a.kind, a.schema, a.name, a.n
	FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3)) WITH ORDINALITY AS a(kind, schema, name, n))`)

	askRelations = qualified(`,
now AS MATERIALIZED (SELECT
	pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.text::pg_catalog.int8 AS top,
	pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.int8 AS next),
found AS MATERIALIZED (SELECT a.n, c.oid, c.relkind, c.relname, s.nspname
	FROM asked a JOIN pg_catalog.pg_class c ON (c.relname = a.name) JOIN pg_catalog.pg_namespace s ON (s.oid = c.relnamespace)
	WHERE (a.kind = 'r') AND CASE WHEN a.schema = '' THEN pg_catalog.pg_table_is_visible(c.oid)
		WHEN a.schema = 'pg_temp' THEN s.oid = pg_catalog.pg_my_temp_schema()
		ELSE s.nspname = a.schema END),
parts(n, classid, objid, relation) AS (
	SELECT f.n, 1259::pg_catalog.oid, x.objid, h.relation
	FROM found f CROSS JOIN LATERAL (SELECT COALESCE((SELECT i.indrelid FROM pg_catalog.pg_index i WHERE i.indexrelid = f.oid), f.oid) AS relation) h
		CROSS JOIN LATERAL (VALUES (f.oid), (h.relation)) x(objid)
	UNION
	SELECT p.n, x.classid, x.objid, h.relation
	FROM parts p JOIN pg_catalog.pg_depend d ON (d.refclassid = p.classid) AND (d.refobjid = p.objid)
		CROSS JOIN LATERAL (SELECT ` + home + ` AS relation) h
		CROSS JOIN LATERAL (VALUES (d.classid, d.objid), (1259::pg_catalog.oid, h.relation)) x(classid, objid)
	WHERE x.objid IS NOT NULL)`)

	askSettingsRow = `
SELECT ` + settingsRow

	askObjects = qualified(`
UNION ALL SELECT f.n, 'object', f.nspname::pg_catalog.text, f.relname::pg_catalog.text, f.relkind::pg_catalog.text, f.oid::pg_catalog.text FROM found f`)

	askParts = qualified(`
UNION ALL (SELECT p.n, 'part', p.relation::pg_catalog.text,
	CASE WHEN p.relation IS NULL THEN 'none'
		WHEN NOT ((p.classid = 1259) AND (p.objid = p.relation)) THEN 'same'
		ELSE COALESCE((SELECT CASE WHEN c.relkind = 't' THEN 'same'
			WHEN c.relnamespace = pg_catalog.pg_my_temp_schema() THEN 'temporary'
			WHEN $created THEN 'created' ELSE 'permanent' END
			FROM pg_catalog.pg_class c WHERE c.oid = p.relation), 'none') END,
	CASE WHEN p.classid = 2620 THEN (SELECT CASE WHEN x.tgisinternal THEN '' ELSE 'code' END FROM pg_catalog.pg_trigger x WHERE x.oid = p.objid)
		WHEN p.classid = 2618 THEN (SELECT CASE WHEN x.ev_type = '1' THEN '' ELSE 'code' END FROM pg_catalog.pg_rewrite x WHERE x.oid = p.objid)
		ELSE '' END, ''
	FROM parts p CROSS JOIN now LIMIT ` + strconv.Itoa(maxParts+1) + `)`)
	askPartsOutside = strings.ReplaceAll(askParts, "$created", "false")
	askPartsInside  = strings.ReplaceAll(askParts, "$created", qualified(created))

	askOthers = map[byte]string{
		kindSchema: qualified(`
UNION ALL SELECT a.n, 'other', '', s.nspname::pg_catalog.text, '', '' FROM asked a JOIN pg_catalog.pg_namespace s ON (s.nspname = a.name) WHERE a.kind = 'n'`),
		kindType: qualified(`
UNION ALL SELECT a.n, 'other', s.nspname::pg_catalog.text, a.name::pg_catalog.text, '', '' FROM asked a JOIN pg_catalog.pg_type y ON (y.typname = a.name)
	JOIN pg_catalog.pg_namespace s ON (s.oid = y.typnamespace) WHERE (a.kind = 't') AND ` + inPath),
		kindFunction: qualified(`
UNION ALL SELECT a.n, 'other', '', '', '', '' FROM asked a JOIN pg_catalog.pg_proc y ON (y.proname = a.name)
	JOIN pg_catalog.pg_namespace s ON (s.oid = y.pronamespace) WHERE (a.kind = 'f') AND ` + inPath),
		kindExtension:    inCatalog(kindExtension, "pg_extension", "extname"),
		kindRole:         inCatalog(kindRole, "pg_roles", "rolname"),
		kindLanguage:     inCatalog(kindLanguage, "pg_language", "lanname"),
		kindPublication:  inCatalog(kindPublication, "pg_publication", "pubname"),
		kindServer:       inCatalog(kindServer, "pg_foreign_server", "srvname"),
		kindWrapper:      inCatalog(kindWrapper, "pg_foreign_data_wrapper", "fdwname"),
		kindEventTrigger: inCatalog(kindEventTrigger, "pg_event_trigger", "evtname"),
	}
)

const settingsRow = `0::pg_catalog.int8, 'settings', pg_catalog.current_setting('search_path'), pg_catalog.current_setting('transaction_isolation'), '', ''`

// inCatalog asks for names that have no schema.
func inCatalog(kind byte, catalog, column string) string {
	return qualified(`
UNION ALL SELECT a.n, 'other', '', a.name::pg_catalog.text, '', '' FROM asked a JOIN pg_catalog.` + catalog + ` y ON (y.` + column + ` = a.name) WHERE a.kind = '` + string(kind) + `'`)
}

// text is the question in SQL. Without names it asks for the settings alone.
func (q *question) text() string {
	if len(q.names) == 0 {
		return askPath
	}
	asked := make(map[byte]bool)
	var others string
	for _, n := range q.names {
		kind := kinds[n.Object]
		if !asked[kind] {
			others += askOthers[kind]
		}
		asked[kind] = true
	}
	switch {
	case !asked[kindRelation]:
		return askHead + askSettingsRow + others
	case q.inTransaction:
		return askHead + askRelations + askSettingsRow + askObjects + others + askPartsInside
	}
	return askHead + askRelations + askSettingsRow + askObjects + others + askPartsOutside
}
