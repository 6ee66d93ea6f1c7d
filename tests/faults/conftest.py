"""Databases for processes of our own."""

from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo


@pytest.fixture
def new_database(postgres_server, template_database):
    """Makes databases: each call gives the address of an empty, migrated one."""
    made = []

    def make():
        name = f"fault_{uuid4().hex}"
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(
                sql.SQL("create database {} template {}").format(
                    sql.Identifier(name), sql.Identifier(template_database)
                )
            )
        made.append(name)
        return make_conninfo(postgres_server, dbname=name)

    yield make
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        for name in made:
            connection.execute(
                sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
            )
