"""MP4 files, whole or absent, with their faults told to a person."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import OutputContainer
from av.error import FFmpegError

from media.files import DISK_FAULTS, whole_file
from shortfactory.errors import MediaError

# No edit lists (YouTube and Instagram ask for none) and the index in front of the media.
MP4_OPTIONS = {
    "movflags": "+faststart+negative_cts_offsets",
    "use_editlist": "0",
    "video_track_timescale": "90000",
}


@contextmanager
def mp4(out: Path, options: dict[str, str] | None = None) -> Generator[OutputContainer]:
    """Give a container to mux into; the file appears under its name when the block ends well.

    Raises:
        MediaError: FFmpeg refused what it was given; names the file.
        StorageError: the file cannot be written.
    """
    with whole_file(out) as part:
        try:
            with av.open(str(part), "w", format="mp4", options=options or {}) as container:
                yield container
        except FFmpegError as error:
            if error.errno in DISK_FAULTS:
                raise OSError(error.errno, error.strerror) from error
            raise MediaError(f"{out.name} cannot be encoded: {error.strerror}.") from error
