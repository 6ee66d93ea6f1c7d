"""A process that makes one film and tells every event, so that its killer can choose a moment."""

import asyncio
import sys
from decimal import Decimal
from pathlib import Path

from graph.factory import Factory
from shortfactory.order import Order
from shortfactory.settings import Settings
from shortfactory.story import Topic


def tell(event):
    sys.stdout.write(event.model_dump_json() + "\n")
    sys.stdout.flush()


async def main(run_id, script):
    topic = Topic(script=script, seconds=5)
    async with Factory.open(Settings(_env_file=None)) as factory:
        if run_id == "new":
            order = Order(
                topic=topic, providers="offline", budget_usd=Decimal("0.25"), approve="auto"
            )
            run_id = (await factory.start(order)).id
            sys.stdout.write(run_id + "\n")
            sys.stdout.flush()
        await factory.work(run_id, watch=tell)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]).read_text()))
