#!/usr/bin/env ruby
# Migrations of Rails' ActiveRecord, and its own traffic, through holdfast.
#
#   ruby examples/migrations/rails/session.rb postgres://you@127.0.0.1:6432/scratch
#
# Answer the holds from another terminal: deny those on deny_me, approve the others.
# It creates and drops tables: use an empty database that you can spare.
require 'active_record'
require 'stringio'

$stdout.sync = true
$failed = false
ActiveRecord::Migration.verbose = false
ActiveRecord::Base.establish_connection(ARGV[0].sub('postgres://', 'postgresql://'))

class Person < ActiveRecord::Base
  has_many :orders, foreign_key: :customer_id, dependent: :destroy
  validates :email, uniqueness: true
end

class Order < ActiveRecord::Base
  belongs_to :customer, class_name: 'Person', optional: true
end

def step(name, passed)
  puts "#{passed ? 'ok' : 'FAILED'} #{name}"
  $failed ||= !passed
end

def context
  ActiveRecord::MigrationContext.new(File.join(__dir__, 'migrate'), ActiveRecord::SchemaMigration)
end

def column?(name)
  Order.reset_column_information
  Order.column_names.include?(name)
end

context.migrate(3)
step 'migrations that destroy nothing', context.current_version == 3

context.migrate(4)
step 'remove_column, approved', !column?('approve_me')
context.rollback(1)
step 'and back again', column?('approve_me')
context.migrate(4)

begin
  context.migrate(5)
  step 'drop_table, denied', false
rescue StandardError => e
  e = e.cause while e.cause && !e.respond_to?(:result)
  step 'drop_table, denied', e.result.error_field(PG::PG_DIAG_SQLSTATE) == 'ZH002' && context.current_version == 4
end

schema = StringIO.new
ActiveRecord::SchemaDumper.dump(ActiveRecord::Base.connection, schema)
step 'schema.rb', schema.string.include?('create_table "deny_me"') && schema.string.include?('comment: "never truncate"')

ana = Person.create!(email: 'ana@example.com')
ana.orders.create!(10.times.map { { status: 'deleted', total: 7 } })
Order.where(total: 7).update_all(status: 'dropped')
Order.transaction do
  Order.transaction(requires_new: true) do
    Order.where(customer_id: ana.id).delete_all
    raise ActiveRecord::Rollback
  end
  Order.lock.first.touch
end
Order.upsert_all([{ id: Order.minimum(:id), total: 8, created_at: Time.now, updated_at: Time.now }])
Order.find_each(batch_size: 3) { |order| order.update!(status: 'truncate') }
step 'rows', ana.orders.count == 10
ana.destroy
step 'dependent: :destroy', Order.count.zero? && Person.count == 100
exit !$failed
