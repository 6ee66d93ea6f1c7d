"""The door: cancelling, killed workers, full disks, and what importing it costs."""

import asyncio
import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from media.render import RenderDoor
from media.timeline import Frame
from shortfactory.errors import InvalidInput, MediaError, StorageError

SMALL = Frame(width_px=216, height_px=384)


@pytest.fixture
def door():
    opened = RenderDoor(workers=1)
    yield opened
    opened.close()


async def until(true, within_s=20.0):
    """Wait for the thing itself."""
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(0.02)


async def test_cancelling_stops_a_render_long_before_its_end(door, takes, tmp_path):
    (take,) = takes(60_000, 500)[:1]
    ticks: list[int] = []
    task = asyncio.create_task(
        door.segment(take, "editorial", Frame(), tmp_path / "a.mp4", lambda at, _: ticks.append(at))
    )
    await until(lambda: ticks and ticks[-1] > 3)
    task.cancel()
    async with asyncio.timeout(20):
        with pytest.raises(asyncio.CancelledError):
            await task
    assert list(tmp_path.iterdir()) == []


async def test_a_check_does_not_wait_for_a_render(door, takes, still, tmp_path):
    ticks: list[int] = []
    out = tmp_path / "a.mp4"
    rendering = asyncio.create_task(
        door.segment(takes(60_000, 500)[0], "editorial", SMALL, out, lambda at, _: ticks.append(at))
    )
    await until(lambda: ticks and ticks[-1] > 3)
    await door.check_picture(still(1), SMALL)
    assert not rendering.done()
    rendering.cancel()
    await asyncio.wait([rendering])


async def test_the_worker_is_free_again_after_a_cancelled_render(door, takes, tmp_path):
    task = asyncio.create_task(
        door.segment(takes(60_000, 500)[0], "editorial", SMALL, tmp_path / "a.mp4")
    )
    await asyncio.sleep(0.2)
    task.cancel()
    await asyncio.wait([task])
    async with asyncio.timeout(60):
        await door.segment(takes(500, 500)[1], "editorial", SMALL, tmp_path / "b.mp4")
    assert (tmp_path / "b.mp4").exists()


def workers() -> list[int]:
    """The render workers below this process, without multiprocessing's own tracker."""
    return [
        child.pid
        for child in psutil.Process().children()
        if any("spawn_main" in part for part in child.cmdline())
    ]


async def test_a_killed_worker_fails_one_render_and_not_the_next(door, takes, tmp_path):
    long, short = takes(60_000, 500)
    ticks: list[int] = []
    task = asyncio.create_task(
        door.segment(long, "editorial", SMALL, tmp_path / "a.mp4", lambda at, _: ticks.append(at))
    )
    await until(lambda: bool(ticks))
    for pid in workers():
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(MediaError, match="worker was killed while it made a segment"):
        await task
    assert not (tmp_path / "a.mp4").exists()
    made = await door.segment(short, "editorial", SMALL, tmp_path / "b.mp4")
    assert made.frames > 0


async def test_a_disk_that_is_full_is_named_and_leaves_nothing(door, takes, tmp_path):
    """A limit on the size of files stands in for a full disk: writing fails half way."""
    (take, _), (soft, hard) = takes(3000, 500), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, hard))
    try:
        with pytest.raises(StorageError, match=r"a\.mp4 cannot be written"):
            await door.segment(take, "editorial", SMALL, tmp_path / "a.mp4")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


async def test_a_folder_that_cannot_be_written_is_named(door, takes, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError, match=r"file/a\.mp4 cannot be written"):
        await door.segment(takes(500, 500)[0], "editorial", SMALL, tmp_path / "file" / "a.mp4")


async def test_an_unknown_style_names_the_known_ones(door, takes, tmp_path):
    with pytest.raises(InvalidInput, match="editorial"):
        await door.segment(takes(500, 500)[0], "nonsense", SMALL, tmp_path / "a.mp4")


async def test_a_damaged_picture_is_named_and_leaves_nothing(door, takes, tmp_path):
    (tmp_path / "bad.png").write_bytes(b"no picture")
    take = takes(500, 500, picture=tmp_path / "bad.png")[0]
    with pytest.raises(MediaError, match=r"bad\.png is not a picture"):
        await door.segment(take, "editorial", SMALL, tmp_path / "a.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.png"]


async def test_a_segment_of_another_size_is_refused(door, takes, tmp_path):
    pair = takes(500, 500)
    await door.segment(pair[0], "editorial", SMALL, tmp_path / "1.mp4")
    other = Frame(width_px=256, height_px=384)
    await door.segment(pair[1], "editorial", other, tmp_path / "2.mp4")
    paths = (tmp_path / "1.mp4", tmp_path / "2.mp4")
    with pytest.raises(MediaError, match="other settings"):
        await door.film(pair, paths, "editorial", SMALL, tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()


async def test_a_voice_of_no_length_still_shows_its_scene(door, takes, tmp_path):
    made = await door.segment(takes(0, 500)[0], "editorial", SMALL, tmp_path / "a.mp4")
    assert made.frames == 30


async def test_a_cover_is_made_for_the_feed(door, still, tmp_path):
    import cv2

    await door.cover(still(1), "Why octopuses have three hearts", "pulp", tmp_path / "c.png")
    image = cv2.imread(str(tmp_path / "c.png"))
    assert image.shape == (1920, 1080, 3)
    with pytest.raises(InvalidInput, match="at least one word"):
        await door.cover(still(1), " ", "pulp", tmp_path / "d.png")


def test_importing_the_door_loads_no_heavy_library():
    code = (
        "import sys, media.render; "
        "print([n for n in ('cv2', 'av', 'numpy', 'pyvips') if n in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_workers_leave_when_their_parent_is_killed(tmp_path):
    """No orphan keeps rendering (and memory) after a crash."""
    code = (
        "import asyncio, os, sys\n"
        "from pathlib import Path\n"
        "from media.render import RenderDoor\n"
        "async def main():\n"
        "    door = RenderDoor(workers=1)\n"
        "    job = door.cover(Path('x'), 't', 'pulp', Path('y'))\n"
        "    await asyncio.wait([asyncio.create_task(job)])\n"
        "    import psutil\n"
        "    print(*[c.pid for c in psutil.Process().children(recursive=True)], flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(main())\n"
    )
    script = tmp_path / "crash.py"
    script.write_text(code)
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    with process:
        assert process.stdout is not None
        children = [int(pid) for pid in process.stdout.readline().split()]
        process.kill()
    assert children
    left = []
    for pid in children:
        with contextlib.suppress(psutil.NoSuchProcess):  # it has left already
            left.append(psutil.Process(pid))
    _, alive = psutil.wait_procs(left, timeout=30)
    assert not alive
