class IndexConcurrently < ActiveRecord::Migration[6.1]
  disable_ddl_transaction!

  def change
    add_index :orders, :created_at, algorithm: :concurrently
  end
end
