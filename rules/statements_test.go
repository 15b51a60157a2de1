package rules

import (
	"strings"
	"testing"

	pgquery "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// decisions has every statement of PostgreSQL 16's grammar with an example or more,
// and what the default policy says of it. A node without one is not decided.
var decisions = []struct{ node, sql, verdict string }{
	// Rows.
	{"InsertStmt", "insert into t values (1)", "allow"},
	{"InsertStmt", "insert into t values (1) on conflict (a) do update set b = 2", "measure"},
	{"DeleteStmt", "delete from t", "hold"},
	{"DeleteStmt", "delete from t where a = 1", "measure"},
	{"UpdateStmt", "update t set a = 1", "hold"},
	{"UpdateStmt", "update t set a = 1 where b = 2", "measure"},
	{"MergeStmt", "merge into t using s on s.id = t.id when matched then delete", "hold"},
	{"MergeStmt", "merge into t using s on s.id = t.id when not matched then insert values (1)", "allow"},
	{"SelectStmt", "select a from t", "allow"},
	{"SelectStmt", "select f(a) from t", "measure"},
	{"CopyStmt", "copy t from stdin", "allow"},
	{"CopyStmt", "copy t to program 'cat'", "hold"},
	{"TruncateStmt", "truncate t", "hold"},

	// What removes objects.
	{"DropStmt", "drop table t", "hold"},
	{"DropStmt", "drop function f", "hold"},
	{"DropdbStmt", "drop database d", "hold"},
	{"DropTableSpaceStmt", "drop tablespace s", "hold"},
	{"DropRoleStmt", "drop role r", "hold"},
	{"DropOwnedStmt", "drop owned by r", "hold"},
	{"DropUserMappingStmt", "drop user mapping for r server s", "hold"},
	{"DropSubscriptionStmt", "drop subscription s", "hold"},
	{"ReassignOwnedStmt", "reassign owned by a to b", "allow"},

	// What alters them. No rows and no definitions go with those that are allowed.
	{"AlterTableStmt", "alter table t add column a int", "allow"},
	{"AlterTableStmt", "alter table t drop column a", "hold"},
	{"AlterTableStmt", "alter table t detach partition p", "hold"},
	{"AlterTableStmt", "alter table t alter a type int using b", "hold"},
	{"AlterTableStmt", "alter table t alter a type text", "warn"},
	{"AlterTableStmt", "alter table t alter a type date", "measure"},
	{"AlterTableStmt", "alter table t alter a drop default", "measure"},
	{"AlterTableStmt", "alter table t attach partition p default", "measure"},
	{"AlterTableStmt", "alter table t add foreign key (a) references u", "measure"},
	{"AlterTableStmt", "alter table t no inherit u", "measure"},
	{"AlterTableStmt", "alter table t alter a drop not null", "measure"},
	{"AlterTableStmt", "alter table t not of", "measure"},
	{"AlterTableStmt", "alter table t disable trigger x", "allow"},
	{"AlterTableStmt", "alter table t reset (fillfactor)", "allow"},
	{"AlterTableStmt", "alter table t set unlogged", "allow"},
	{"AlterTableStmt", "alter index i attach partition j", "measure"},
	{"AlterTableStmt", "alter type c drop attribute a", "hold"},
	{"AlterDomainStmt", "alter domain d drop constraint c", "measure"},
	{"AlterDomainStmt", "alter domain d drop default", "measure"},
	{"AlterDomainStmt", "alter domain d drop not null", "measure"},
	{"AlterDomainStmt", "alter domain d set default 1", "allow"},
	{"AlterDefaultPrivilegesStmt", "alter default privileges grant select on tables to r", "measure"},
	{"AlterExtensionStmt", "alter extension e update", "measure"},
	{"AlterExtensionContentsStmt", "alter extension e drop table t", "measure"},
	{"AlterExtensionContentsStmt", "alter extension e add table t", "allow"},
	{"AlterOpFamilyStmt", "alter operator family f using btree drop operator 1 (int4, int4)", "measure"},
	{"AlterOpFamilyStmt", "alter operator family f using btree add operator 1 < (int4, int4)", "allow"},
	{"AlterTSConfigurationStmt", "alter text search configuration c drop mapping for word", "measure"},
	{"AlterTSConfigurationStmt", "alter text search configuration c alter mapping for word with simple", "measure"},
	{"AlterTSConfigurationStmt", "alter text search configuration c add mapping for word with simple", "allow"},
	{"AlterPublicationStmt", "alter publication p drop table t", "measure"},
	{"AlterPublicationStmt", "alter publication p set tables in schema s", "measure"},
	{"AlterPublicationStmt", "alter publication p add table t", "allow"},
	{"AlterSubscriptionStmt", "alter subscription s set publication p", "measure"},
	{"AlterSubscriptionStmt", "alter subscription s refresh publication", "measure"},
	{"AlterSubscriptionStmt", "alter subscription s skip (lsn = '0/1')", "measure"},
	{"AlterSubscriptionStmt", "alter subscription s disable", "allow"},
	{"AlterCollationStmt", "alter collation c refresh version", "allow"},
	{"AlterTableSpaceOptionsStmt", "alter tablespace s set (random_page_cost = 1)", "allow"},
	{"AlterTableMoveAllStmt", "alter table all in tablespace a set tablespace b", "allow"},
	{"AlterFdwStmt", "alter foreign data wrapper w options (drop a)", "allow"},
	{"AlterForeignServerStmt", "alter server s options (drop a)", "allow"},
	{"AlterUserMappingStmt", "alter user mapping for r server s options (drop a)", "allow"},
	{"AlterPolicyStmt", "alter policy p on t using (true)", "allow"},
	{"AlterEventTrigStmt", "alter event trigger e disable", "allow"},
	{"AlterRoleStmt", "alter role r nologin", "allow"},
	{"AlterRoleSetStmt", "alter role r set work_mem = '1MB'", "allow"},
	{"AlterRoleSetStmt", "alter role r set client_encoding = 'SJIS'", "refuse"},
	{"AlterSeqStmt", "alter sequence s restart", "allow"},
	{"AlterSeqStmt", "alter sequence s owned by none", "allow"},
	{"AlterStatsStmt", "alter statistics s set statistics 10", "allow"},
	{"AlterFunctionStmt", "alter function f() strict", "allow"},
	{"AlterObjectDependsStmt", "alter function f() depends on extension e", "allow"},
	{"AlterObjectSchemaStmt", "alter table t set schema s", "allow"},
	{"AlterOwnerStmt", "alter schema s owner to r", "allow"},
	{"AlterOperatorStmt", "alter operator + (int4, int4) set (restrict = none)", "allow"},
	{"AlterTypeStmt", "alter type t set (storage = plain)", "allow"},
	{"AlterEnumStmt", "alter type e rename value 'a' to 'b'", "allow"},
	{"AlterDatabaseStmt", "alter database d connection limit 1", "allow"},
	{"AlterDatabaseRefreshCollStmt", "alter database d refresh collation version", "allow"},
	{"AlterDatabaseSetStmt", "alter database d set work_mem = '1MB'", "allow"},
	{"AlterDatabaseSetStmt", "alter database d set standard_conforming_strings = off", "refuse"},
	{"AlterSystemStmt", "alter system set work_mem = '1MB'", "allow"},
	{"AlterSystemStmt", "alter system set track_counts = off", "hold"},
	{"AlterTSDictionaryStmt", "alter text search dictionary d (stopwords = a)", "allow"},
	{"RenameStmt", "alter table t rename to u", "allow"},
	{"CommentStmt", "comment on table t is null", "allow"},
	{"SecLabelStmt", "security label on table t is null", "allow"},
	{"GrantStmt", "revoke all on t from r", "allow"},
	{"GrantRoleStmt", "revoke a from b", "allow"},

	// What makes them.
	{"CreateSchemaStmt", "create schema s create table t (a int)", "allow"},
	{"CreateStmt", "create table t (a int default f())", "allow"},
	{"CreateTableAsStmt", "create table t as select 1", "allow"},
	{"CreateTableAsStmt", "create table t as execute p", "hold"},
	{"CreateForeignTableStmt", "create foreign table t (a int) server s", "allow"},
	{"ImportForeignSchemaStmt", "import foreign schema a from server s into b", "allow"},
	{"CreateTableSpaceStmt", "create tablespace s location '/x'", "allow"},
	{"CreateExtensionStmt", "create extension e", "allow"},
	{"CreateFdwStmt", "create foreign data wrapper w", "allow"},
	{"CreateForeignServerStmt", "create server s foreign data wrapper w", "allow"},
	{"CreateUserMappingStmt", "create user mapping for r server s", "allow"},
	{"CreatePolicyStmt", "create policy p on t", "allow"},
	{"CreateAmStmt", "create access method a type table handler h", "allow"},
	{"CreateTrigStmt", "create trigger x after insert on t execute function f()", "allow"},
	{"CreateEventTrigStmt", "create event trigger e on sql_drop execute function f()", "allow"},
	{"CreatePLangStmt", "create language plperl handler h", "allow"},
	{"CreateRoleStmt", "create role r", "allow"},
	{"CreateSeqStmt", "create sequence s", "allow"},
	{"DefineStmt", "create aggregate a (int) (sfunc = f, stype = int)", "allow"},
	{"DefineStmt", "create type t", "allow"},
	{"CreateDomainStmt", "create domain d as int check (f(value))", "allow"},
	{"CreateOpClassStmt", "create operator class c for type int4 using btree as operator 1 <", "allow"},
	{"CreateOpFamilyStmt", "create operator family f using btree", "allow"},
	{"IndexStmt", "create index on t (a)", "allow"},
	{"IndexStmt", "create index on t (f(a))", "measure"},
	{"CreateStatsStmt", "create statistics s on a, b from t", "allow"},
	{"CreateFunctionStmt", "create or replace function f() returns int language sql as 'select 1'", "allow"},
	{"CreateFunctionStmt", "create function f() returns void language sql as 'delete from t'", "warn"},
	{"RuleStmt", "create rule r as on insert to t do nothing", "allow"},
	{"RuleStmt", "create rule r as on insert to t do also delete from u", "warn"},
	{"ViewStmt", "create or replace view v as select 1", "allow"},
	{"CompositeTypeStmt", "create type t as (a int)", "allow"},
	{"CreateEnumStmt", "create type t as enum ('a')", "allow"},
	{"CreateRangeStmt", "create type t as range (subtype = int4)", "allow"},
	{"CreatedbStmt", "create database d", "allow"},
	{"CreateConversionStmt", "create conversion c for 'LATIN1' to 'UTF8' from f", "allow"},
	{"CreateCastStmt", "create cast (a as b) without function", "allow"},
	{"CreateTransformStmt", "create transform for t language l (from sql with function f(internal))", "allow"},
	{"CreatePublicationStmt", "create publication p", "allow"},
	{"CreateSubscriptionStmt", "create subscription s connection '' publication p", "allow"},

	// What runs other text, or code that is elsewhere.
	{"DoStmt", "do $$ begin null; end $$", "allow"},
	{"DoStmt", "do $$ begin delete from t where a = 1; end $$", "measure"},
	{"DoStmt", "do $$ begin execute x; end $$", "hold"},
	{"DoStmt", "do language plperl $$ 1 $$", "hold"},
	{"CallStmt", "call p()", "hold"},
	{"PrepareStmt", "prepare p as delete from t", "allow"},
	{"ExecuteStmt", "execute p", "hold"},
	{"DeallocateStmt", "deallocate p", "allow"},
	{"ExplainStmt", "explain delete from t", "allow"},
	{"ExplainStmt", "explain analyze delete from t", "hold"},
	{"DeclareCursorStmt", "declare c cursor for select 1", "allow"},
	{"FetchStmt", "fetch all from c", "allow"},
	{"ClosePortalStmt", "close c", "allow"},
	{"RefreshMatViewStmt", "refresh materialized view v with no data", "allow"},

	// What acts on the session, on files as they are, or on nobody's data.
	{"VariableSetStmt", "set work_mem = '1MB'", "allow"},
	{"VariableSetStmt", "set standard_conforming_strings = off", "refuse"},
	{"VariableSetStmt", "set track_counts = off", "hold"},
	{"VariableShowStmt", "show all", "allow"},
	{"DiscardStmt", "discard all", "allow"},
	{"ConstraintsSetStmt", "set constraints all deferred", "allow"},
	{"TransactionStmt", "commit", "allow"},
	{"LockStmt", "lock table t", "allow"},
	{"NotifyStmt", "notify c", "allow"},
	{"ListenStmt", "listen c", "allow"},
	{"UnlistenStmt", "unlisten *", "allow"},
	{"LoadStmt", "load 'x'", "allow"},
	{"ClusterStmt", "cluster t", "allow"},
	{"VacuumStmt", "vacuum full t", "allow"},
	{"ReindexStmt", "reindex table t", "allow"},
	{"CheckPointStmt", "checkpoint", "allow"},
}

// notStatements are nodes with such a name that no text consists of.
var notStatements = []string{"RawStmt", "SetOperationStmt", "ReturnStmt", "PLAssignStmt", "ReplicaIdentityStmt"}

func TestEveryStatementIsDecided(t *testing.T) {
	decided := make(map[string]bool)
	for _, name := range notStatements {
		decided[name] = true
	}
	r := NewReader(ReaderOptions{})
	for _, d := range decisions {
		decided[d.node] = true
		tree, err := pgquery.Parse(d.sql)
		if err != nil {
			t.Errorf("%q: %v", d.sql, err)
			continue
		}
		if name := string(tree.Stmts[0].Stmt.ProtoReflect().WhichOneof(nodeOneof(t)).Message().Name()); name != d.node {
			t.Errorf("%q is a %s, not a %s", d.sql, name, d.node)
		}
		if v := judgeText(r, d.sql); v.Action.String() != d.verdict {
			t.Errorf("%q: %v (%s), want %s", d.sql, v.Action, v.Reason, d.verdict)
		}
	}
	fields := nodeOneof(t).Fields()
	for i := range fields.Len() {
		if name := string(fields.Get(i).Message().Name()); strings.HasSuffix(name, "Stmt") && !decided[name] {
			t.Errorf("nobody has decided what a %s does", name)
		}
	}
}

func nodeOneof(t *testing.T) protoreflect.OneofDescriptor {
	t.Helper()
	d := (&pgquery.Node{}).ProtoReflect().Descriptor().Oneofs().ByName("node")
	if d == nil {
		t.Fatal("a node of the parser has no oneof of that name")
	}
	return d
}
