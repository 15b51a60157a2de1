// A session with node-postgres through holdfast: statements and transactions,
// with one that a reviewer approves and one that is denied; cursors, COPY,
// LISTEN and cancelling.
//
//   NODE_PATH=node_modules node examples/drivers/node/pg/session.js postgres://you@127.0.0.1:6432/scratch
//
// Answer the holds from another terminal: approve those on approve_me, deny
// those on deny_me. It creates and drops tables: use a database you can spare.
'use strict';

const { pipeline } = require('node:stream/promises');
const { Client, Query } = require('pg');
const Cursor = require('pg-cursor');
const QueryStream = require('pg-query-stream');
const copy = require('pg-copy-streams');

const tables = `
  CREATE TABLE IF NOT EXISTS kept (id int, name text);
  CREATE TABLE IF NOT EXISTS approve_me (id int);
  CREATE TABLE IF NOT EXISTS deny_me (id int); CREATE TABLE IF NOT EXISTS withdraw_me (id int)`;

// expectState wants the query to fail with the SQLSTATE.
async function expectState(state, query) {
  let error;
  try {
    await query;
  } catch (caught) {
    error = caught;
  }
  if (!error) throw new Error(`nothing failed, want SQLSTATE ${state}`);
  if (error.code !== state) throw new Error(`got SQLSTATE ${error.code} (${error.message}), want ${state}`);
  if (state === 'ZH002' && !(error.detail && error.hint)) throw new Error('the denial has no detail or no hint');
}

async function exists(client, table, wanted) {
  const { rows } = await client.query('SELECT to_regclass($1) IS NOT NULL AS there', [table]);
  if (rows[0].there !== wanted) throw new Error(`table ${table} exists: ${rows[0].there}`);
}

async function count(client, id) {
  const { rows } = await client.query('SELECT count(*)::int AS n FROM kept WHERE id = $1', [id]);
  return rows[0].n;
}

// cancelAtNotice cancels the statement from another connection, as soon as the
// server or holdfast says something. A hold's notice says that the statement
// waits; that of CREATE TABLE IF NOT EXISTS says that the server has begun.
async function cancelAtNotice(client, text) {
  const query = new Query(text);
  const failure = new Promise((resolve, reject) => {
    query.on('error', reject);
    query.on('end', resolve);
  });
  client.once('notice', () => new Client(client.url).cancel(client, query));
  client.query(query);
  await expectState('57014', failure);
}

