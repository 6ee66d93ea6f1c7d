"""The setting reaches what it is for."""

from pydantic import SecretStr

from graph.factory import Factory
from providers.redis_texts import SharedTexts
from server.checks import run_checks


def with_redis(settings, server):
    return settings.model_copy(update={"redis_url": SecretStr(server.url)})


async def test_a_factory_shares_texts_and_limits(settings, server, new_door):
    async with Factory.open(with_redis(settings, server)) as factory:
        assert isinstance(factory.services("offline").store, SharedTexts)
        record = {"kind": "text", "sha256": await factory.store.put(b"{}", ".json")}
        await factory.store.remember("cd" * 32, record)
    keys = await (await new_door()).ask(lambda redis: redis.keys("*"))
    assert keys == [f"shortfactory:text:{'cd' * 32}".encode()]


async def test_a_factory_opens_while_redis_is_away(settings, server):
    server.kill()
    async with Factory.open(with_redis(settings, server)) as factory:
        assert await factory.store.recall("cd" * 32) is None


def test_doctor_says_whether_redis_answers(settings, server):
    def found():
        checks = run_checks(with_redis(settings, server))
        return next(check for check in checks if check.name == "Redis")

    assert found().state == "ok"
    server.kill()
    assert found().state == "warning"
    assert "SHORTFACTORY_REDIS_URL" in found().cure
