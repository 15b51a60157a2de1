class RemoveColumn < ActiveRecord::Migration[6.1]
  def change
    remove_column :orders, :approve_me, :text
  end
end
