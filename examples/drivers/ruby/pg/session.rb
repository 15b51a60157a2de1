#!/usr/bin/env ruby
# A session with ruby-pg through holdfast: statements, transactions and a pipeline,
# with one that a reviewer approves and one that is denied; cursors, COPY, LISTEN
# and cancelling.
#
#   ruby examples/drivers/ruby/pg/session.rb postgres://you@127.0.0.1:6432/scratch
#
# Answer the holds from another terminal: approve those on approve_me, deny those
# on deny_me. It creates and drops tables: use a database you can spare.
require 'pg'

$stdout.sync = true

TABLES = <<~SQL
  CREATE TABLE IF NOT EXISTS kept (id int, name text);
  CREATE TABLE IF NOT EXISTS approve_me (id int);
  CREATE TABLE IF NOT EXISTS deny_me (id int); CREATE TABLE IF NOT EXISTS withdraw_me (id int)
SQL

LIMIT = 20 # seconds, for what is waited for

# Something did not go as this session should.
class Wrong < StandardError; end

# Wants the block to fail with the SQLSTATE.
def expect_state(state)
  yield
rescue PG::Error => e
  got = e.result&.error_field(PG::PG_DIAG_SQLSTATE)
  raise Wrong, "got SQLSTATE #{got} (#{e.message}), want #{state}" if got != state
  return if state != 'ZH002'

  said = [PG::PG_DIAG_MESSAGE_DETAIL, PG::PG_DIAG_MESSAGE_HINT].map { |field| e.result.error_field(field) }
  raise Wrong, 'the denial has no detail or no hint' unless said.all?
else
  raise Wrong, "nothing failed, want SQLSTATE #{state}"
end

def exists(conn, table, wanted)
  there = conn.exec_params('SELECT to_regclass($1) IS NOT NULL', [table]).getvalue(0, 0)
  raise Wrong, "table #{table} exists: #{there}" if there != wanted
end

def count(conn, id)
  conn.exec_params('SELECT count(*) FROM kept WHERE id = $1', [id]).getvalue(0, 0).to_i
end

def allowed(conn)
  conn.exec(TABLES)
  conn.prepare('insert', 'INSERT INTO kept VALUES ($1, $2)')
  10.times { |id| conn.exec_prepared('insert', [id, 'name']) }
  deleted = conn.exec_params('DELETE FROM kept WHERE id = $1', [9]).cmd_tuples
  raise Wrong, 'deleted no row' if deleted < 1
end

def approved(conn)
  tag = conn.exec('DROP TABLE approve_me').cmd_status
  raise Wrong, "tag #{tag}" if tag != 'DROP TABLE'

  exists(conn, 'approve_me', 'f')
end

def denied(conn)
  expect_state('ZH002') { conn.exec('DROP TABLE deny_me') }
  expect_state('ZH002') { conn.exec_params('UPDATE deny_me SET id = $1', [7]) }
  exists(conn, 'deny_me', 't')
end

def denied_in_transaction(conn)
  conn.exec('BEGIN')
  conn.exec("INSERT INTO kept VALUES (100, 'never')")
  expect_state('ZH002') { conn.exec('DROP TABLE deny_me') }
  raise Wrong, "transaction status #{conn.transaction_status}" if conn.transaction_status != PG::PQTRANS_INERROR

  expect_state('25P02') { conn.exec('SELECT 1') }
  conn.exec('ROLLBACK')
  raise Wrong, 'a denied transaction left rows' if count(conn, 100) != 0

  exists(conn, 'deny_me', 't')
end

def approved_in_transaction(conn)
  conn.exec(TABLES)
  conn.transaction { conn.exec('DROP TABLE approve_me') }
  exists(conn, 'approve_me', 'f')
end

# What follows a denial in a pipeline is aborted until the sync.
def denied_in_pipeline(conn)
  conn.enter_pipeline_mode
  conn.send_query_params("INSERT INTO kept VALUES (200, 'never')", [])
  conn.send_query_params('DROP TABLE deny_me', [])
  conn.send_query_params('SELECT 1', [])
  conn.pipeline_sync
  results = 7.times.map { conn.get_result } # each but the sync's is followed by nil
  conn.exit_pipeline_mode
  inserted, denial, aborted, synced = results.compact
  inserted.check
  expect_state('ZH002') { denial.check }
  raise Wrong, aborted.res_status(aborted.result_status) if aborted.result_status != PG::PGRES_PIPELINE_ABORTED
  raise Wrong, 'no sync' if synced.result_status != PG::PGRES_PIPELINE_SYNC
  raise Wrong, 'a denied pipeline left rows' if count(conn, 200) != 0
end

def cursor(conn)
  conn.transaction do
    conn.exec('DECLARE many CURSOR FOR SELECT generate_series(1, 1000)')
    10.times { raise Wrong, 'not 100 rows' if conn.exec('FETCH 100 FROM many').ntuples != 100 }
  end
  conn.send_query('SELECT generate_series(1, 1000)')
  conn.set_single_row_mode
  rows = conn.get_result.stream_each.count
  conn.get_result
  raise Wrong, "#{rows} rows, want 1000" if rows != 1000
end

def copy_both_ways(conn)
  conn.copy_data('COPY kept (id, name) FROM STDIN') { ["1\ta\n", "2\tb\n", "3\t\\N\n"].each { |row| conn.put_copy_data(row) } }
  size = 0
  conn.copy_data('COPY (SELECT generate_series(1, 1000)) TO STDOUT') do
    while (row = conn.get_copy_data)
      size += row.bytesize
    end
  end
  raise Wrong, "copied #{size} bytes out, want 3893" if size != 3893

  expect_state('ZH002') { conn.copy_data('COPY (DELETE FROM deny_me RETURNING *) TO STDOUT') {} }
end

def listen(conn)
  conn.exec('LISTEN news')
  conn.exec("SELECT pg_notify('news', 'hello')")
  heard = nil
  conn.wait_for_notify(LIMIT) { |_channel, _pid, payload| heard = payload }
  raise Wrong, "heard #{heard}" if heard != 'hello'

  conn.exec('UNLISTEN news')
end

# A hold's notice says that the statement waits; that of CREATE TABLE IF NOT EXISTS
# says that the server has begun.
def cancelled(conn)
  ['CREATE TABLE IF NOT EXISTS kept (); SELECT pg_sleep(60)', 'DROP TABLE withdraw_me'].each do |sql|
    noticed = Queue.new
    print_notice = conn.set_notice_processor { |_| noticed.push(true) }
    canceller = Thread.new { noticed.pop && conn.cancel }
    expect_state('57014') { conn.exec(sql) }
    canceller.join
    conn.set_notice_processor(&print_notice)
  end
end

STEPS = %i[
  allowed approved denied denied_in_transaction approved_in_transaction denied_in_pipeline
  cursor copy_both_ways listen cancelled
].freeze

# Runs a step; false when it did not go as it should.
def play(conn, step)
  send(step, conn)
  usable = conn.transaction_status == PG::PQTRANS_IDLE && conn.exec('SELECT 1').getvalue(0, 0) == '1'
  raise Wrong, 'the session is not usable' unless usable

  puts "ok #{step}"
  true
rescue Wrong, PG::Error => e
  puts "FAILED #{step}: #{e.message}"
  conn.reset # it may have left a transaction or a pipeline open
  false
end

abort 'usage: session.rb URL' if ARGV.length != 1
conn = PG.connect(ARGV[0])
conn.set_notice_processor { |text| puts text }
good = STEPS.map { |step| play(conn, step) }.all?
conn.close
exit good
