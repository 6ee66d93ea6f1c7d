"""serve and worker."""

from __future__ import annotations

import asyncio
import gc
import signal

import uvicorn

from graph.factory import Factory
from server.app import make_app
from server.jobs import open_jobs
from server.screen import notes, print_json
from server.worker import Worker
from shortfactory.errors import ConfigurationError
from shortfactory.settings import Settings

GRACE_S = 2  # for answers under way; what a worker has in hand has its own time


def serve(as_json: bool, host: str | None, port: int | None, workers: int) -> int:
    """Serve the API until SIGTERM or Ctrl-C, making `workers` shorts at once beside it."""
    settings = Settings()
    at = host or settings.service.host, port or settings.service.port
    if as_json:
        print_json({"url": f"http://{at[0]}:{at[1]}"})
    notes().print(f"ShortFactory serves http://{at[0]}:{at[1]} (documentation: /docs)")
    app = make_app(settings, workers=workers)
    config = uvicorn.Config(
        app,
        host=at[0],
        port=at[1],
        loop="asyncio",  # uvloop cannot start programs as another user, which root's Postgres needs
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    try:
        uvicorn.Server(config).run()
    except SystemExit:  # uvicorn's way to say that it could not start, whatever the reason
        raise getattr(app.state, "failure", None) or ConfigurationError(
            f"{at[0]}:{at[1]} cannot be served: taken, or not this machine's.",
            cure="Choose another --host or --port.",
        ) from None
    if failure := getattr(app.state, "failure", None):
        raise failure
    return _ended()


def worker(as_json: bool, concurrency: int) -> int:
    """Make shorts from the queue until SIGTERM or Ctrl-C."""
    if as_json:
        print_json({"concurrency": concurrency})
    notes().print(f"A worker for {concurrency} shorts at once is ready.")
    asyncio.run(_work(Settings(), concurrency))
    return _ended()


def _ended() -> int:
    # The interpreter's last look for garbage takes a second of CPU, and an ending is timed.
    gc.freeze()
    return 0


async def _work(settings: Settings, concurrency: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with (
        Factory.open(settings) as factory,
        open_jobs(factory.database, settings.service) as jobs,
    ):
        await Worker(factory, jobs, concurrency).run(stop)
