// Changes of a schema with Sequelize, and its own traffic, through holdfast.
//
//   NODE_PATH=node_modules node examples/migrations/sequelize/session.js postgres://you@127.0.0.1:6432/scratch
//
// Answer the holds from another terminal: deny those on deny_me, approve the
// others. It creates and drops tables: use an empty database that you can spare.
'use strict';

const { DataTypes, Op, Sequelize } = require('sequelize');

const sequelize = new Sequelize(process.argv[2], { logging: false });
const schema = sequelize.getQueryInterface();
let failed = false;

function step(name, ok) {
  console.log(`${ok ? 'ok' : 'FAILED'} ${name}`);
  failed = failed || !ok;
}

const Person = sequelize.define('person', { email: { type: DataTypes.STRING(100), unique: true } }, { tableName: 'people' });
const Order = sequelize.define('order', {
  state: { type: DataTypes.ENUM('open', 'deleted'), allowNull: false, defaultValue: 'open' },
  total: { type: DataTypes.DECIMAL(10, 2), defaultValue: 0 },
  approve_me: DataTypes.TEXT,
}, { paranoid: true });
Person.hasMany(Order, { onDelete: 'CASCADE' });
Order.belongsTo(Person);

async function harmless() {
  await sequelize.authenticate();
  await sequelize.sync();
  await schema.createTable('deny_me', { id: { type: DataTypes.INTEGER, primaryKey: true } });
  await schema.addColumn('orders', 'remark', { type: DataTypes.STRING(20), comment: 'never truncate' });
  await schema.addIndex('orders', ['state'], { concurrently: true });
  await schema.addConstraint('orders', { fields: ['total'], type: 'check', name: 'positive', where: { total: { [Op.gte]: 0 } } });
  await schema.removeConstraint('orders', 'positive');
  await schema.changeColumn('orders', 'remark', { type: DataTypes.STRING(200), allowNull: true });
  await schema.renameColumn('orders', 'remark', 'note');
  await schema.describeTable('orders');
  await schema.showIndex('orders');
  return (await schema.showAllTables()).includes('deny_me');
}

async function rows() {
  const ana = await Person.create({ email: 'ana@example.com' });
  await Order.bulkCreate(Array.from({ length: 10 }, () => ({ personId: ana.id, total: 7 })));
  await Person.findOrCreate({ where: { email: 'ana@example.com' } });
  await Person.upsert({ id: ana.id, email: 'drop@example.com' });
  await Order.update({ state: 'deleted' }, { where: { total: { [Op.lt]: 10 } } });
  await sequelize.transaction(async (transaction) => {
    const order = await Order.findOne({ transaction, lock: true, skipLocked: true, include: [{ model: Person, required: true }] });
    await order.increment('total', { transaction });
    await order.destroy({ transaction }); // sets deletedAt
  });
  await Order.destroy({ where: { total: 7 }, limit: 2, force: true });
  return (await Order.count()) === 7;
}

async function main() {
  step('changes that destroy nothing', await harmless());
  await schema.removeColumn('orders', 'approve_me');
  step('removeColumn, approved', !('approve_me' in (await schema.describeTable('orders'))));
  const error = await schema.dropTable('deny_me').catch((caught) => caught);
  step('dropTable, denied', error.parent && error.parent.code === 'ZH002');
  await schema.addColumn('orders', 'approve_me', DataTypes.TEXT);
  step('rows', await rows());
}

main()
  .catch((error) => step(error.stack, false))
  .finally(() => sequelize.close())
  .finally(() => process.exit(failed ? 1 : 0));
