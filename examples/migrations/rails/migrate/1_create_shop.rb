class CreateShop < ActiveRecord::Migration[6.1]
  def change
    create_table(:customers) { |t| t.string :email, index: { unique: true } }
    create_table :orders do |t|
      t.references :customer, foreign_key: { on_delete: :cascade }
      t.string :state, null: false, default: 'open'
      t.text :approve_me
      t.timestamps
    end
    create_table :deny_me
  end
end
