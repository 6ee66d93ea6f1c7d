"""What one API process holds open, and opening it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from graph.bell import Bell
from graph.database import Database
from graph.factory import Factory
from providers.redis_door import open_redis
from server.jobs import Jobs, open_jobs
from server.keys import Keys
from server.pace import Pace
from server.signing import signing_key
from server.webhooks import Courier
from shortfactory.settings import Settings


@dataclass(frozen=True)
class Service:
    """The doors of the API; everything that belongs to a tenant goes through `server.desk`."""

    settings: Settings
    factory: Factory
    database: Database
    jobs: Jobs
    keys: Keys
    bell: Bell
    courier: Courier
    pace: Pace
    signing: bytes


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncGenerator[Service]:
    """Open factory, queue and bell; close them in reverse.

    Raises:
        ConfigurationError: the data home or the database cannot be used.
        StorageError: the database does not answer.
    """
    async with AsyncExitStack() as stack:
        factory = await stack.enter_async_context(Factory.open(settings))
        database, redis = factory.database, None
        if settings.redis_url is not None:
            url = settings.redis_url.get_secret_value()
            redis = await stack.enter_async_context(open_redis(url))
        yield Service(
            settings=settings,
            factory=factory,
            database=database,
            jobs=await stack.enter_async_context(open_jobs(database, settings.service)),
            keys=Keys(database.pool),
            bell=await stack.enter_async_context(Bell.open(database.dsn)),
            courier=Courier(database, settings.service),
            pace=Pace(settings.service.requests_per_minute, database.pool, redis),
            signing=await signing_key(database),
        )
