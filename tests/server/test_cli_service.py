"""keys and tenants on the command line."""

import asyncio

import psycopg
import pytest

from graph.database import connect
from server.keys import Keys

pytestmark = pytest.mark.usefixtures("with_database")


@pytest.fixture
def key(shortfactory):
    """Make a key; gives its text and its facts."""

    def make(*options):
        made = shortfactory("keys", "create", *options, "--json")
        assert made.code == 0, made.err
        return made.json["secret"], made.json["key"]

    return make


def test_a_key_is_shown_once_and_listed_by_its_prefix(shortfactory, key):
    text, facts = key("--tenant", "acme", "--name", "robot", "--scopes", "read", "--days", "30")
    assert text.startswith(f"sf_{facts['prefix']}_")
    assert (facts["scopes"], facts["last_used_at"]) == (["read"], None)
    assert facts["expires_at"] > facts["created_at"]
    listed = shortfactory("keys", "list")
    assert facts["prefix"] in listed.out
    assert "robot" in listed.out
    assert text not in listed.out
    assert shortfactory("keys", "list", "--tenant", "other", "--json").json["keys"] == []


def test_a_rotated_key_hands_on_what_it_may_and_how_long(shortfactory, key):
    _, old = key("--tenant", "acme", "--scopes", "read,admin", "--name", "robot", "--days", "30")
    new = shortfactory("keys", "rotate", old["prefix"], "--hours", "2", "--json").json["key"]
    assert (new["tenant"], new["scopes"], new["name"]) == ("acme", ["read", "admin"], "robot")
    assert new["expires_at"] >= old["expires_at"]
    (before,) = [
        each
        for each in shortfactory("keys", "list", "--json").json["keys"]
        if each["prefix"] == old["prefix"]
    ]
    assert before["expires_at"] < old["expires_at"]


def test_a_revoked_key_is_ended_once_and_cannot_be_rotated(shortfactory, key):
    _, facts = key()
    first = shortfactory("keys", "revoke", facts["prefix"], "--json").json["key"]["revoked_at"]
    again = shortfactory("keys", "revoke", facts["prefix"], "--json").json["key"]["revoked_at"]
    assert first == again
    assert "revoked" in shortfactory("keys", "list").out
    rotated = shortfactory("keys", "rotate", facts["prefix"])
    assert rotated.code == 2
    assert "keys create" in rotated.err


def test_a_listed_key_tells_its_last_use_and_an_expired_one_is_no_key(
    shortfactory, key, database_url
):
    async def shown():
        async with connect(database_url) as database:
            return await Keys(database.pool).holder(text)

    text, facts = key("--days", "1")
    assert asyncio.run(shown()).prefix == facts["prefix"]
    (listed,) = shortfactory("keys", "list", "--json").json["keys"]
    assert listed["last_used_at"] >= listed["created_at"]
    with psycopg.connect(database_url) as connection:
        connection.execute("update api_keys set expires_at = now()")
    assert asyncio.run(shown()) is None
    assert shortfactory("keys", "rotate", facts["prefix"]).code == 2


REFUSED = [
    (("keys", "create", "--tenant", "Ac/me"), "use 1 to 63 of a-z"),
    (("keys", "create", "--scopes", "read,root"), "use read, write, admin"),
    (("keys", "create", "--scopes", ""), "use read, write, admin"),
    (("keys", "create", "--days", "0"), "give 1 to 36,500 days"),
    (("keys", "revoke", "nothing"), "shortfactory keys list"),
    (("keys", "rotate", "'; drop table api_keys"), "shortfactory keys list"),
    (("keys", "rotate", "00000000", "--hours", "-1"), "hours"),
    (("tenants", "delete", "acme"), "add --yes"),
    (("tenants", "delete", "../acme", "--yes"), "use 1 to 63 of a-z"),
    (("tenants", "retention", "acme"), "--days N, or --default"),
    (("tenants", "retention", "acme", "--days", "3", "--default"), "--days N, or --default"),
    (("tenants", "retention", "acme", "--days", "0"), "give 1 to 36,500 days"),
    (("tenants", "retention", "%", "--days", "3"), "use 1 to 63 of a-z"),
]


def test_mistakes_are_told_with_their_cure(shortfactory):
    for arguments, says in REFUSED:
        answer = shortfactory(*arguments)
        assert (answer.code, says in answer.err) == (2, True), (arguments, answer.err)


def test_a_tenants_retention_is_agreed_shown_and_taken_back(shortfactory, key):
    key("--tenant", "acme")
    told = shortfactory("tenants", "retention", "acme", "--days", "7")
    assert "kept for 7 days" in told.err
    assert "7 days" in shortfactory("tenants", "list").out
    shortfactory("tenants", "retention", "acme", "--default")
    (acme,) = shortfactory("tenants", "list", "--json").json["tenants"]
    assert acme == {"tenant": "acme", "shorts": 0, "keys": 1, "retention_days": None}


def test_a_deleted_tenant_is_counted_and_gone(shortfactory, key):
    shortfactory("make", "--script", "bees.md", "--providers", "offline", "--json")
    key("--tenant", "local")
    gone = shortfactory("tenants", "delete", "local", "--yes", "--json").json
    assert (gone["deleted"]["runs"], gone["deleted"]["keys"]) == (1, 1)
    assert gone["deleted"]["checkpoints"] > 0
    assert not any(gone["left"].values())
    assert shortfactory("list", "--json").json["shorts"] == []
    assert "nothing. Nothing is left" in shortfactory("tenants", "delete", "local", "--yes").err
