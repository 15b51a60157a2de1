// A session with postgres.js through holdfast: statements, transactions and
// pipelined queries, with one that a reviewer approves and one that is denied;
// cursors, COPY, LISTEN and cancelling.
//
//   NODE_PATH=node_modules node examples/drivers/node/postgres/session.js postgres://you@127.0.0.1:6432/scratch
//
// Answer the holds from another terminal: approve those on approve_me, deny
// those on deny_me. It creates and drops tables: use a database you can spare.
'use strict';

const { pipeline } = require('node:stream/promises');
const postgres = require('postgres');

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

function expect(good, otherwise) {
  if (!good) throw new Error(otherwise);
}

async function exists(sql, table, wanted) {
  const [{ there }] = await sql`SELECT to_regclass(${table}) IS NOT NULL AS there`;
  expect(there === wanted, `table ${table} exists: ${there}`);
}

async function count(sql, id) {
  const [{ n }] = await sql`SELECT count(*)::int AS n FROM kept WHERE id = ${id}`;
  return n;
}

// noticed resolves at the next notice; main passes all of them here.
let onNotice = () => {};
const noticed = () => new Promise((resolve) => { onNotice = resolve; });

const steps = {
  async 'allowed traffic'(sql) {
    await sql.unsafe(tables);
    for (let i = 0; i < 10; i++) await sql`INSERT INTO kept VALUES (${i}, ${'name'})`; // prepared once
    await sql`INSERT INTO kept ${sql([{ id: 1, name: 'one' }, { id: 2, name: 'two' }])}`;
    const deleted = await sql`DELETE FROM kept WHERE id = ${9}`;
    expect(deleted.count >= 1, 'deleted no row');
  },

  async approved(sql) {
    const { command } = await sql`DROP TABLE approve_me`;
    expect(command === 'DROP TABLE', `command ${command}`);
    await exists(sql, 'approve_me', false);
  },

  async denied(sql) {
    await expectState('ZH002', sql`DROP TABLE deny_me`);
    await exists(sql, 'deny_me', true);
  },

  async 'denied with a parameter'(sql) {
    await expectState('ZH002', sql`UPDATE deny_me SET id = ${7}`);
    await expectState('ZH002', sql`UPDATE deny_me SET id = ${7}`); // the driver's second try is a first one
  },

  async 'denied in simple protocol'(sql) {
    await expectState('ZH002', sql.unsafe('SELECT 1; DROP TABLE deny_me; SELECT 2').simple());
    await exists(sql, 'deny_me', true);
  },

  // All of these are on their way before the first is answered.
  async 'denied among pipelined queries'(sql) {
    const [one, , two] = await Promise.all([
      sql`SELECT 1 AS value`,
      expectState('ZH002', sql`DROP TABLE deny_me`),
      sql`SELECT 2 AS value`,
    ]);
    expect(one[0].value === 1 && two[0].value === 2, 'answers reached other queries');
  },

  async 'denied in a transaction'(sql) {
    const transaction = sql.begin(async (tx) => {
      await tx`INSERT INTO kept VALUES (100, 'never')`;
      await expectState('ZH002', tx`DROP TABLE deny_me`);
      await expectState('25P02', tx`SELECT 1`);
    });
    await expectState('ZH002', transaction); // rolled back for its first error
    expect((await count(sql, 100)) === 0, 'a denied transaction left rows');
    await exists(sql, 'deny_me', true);
  },

  async 'denied in a savepoint'(sql) {
    const before = await count(sql, 110);
    await sql.begin(async (tx) => {
      await tx`INSERT INTO kept VALUES (110, 'kept')`;
      await expectState('ZH002', tx.savepoint((inner) => inner`DROP TABLE deny_me`));
    });
    expect((await count(sql, 110)) === before + 1, 'the row before the savepoint is missing');
  },

  async 'approved in a transaction'(sql) {
    await sql.unsafe(tables);
    await sql.begin((tx) => [tx`INSERT INTO kept VALUES (101, 'kept')`, tx`DROP TABLE approve_me`]); // pipelined
    expect((await count(sql, 101)) >= 1, 'the row of an approved transaction is missing');
    await exists(sql, 'approve_me', false);
  },

  // A cursor is a portal that is executed so many rows at a time.
  async cursor(sql) {
    let rows = 0;
    for await (const batch of sql`SELECT generate_series(1, 1000)`.cursor(100)) {
      expect(batch.length === 100, `a batch of ${batch.length} rows`);
      rows += batch.length;
    }
    expect(rows === 1000, `${rows} rows, want 1000`);
    await sql`SELECT generate_series(1, 1000)`.cursor(100, () => sql.CLOSE); // left after the first batch
  },

  async COPY(sql) {
    const into = await sql`COPY kept (id, name) FROM STDIN`.writable();
    await pipeline(['1\ta\n', '2\tb\n', '3\t\\N\n'], into);
    let size = 0;
    const out = await sql`COPY (SELECT generate_series(1, 1000)) TO STDOUT`.readable();
    for await (const chunk of out) size += chunk.length;
    expect(size === 3893, `copied ${size} bytes out, want 3893`);
    await expectState('ZH002', sql`COPY (DELETE FROM deny_me RETURNING *) TO STDOUT`.readable());
  },

  // postgres.js listens on a connection of its own.
  async LISTEN(sql) {
    let hear;
    const heard = new Promise((resolve) => { hear = resolve; });
    const { unlisten } = await sql.listen('news', hear);
    await sql.notify('news', 'hello');
    const payload = await heard;
    expect(payload === 'hello', `heard ${payload}`);
    await unlisten();
  },

  // A hold's notice says that the statement waits; that of CREATE TABLE IF NOT
  // EXISTS says that the server has begun.
  async cancelled(sql) {
    for (const text of ['CREATE TABLE IF NOT EXISTS kept (); SELECT pg_sleep(60)', 'DROP TABLE withdraw_me']) {
      const notice = noticed();
      const query = sql.unsafe(text).simple();
      const failure = expectState('57014', query);
      await Promise.race([notice, failure]);
      query.cancel();
      await failure;
    }
  },
};

async function main(url) {
  const sql = postgres(url, {
    max: 1, // a session is what is shown
    onnotice(notice) {
      console.log(`${notice.severity}: ${notice.message}`);
      onNotice();
    },
  });
  let failed = false;
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step(sql);
      const [{ one }] = await sql`SELECT 1 AS one`;
      expect(one === 1, 'the session is not usable');
      console.log(`ok ${name}`);
    } catch (error) {
      failed = true;
      console.log(`FAILED ${name}: ${error.message}`);
    }
  }
  await sql.end({ timeout: 5 });
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
