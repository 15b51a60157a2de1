from alembic import op

revision, down_revision = "4", "3"


def upgrade():
    op.drop_table("deny_me")
