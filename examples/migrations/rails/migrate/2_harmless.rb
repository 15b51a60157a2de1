class Harmless < ActiveRecord::Migration[6.1]
  def up
    add_column :orders, :total, :decimal, precision: 10, scale: 2, default: 0, null: false
    change_column_default :orders, :total, from: 0, to: nil
    change_column_null :orders, :customer_id, true
    rename_column :orders, :state, :status
    add_index :orders, :status, where: "status <> 'deleted'"
    add_check_constraint :orders, 'total >= 0', name: 'positive'
    remove_check_constraint :orders, name: 'positive'
    change_table_comment :orders, from: nil, to: 'never truncate'
    execute 'CREATE VIEW open_orders AS SELECT id FROM orders'
    rename_table :customers, :people
    execute "INSERT INTO people (email) SELECT g || '@example.com' FROM generate_series(1, 100) g"
  end

  def down; end
end
