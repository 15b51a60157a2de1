from alembic import context
from sqlalchemy import create_engine

config = context.config

with create_engine(config.get_main_option("sqlalchemy.url")).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True, target_metadata=config.attributes.get("metadata"))
    with context.begin_transaction():
        context.run_migrations()
