#!/usr/bin/env python3
"""Migrations of Alembic, and SQLAlchemy's own traffic with psycopg2 and asyncpg,
through holdfast.

    python3 examples/migrations/alembic/session.py postgres://you@127.0.0.1:6432/scratch

Answer the holds from another terminal: deny those on deny_me, approve the others.
It creates and drops tables: use an empty database that you can spare.
"""

import asyncio
import os
import sys

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session, declarative_base, relationship

url = sys.argv[1].replace("postgres://", "postgresql://", 1)
config = Config()
config.set_main_option("script_location", os.path.dirname(os.path.abspath(__file__)))
config.set_main_option("sqlalchemy.url", url)
engine = sa.create_engine(url)
failed = False

Base = declarative_base()


class Person(Base):
    __tablename__ = "people"
    id = sa.Column(sa.Integer, primary_key=True)
    email = sa.Column(sa.String(100), unique=True)
    orders = relationship("Order", cascade="all, delete-orphan", passive_deletes=True)


class Order(Base):
    __tablename__ = "orders"
    id = sa.Column(sa.Integer, primary_key=True)
    customer_id = sa.Column(sa.ForeignKey("people.id", ondelete="CASCADE"))
    state = sa.Column(sa.Enum("open", "deleted", "dropped", name="state"), nullable=False)
    remark = sa.Column(sa.Text)
    total = sa.Column(sa.Numeric(10, 2), nullable=False)


def step(name, ok):
    global failed
    print("ok" if ok else "FAILED", name, flush=True)
    failed = failed or not ok


def revision():
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def columns():
    return {c["name"] for c in sa.inspect(engine).get_columns("orders")}


async def by_asyncpg():
    asynchronous = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with AsyncSession(asynchronous) as session:
        session.add(Person(email="drop@example.com", orders=[Order(state="open", total=1)]))
        await session.commit()
        found = await session.execute(sa.select(Person.email).where(Person.email.like("drop%")))
        emails = found.scalars().all()
    await asynchronous.dispose()
    return emails == ["drop@example.com"]


command.upgrade(config, "2")
step("migrations that destroy nothing", revision() == "2")

command.upgrade(config, "3")
step("drop_column, approved", "approve_me" not in columns())
command.downgrade(config, "2")
step("and back again", "approve_me" in columns())

command.upgrade(config, "3")
try:
    command.upgrade(config, "4")
    step("drop_table, denied", False)
except sa.exc.DBAPIError as error:
    step("drop_table, denied", error.orig.pgcode == "ZH002" and revision() == "3")

with engine.connect() as connection:
    differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
step("autogenerate compares", any(d[0] == "remove_table" and d[1].name == "deny_me" for d in differences))

with Session(engine) as session:
    ana = Person(email="ana@example.com", orders=[Order(state="deleted", total=7, remark="truncate") for _ in range(10)])
    session.add(ana)
    session.commit()
    session.execute(sa.update(Order).where(Order.total == 7).values(state="dropped"))
    with session.begin_nested() as nested:
        session.execute(sa.delete(Order).where(Order.customer_id == ana.id))
        nested.rollback()
    session.delete(ana.orders[0])
    session.commit()
    left = session.scalar(sa.select(sa.func.count(Order.id)))
step("rows with psycopg2", left == 9)
step("rows with asyncpg", asyncio.run(by_asyncpg()))
sys.exit(failed)
