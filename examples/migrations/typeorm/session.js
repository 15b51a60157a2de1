// Migrations of TypeORM, and its own traffic, through holdfast.
//
//   NODE_PATH=node_modules node examples/migrations/typeorm/session.js postgres://you@127.0.0.1:6432/scratch
//
// Answer the holds from another terminal: deny those on deny_me, approve the
// others. It creates and drops tables: use an empty database that you can spare.
'use strict';

require('reflect-metadata');
const { DataSource, EntitySchema, Table, TableColumn, TableIndex } = require('typeorm');

const Person = new EntitySchema({
  name: 'Person',
  tableName: 'people',
  columns: { id: { type: Number, primary: true, generated: true }, email: { type: String, length: 100, unique: true } },
  relations: { orders: { type: 'one-to-many', target: 'Order', inverseSide: 'person' } },
});
const Order = new EntitySchema({
  name: 'Order',
  tableName: 'orders',
  columns: {
    id: { type: Number, primary: true, generated: true },
    state: { type: 'enum', enum: ['open', 'deleted'], default: 'open' },
    total: { type: 'numeric', precision: 10, scale: 2, default: 0 },
    createdAt: { type: 'timestamptz', createDate: true },
    deletedAt: { type: 'timestamptz', deleteDate: true },
  },
  relations: { person: { type: 'many-to-one', target: 'Person', inverseSide: 'orders', onDelete: 'CASCADE' } },
});

class Harmless1700000000001 {
  async up(runner) {
    await runner.createTable(new Table({ name: 'deny_me', columns: [{ name: 'id', type: 'int', isPrimary: true }] }));
    await runner.addColumn('orders', new TableColumn({ name: 'approve_me', type: 'text', isNullable: true }));
    await runner.addColumn('orders', new TableColumn({ name: 'remark', type: 'varchar', isNullable: true, comment: 'never truncate' }));
    await runner.renameColumn('orders', 'remark', 'note');
    await runner.createIndex('orders', new TableIndex({ name: 'by_state', columnNames: ['state'], where: `"state" <> 'deleted'` }));
    await runner.query(`INSERT INTO people (email) SELECT g || '@example.com' FROM generate_series(1, 100) g`);
  }
  async down() {}
}

class DropColumn1700000000002 {
  async up(runner) {
    await runner.dropColumn('orders', 'approve_me');
  }
  async down(runner) {
    await runner.addColumn('orders', new TableColumn({ name: 'approve_me', type: 'text', isNullable: true }));
  }
}

class DropTable1700000000003 {
  async up(runner) {
    await runner.dropTable('deny_me');
  }
  async down() {}
}

let failed = false;

function step(name, ok) {
  console.log(`${ok ? 'ok' : 'FAILED'} ${name}`);
  failed = failed || !ok;
}

// open connects with the first of the migrations.
function open(count, options) {
  const migrations = [Harmless1700000000001, DropColumn1700000000002, DropTable1700000000003].slice(0, count);
  return new DataSource({ type: 'postgres', url: process.argv[2], entities: [Person, Order], migrations, ...options }).initialize();
}

async function columns(source) {
  const runner = source.createQueryRunner();
  const table = await runner.getTable('orders');
  await runner.release();
  return table.columns.map((column) => column.name);
}

async function rows(source) {
  const people = source.getRepository('Person');
  const orders = source.getRepository('Order');
  const ana = await people.save({ email: 'ana@example.com' });
  await orders.save(Array.from({ length: 10 }, () => ({ person: ana, total: 7 })));
  await orders.update({ total: 7 }, { state: 'deleted' });
  await people.upsert({ email: 'ana@example.com' }, ['email']);
  await source.transaction(async (manager) => {
    const order = await manager.findOne('Order', { where: { total: 7 }, lock: { mode: 'pessimistic_write' } });
    await manager.softDelete('Order', order.id);
  });
  await orders.createQueryBuilder().delete().where('id IN (SELECT id FROM orders WHERE "deletedAt" IS NULL LIMIT 2)').execute();
  const found = await people.find({ relations: { orders: true }, where: { email: 'ana@example.com' }, order: { id: 'ASC' }, take: 5 });
  return found[0].orders.length === 7;
}

async function main() {
  let source = await open(0, { synchronize: true });
  await source.destroy();
  source = await open(1, {});
  step('what the entities want', (await columns(source)).includes('total'));
  await source.runMigrations();
  step('migrations that destroy nothing', (await columns(source)).includes('approve_me'));
  await source.destroy();

  source = await open(2, {});
  await source.runMigrations({ transaction: 'each' });
  step('dropColumn, approved', !(await columns(source)).includes('approve_me'));
  await source.undoLastMigration();
  step('and back again', (await columns(source)).includes('approve_me'));
  await source.destroy();

  source = await open(3, {});
  await source.runMigrations({ transaction: 'each' }).then(
    () => step('dropTable, denied', false),
    (error) => step('dropTable, denied', error.code === 'ZH002' || error.driverError.code === 'ZH002'),
  );
  step('rows', await rows(source));
  await source.destroy();
}

main()
  .catch((error) => step(error.stack, false))
  .finally(() => process.exit(failed ? 1 : 0));
