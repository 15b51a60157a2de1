import sqlalchemy as sa
from alembic import op

revision, down_revision = "1", None


def upgrade():
    op.create_table("customers", sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", sa.String(100), unique=True))
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("customer_id", sa.Integer, sa.ForeignKey("customers.id", ondelete="CASCADE")),
        sa.Column("state", sa.Enum("open", "deleted", name="state"), nullable=False),
        sa.Column("note", sa.String(20)),
        sa.Column("approve_me", sa.Text),
    )
    op.create_table("deny_me", sa.Column("id", sa.Integer, primary_key=True))
