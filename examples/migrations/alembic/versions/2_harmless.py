import sqlalchemy as sa
from alembic import op

revision, down_revision = "2", "1"


def upgrade():
    op.add_column("orders", sa.Column("total", sa.Numeric(10, 2), server_default="0", nullable=False, comment="truncated to cents"))
    op.alter_column("orders", "total", server_default=None)
    op.alter_column("orders", "note", type_=sa.Text, new_column_name="remark")
    op.alter_column("orders", "customer_id", nullable=True)
    op.create_index("by_state", "orders", ["state"], postgresql_where=sa.text("state <> 'deleted'"))
    op.create_check_constraint("positive", "orders", "total >= 0")
    op.drop_constraint("positive", "orders")
    op.execute("ALTER TYPE state ADD VALUE IF NOT EXISTS 'dropped'")
    customers = sa.table("customers", sa.column("id"), sa.column("email"))
    op.bulk_insert(customers, [{"email": f"{n}@example.com"} for n in range(100)])
    op.execute(customers.update().where(customers.c.id == 7).values(email=op.inline_literal("delete@example.com")))
    op.execute("CREATE VIEW open_orders AS SELECT id FROM orders WHERE state = 'open'")
    op.rename_table("customers", "people")
