package rules

// destroyer is a function that is known to destroy.
type destroyer struct {
	why string // what it does, for people

	// outside is true where it writes files of the server, or acts on other servers or
	// on replication: nothing of that is in the database.
	outside bool
}

// outside makes the table below say which ones.
const outside = true

// destroyers are the functions known to destroy data, or to overwrite files, in
// a way that counting rows before the commit does not see or cannot undo. The
// first five are built in; the others come with extensions and are known by
// name in any schema.
//
// What was thought of and is not here, with the reason:
//
//   - pg_terminate_backend, pg_cancel_backend, pg_reload_conf, pg_rotate_logfile,
//     pg_switch_wal, pg_promote: administrators use them all day, and no committed
//     data goes.
//   - setval: restores of pg_dump call it for every sequence. It changes which numbers
//     come next, and no row.
//   - lo_put, lowrite, lo_truncate: how large objects are written, by drivers too.
//   - pg_logical_slot_get_changes: what it takes from the slot goes to who asked.
//   - pg_stat_reset and the like, pg_clear_relation_stats: statistics, made anew.
//   - pg_import_system_collations, lo_import, lo_create: they only add.
//   - crosstab, connectby, xpath_table, cron.schedule and whatever else runs SQL
//     given as text, but for those of remoteText: unknown functions, and counted.
var destroyers = map[string]destroyer{
	"lo_unlink":                   {"deletes a large object", false},
	"lo_export":                   {"writes a file on the server", outside},
	"pg_drop_replication_slot":    {"drops a replication slot and the position its reader had", outside},
	"pg_replication_origin_drop":  {"drops the position of a replication origin", outside},
	"pg_replication_slot_advance": {"moves a replication slot past what its reader has not had", outside},

	"dblink_exec":            {"runs a command on another server", outside},
	"pg_file_write":          {"writes a file on the server", outside},
	"pg_file_rename":         {"renames a file on the server", outside},
	"pg_file_unlink":         {"deletes a file on the server", outside},
	"heap_force_kill":        {"kills rows below MVCC", false},
	"heap_force_freeze":      {"changes rows below MVCC", false},
	"drop_chunks":            {"drops chunks of a hypertable", false},
	"add_retention_policy":   {"drops chunks of a hypertable from now on", false},
	"drop_partition_time":    {"drops partitions", false},
	"drop_partition_id":      {"drops partitions", false},
	"dropgeometrytable":      {"drops a table", false},
	"dropgeometrycolumn":     {"drops a column", false},
	"droprastertable":        {"drops a table", false},
	"droptopology":           {"drops a schema", false},
	"droptopogeometrycolumn": {"drops a column", false},
	"citus_drop_all_shards":  {"drops the shards of a table", false},
	"truncate_local_data_after_distributing_table": {"truncates a table", false},
	"run_command_on_coordinator":                   {"runs a command on another server", outside},
	"master_modify_multiple_shards":                {"runs a command on all shards", outside},
	"run_command_on_workers":                       {"runs a command on other servers", outside},
	"run_command_on_all_nodes":                     {"runs a command on other servers", outside},
	"run_command_on_shards":                        {"runs a command on other servers", outside},
	"run_command_on_placements":                    {"runs a command on other servers", outside},
	"run_command_on_colocated_placements":          {"runs a command on other servers", outside},
}
