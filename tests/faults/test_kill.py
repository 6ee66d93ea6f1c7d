"""kill -9 at twenty moments: every run goes on, nothing finished is repeated, same film."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from graph.factory import Factory
from shortfactory.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # 25 processes, one after the other

ROOT = Path(__file__).parents[2]
VICTIM = Path(__file__).with_name("victim.py")
KILLS = 5


class Life:
    """The victim's lives: one process after the other, all on the same run."""

    def __init__(self, home, database_url, script):
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SHORTFACTORY_HOME": str(home),
            "SHORTFACTORY_DATABASE_URL": database_url,
            "SHORTFACTORY_RENDER__QUALITY": "quick",
        }
        self.script, self.run_id, self.events = script, "new", 0

    def live(self, most_events=None):
        """Run until the end, or kill after so many events; returns whether it ended by itself."""
        arguments = [sys.executable, str(VICTIM), self.run_id, str(self.script)]
        process = subprocess.Popen(
            arguments, env=self.environment, stdout=subprocess.PIPE, text=True
        )
        if self.run_id == "new":
            self.run_id = process.stdout.readline().strip()
        for told, _ in enumerate(process.stdout, 1):
            self.events += 1
            if told == most_events:
                os.kill(process.pid, signal.SIGKILL)
                break
        process.stdout.close()
        return process.wait() == 0


async def outcome(home, database_url, run_id):
    settings = Settings(home=home, database_url=database_url, _env_file=None)
    async with Factory.open(settings) as factory:
        return await factory.show(run_id)


@pytest.fixture(scope="module")
def script(tmp_path_factory, tide):
    path = tmp_path_factory.mktemp("script") / "tide.md"
    path.write_text(tide)
    return path


async def test_a_run_killed_at_twenty_moments_makes_the_same_film(tmp_path, new_database, script):
    with new_database() as url:
        whole = Life(tmp_path / "whole", url, script)
        assert whole.live()
        expected = await outcome(tmp_path / "whole", url, whole.run_id)
    assert expected.run.status == "done", expected.run.reason

    kills = 0
    for chain in range(4):
        moments = random.Random(chain)
        home = tmp_path / f"chain{chain}"
        with new_database() as url:
            life = Life(home, url, script)
            for _ in range(KILLS):
                kills += not life.live(moments.randint(1, whole.events // (KILLS + 1)))
            assert life.live()
            short = await outcome(home, url, life.run_id)
        assert short.run.status == "done", short.run.reason
        assert short.package["film.mp4"] == expected.package["film.mp4"]
        paid = Counter(call.call_key for call in short.calls if call.status == "settled")
        assert max(paid.values()) == 1
        assert set(paid) == {call.call_key for call in expected.calls if call.status == "settled"}
    assert kills == 4 * KILLS
