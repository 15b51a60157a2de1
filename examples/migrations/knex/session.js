// Migrations of Knex, and its own traffic, through holdfast.
//
//   NODE_PATH=node_modules node examples/migrations/knex/session.js postgres://you@127.0.0.1:6432/scratch
//
// Answer the holds from another terminal: deny those on deny_me, approve the
// others. It creates and drops tables: use an empty database that you can spare.
'use strict';

const Knex = require('knex');

const migrations = {
  '1_first': {
    up: async (knex) => {
      await knex.schema.createTable('customers', (t) => {
        t.increments();
        t.string('email', 100).unique();
      });
      await knex.schema.createTable('orders', (t) => {
        t.increments();
        t.integer('customer_id').references('customers.id').onDelete('CASCADE');
        t.enu('state', ['open', 'deleted'], { useNative: true, enumName: 'state' }).notNullable().defaultTo('open');
        t.text('approve_me');
        t.timestamps(true, true);
      });
      await knex.schema.createTable('deny_me', (t) => t.increments());
    },
    down: async () => {},
  },
  '2_harmless': {
    up: async (knex) => {
      await knex.schema.alterTable('orders', (t) => {
        t.decimal('total', 10, 2).notNullable().defaultTo(0).comment('truncated to cents');
        t.index(['state']);
        t.check('total >= 0', {}, 'positive');
        t.setNullable('customer_id');
      });
      await knex.schema.alterTable('orders', (t) => {
        t.dropChecks(['positive']);
        t.renameColumn('state', 'status');
      });
      await knex('customers').insert(Array.from({ length: 100 }, (_, n) => ({ email: `${n}@example.com` })));
      await knex('customers').where('id', 7).update({ email: 'drop@example.com' });
      await knex.raw('CREATE VIEW open_orders AS SELECT id FROM orders');
      await knex.schema.renameTable('customers', 'people');
    },
    down: async () => {},
  },
  '3_drop_column': {
    up: (knex) => knex.schema.alterTable('orders', (t) => t.dropColumn('approve_me')),
    down: (knex) => knex.schema.alterTable('orders', (t) => t.text('approve_me')),
  },
  '4_drop_table': {
    up: (knex) => knex.schema.dropTableIfExists('deny_me'),
    down: async () => {},
  },
};

let wanted = 2; // how many of the migrations there are so far
const knex = Knex({
  client: 'pg',
  connection: process.argv[2],
  pool: { min: 1, max: 3 },
  migrations: {
    migrationSource: {
      getMigrations: async () => Object.keys(migrations).slice(0, wanted),
      getMigrationName: (name) => name,
      getMigration: async (name) => migrations[name],
    },
  },
});

let failed = false;

function step(name, ok) {
  console.log(`${ok ? 'ok' : 'FAILED'} ${name}`);
  failed = failed || !ok;
}

async function rows() {
  const [{ id }] = await knex('people').insert({ email: 'ana@example.com' }).returning('id');
  await knex.batchInsert('orders', Array.from({ length: 10 }, () => ({ customer_id: id, status: 'deleted', total: 7 })), 5);
  await knex('people').insert({ email: 'ana@example.com' }).onConflict('email').merge();
  await knex.transaction(async (outer) => {
    await outer.transaction((inner) => inner('orders').where({ customer_id: id }).del().then(() => inner.rollback('changed my mind'))).catch(() => {});
    await outer('orders').where('total', 7).forUpdate().skipLocked().select();
  });
  await knex.with('few', knex('orders').limit(3)).select('*').from('few');
  const [{ count }] = await knex('orders').count();
  return count === '10';
}

async function main() {
  await knex.migrate.latest();
  step('migrations that destroy nothing', (await knex.migrate.currentVersion()) === '2');

  wanted = 3;
  await knex.migrate.latest();
  step('dropColumn, approved', !(await knex.schema.hasColumn('orders', 'approve_me')));
  await knex.migrate.down();
  step('and back again', await knex.schema.hasColumn('orders', 'approve_me'));
  await knex.migrate.latest();

  wanted = 4;
  const error = await knex.migrate.latest().catch((caught) => caught);
  step('dropTable, denied', error.code === 'ZH002' && (await knex.schema.hasTable('deny_me')));
  step('rows', await rows());
}

main()
  .catch((error) => step(error.stack, false))
  .finally(() => knex.destroy())
  .finally(() => process.exit(failed ? 1 : 0));
