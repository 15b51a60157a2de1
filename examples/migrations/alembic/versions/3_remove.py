import sqlalchemy as sa
from alembic import op

revision, down_revision = "3", "2"


def upgrade():
    op.drop_column("orders", "approve_me")


def downgrade():
    op.add_column("orders", sa.Column("approve_me", sa.Text))