const steps = {
  async 'allowed traffic'(client) {
    await client.query(tables);
    for (let i = 0; i < 10; i++) {
      await client.query({ name: 'insert', text: 'INSERT INTO kept VALUES ($1, $2)', values: [i, 'name'] });
    }
    await client.query('DELETE FROM kept WHERE id = $1', [9]);
    for (const text of ['DROP TABLE IF EXISTS scratch', 'CREATE TEMP TABLE scratch (id int)', 'DELETE FROM scratch', 'DROP TABLE scratch']) {
      await client.query(text); // nobody is asked about what nobody else has
    }
    const { rows } = await client.query('SELECT id FROM kept ORDER BY id');
    if (rows.length < 9) throw new Error(`${rows.length} rows, want at least 9`);
  },

  async approved(client) {
    const { command } = await client.query('DROP TABLE approve_me');
    if (command !== 'DROP') throw new Error(`command ${command}`);
    await exists(client, 'approve_me', false);
  },

  async denied(client) {
    await expectState('ZH002', client.query('DROP TABLE deny_me'));
    await exists(client, 'deny_me', true);
  },

  async 'denied with a parameter'(client) {
    await expectState('ZH002', client.query('UPDATE deny_me SET id = $1', [7]));
  },

  async 'denied, prepared'(client) {
    await expectState('ZH002', client.query({ name: 'purge', text: 'DELETE FROM deny_me', values: [] }));
  },

  async 'denied among queued queries'(client) {
    const queued = [
      client.query('SELECT 1'),
      expectState('ZH002', client.query('DROP TABLE deny_me')),
      client.query('SELECT 2 AS two'),
    ];
    const [, , last] = await Promise.all(queued);
    if (last.rows[0].two !== 2) throw new Error('the queue did not go on');
  },

  async 'denied in a transaction'(client) {
    await client.query('BEGIN');
    await client.query("INSERT INTO kept VALUES (100, 'never')");
    await expectState('ZH002', client.query('DROP TABLE deny_me'));
    await expectState('25P02', client.query('SELECT 1'));
    await client.query('ROLLBACK');
    if ((await count(client, 100)) !== 0) throw new Error('a denied transaction left rows');
    await exists(client, 'deny_me', true);
  },

  async 'approved in a transaction'(client) {
    await client.query(tables);
    await client.query('BEGIN');
    await client.query("INSERT INTO kept VALUES (101, 'kept')");
    await client.query('DROP TABLE approve_me');
    await client.query('COMMIT');
    if ((await count(client, 101)) < 1) throw new Error('the row of an approved transaction is missing');
    await exists(client, 'approve_me', false);
  },

  // A cursor is a portal that is executed so many rows at a time.
  async cursor(client) {
    const cursor = client.query(new Cursor('SELECT generate_series(1, $1::int)', [1000]));
    let rows = 0;
    for (let batch; (batch = await cursor.read(100)).length > 0; ) rows += batch.length;
    if (rows !== 1000) throw new Error(`${rows} rows, want 1000`);
    const left = client.query(new Cursor('SELECT generate_series(1, 1000)'));
    await left.read(100);
    await left.close();
    await expectState('ZH002', client.query(new Cursor('DELETE FROM deny_me RETURNING id')).read(100));
  },

  async stream(client) {
    let rows = 0;
    for await (const row of client.query(new QueryStream('SELECT generate_series(1, 1000) AS n', [], { batchSize: 100 }))) {
      rows += 1;
      if (row.n !== rows) throw new Error(`row ${rows} is ${row.n}`);
    }
    if (rows !== 1000) throw new Error(`${rows} rows, want 1000`);
  },

  async COPY(client) {
    await pipeline(['1\ta\n', '2\tb\n', '3\t\\N\n'], client.query(copy.from('COPY kept (id, name) FROM STDIN')));
    let size = 0;
    for await (const chunk of client.query(copy.to('COPY (SELECT generate_series(1, 1000)) TO STDOUT'))) size += chunk.length;
    if (size !== 3893) throw new Error(`copied ${size} bytes out, want 3893`);
    const destroying = client.query(copy.to('COPY (DELETE FROM deny_me RETURNING *) TO STDOUT'));
    await expectState('ZH002', destroying.toArray());
  },

  async LISTEN(client) {
    const heard = new Promise((resolve) => client.once('notification', resolve));
    await client.query('LISTEN news');
    await client.query("SELECT pg_notify('news', 'hello')");
    const { payload } = await heard;
    if (payload !== 'hello') throw new Error(`heard ${payload}`);
  },

  async cancelled(client) {
    await cancelAtNotice(client, 'CREATE TABLE IF NOT EXISTS kept (); SELECT pg_sleep(60)');
    await cancelAtNotice(client, 'DROP TABLE withdraw_me');
  },
};

async function main(url) {
  const client = new Client({ connectionString: url });
  client.url = url; // for the connection that cancels
  client.on('notice', (notice) => console.log(`${notice.severity}: ${notice.message}`));
  await client.connect();
  let failed = false;
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step(client);
      const { rows } = await client.query('SELECT 1 AS one');
      if (rows[0].one !== 1) throw new Error('the session is not usable');
      console.log(`ok ${name}`);
    } catch (error) {
      failed = true;
      console.log(`FAILED ${name}: ${error.message}`);
      await client.query('ROLLBACK').catch(() => {});
    }
  }
  await client.end();
  process.exitCode = failed ? 1 : 0;
}

if (process.argv.length !== 3) {
  console.error('usage: session.js URL');
  process.exit(2);
}
main(process.argv[2]).catch((error) => {
  console.error(error);
  process.exit(1);
});
