"""Twenty variations of every planted defect of the file itself, on clips of a few frames."""

from fractions import Fraction

import av
import numpy as np
import pytest

from media.inspect import inspect_film
from media.inspection.container import check_boxes, check_streams
from media.inspection.timing import check_lengths
from media.inspection.watching import Watched
from media.report import Expected

SIZES = ((108, 192), (192, 108), (128, 128), (144, 180))
GOOD = {
    "video": "libx264", "options": {"profile": "high", "preset": "superfast"},
    "pixel_format": "yuv420p", "fps": 30, "tags": (1, 1, 1, 1), "shape": (1, 1),
    "audio": "aac", "rate": 48_000, "layout": "stereo",
    "movflags": "+faststart+negative_cts_offsets", "use_editlist": "0",
}  # fmt: skip


def pick(rng, *choices):
    return choices[int(rng.integers(len(choices)))]


def x264(profile, **other):
    return {"options": {"profile": profile, "preset": "superfast", **other}}


PLANTS = {
    "video_codec": lambda rng: {"video": pick(rng, "mpeg4", "libvpx-vp9", "mjpeg"), "options": {}},
    "profile": lambda rng: x264(pick(rng, "baseline", "main")),
    "pixel_format": lambda rng: pick(
        rng,
        {"pixel_format": "yuv422p", **x264("high422")},
        {"pixel_format": "yuv444p", **x264("high444")},
        {"pixel_format": "yuv420p10le", **x264("high10")},
    ),
    "size": lambda rng: {"grown": (2 * int(rng.integers(1, 20)), 2 * int(rng.integers(0, 20)))},
    "pixel_shape": lambda rng: {"shape": pick(rng, (4, 3), (3, 4), (16, 15), (10, 11), (2, 1))},
    "frame_rate": lambda rng: {"fps": pick(rng, 12, 15, 20, 23, 24, 25, 29, 31, 48, 50, 60)},
    "color_tags": lambda rng: {
        "tags": pick(rng, (2, 2, 2, 1), (6, 6, 6, 1), (5, 6, 5, 1), (9, 14, 9, 1), (1, 13, 1, 1),
                     (1, 1, 6, 1), (1, 1, 1, 2), (9, 16, 9, 1))
    },
    "audio_codec": lambda rng: {"audio": pick(rng, "libmp3lame", "libopus", "ac3", "flac", None)},
    "audio_rate": lambda rng: {"rate": pick(rng, 16_000, 22_050, 24_000, 32_000, 44_100, 96_000)},
    "audio_channels": lambda rng: {"layout": pick(rng, "mono", "3.0", "quad", "5.0", "5.1")},
    "faststart": lambda rng: {"movflags": "+negative_cts_offsets", "frames": pick(rng, 4, 9, 16)},
    "edit_list": lambda rng: {
        "movflags": "+faststart", "use_editlist": "1", "frames": pick(rng, 4, 9, 16)
    },
}  # fmt: skip


@pytest.fixture
def clip(tmp_path, rng):
    """Write a clip of noise; returns its path and what it should be."""

    def write(**changes):
        made, size = {**GOOD, "frames": 4, "grown": (0, 0), **changes}, pick(rng, *SIZES)
        path = tmp_path / "clip.mp4"
        options = {name: made[name] for name in ("movflags", "use_editlist")}
        with av.open(path, "w", options=options) as out:
            video = video_stream(
                out, made, [a + b for a, b in zip(size, made["grown"], strict=True)]
            )
            audio = audio_stream(out, made) if made["audio"] else None
            fill(out, video, audio, made["frames"], rng)
        return path, Expected(width_px=size[0], height_px=size[1], fps=30, duration_ms=133)

    return write


def video_stream(out, made, size):
    stream = out.add_stream(made["video"], rate=made["fps"])
    stream.width, stream.height = size
    stream.pix_fmt = "yuvj420p" if made["video"] == "mjpeg" else made["pixel_format"]
    stream.options = {"threads": "1", **made["options"]}
    codec = stream.codec_context
    codec.sample_aspect_ratio = Fraction(*made["shape"])
    codec.color_primaries, codec.color_trc, codec.colorspace, codec.color_range = made["tags"]
    return stream


def audio_stream(out, made):
    return out.add_stream(made["audio"], rate=made["rate"], layout=made["layout"])


def fill(out, video, audio, frames, rng):
    for n in range(frames):
        shape = (video.height, video.width, 3)
        frame = av.VideoFrame.from_ndarray(rng.integers(0, 255, shape, np.uint8), format="rgb24")
        frame.pts = n
        out.mux(video.encode(frame.reformat(format=video.pix_fmt)))
    out.mux(video.encode(None))
    if audio:
        channels = audio.layout.nb_channels
        noise = rng.normal(0, 0.1, (channels, 4_096)).astype(np.float32)
        sound = av.AudioFrame.from_ndarray(noise, format="fltp", layout=audio.layout.name)
        sound.sample_rate, sound.pts = audio.rate, 0
        out.mux(audio.encode(sound))
        out.mux(audio.encode(None))


def seen_in(path, expected):
    findings, _ = check_streams(path, expected)
    return {finding.check for finding in findings + check_boxes(path)}


@pytest.mark.parametrize("kind", PLANTS)
def test_a_wrong_property_is_found(kind, clip, rng):
    assert kind in seen_in(*clip(**PLANTS[kind](rng)))


def test_a_right_file_passes(clip, rng):
    assert seen_in(*clip(frames=int(rng.integers(2, 20)))) == set()


def test_a_file_without_its_boxes_is_found(clip, rng):
    path, _ = clip()
    lost = pick(rng, b"moov", b"mdat")
    whole = path.read_bytes()
    at = whole.index(lost)
    cut = bool(rng.integers(2))
    path.write_bytes(whole[: at - 4] if cut else whole.replace(lost, b"skip"))
    assert "boxes" in {finding.check for finding in check_boxes(path)}


@pytest.mark.parametrize("damage", ["cut", "zeros", "noise"])
def test_a_film_that_cannot_be_played_to_its_end_is_found(damage, build, wanted, rng, tmp_path):
    data, path = bytearray(build().read_bytes()), tmp_path / "film.mp4"
    # one hole in ten happens to decode as some other picture, so there are three
    for at in (len(data) * rng.uniform(0.1, 0.9, 1 if damage == "cut" else 3)).astype(int):
        long = len(data) - at if damage == "cut" else int(rng.integers(400, 4_000))
        bad = {"cut": b"", "zeros": bytes(long), "noise": rng.bytes(long)}[damage]
        data[at : at + long] = bad
    path.write_bytes(data)
    assert "decodable" in {finding.check for finding in inspect_film(path, wanted()).findings}


LENGTHS = {
    "duration": lambda rng: {"frames": int(rng.choice([-40, -9, -3, 3, 8, 50]))},
    "constant_rate": lambda rng: {"late": (int(rng.integers(5, 80)), float(rng.uniform(1, 60)))},
    "keyframes": lambda rng: {"gop": float(rng.uniform(2.2, 9))},
    "av_offset": lambda rng: {"sound_from_ms": float(rng.choice([-1, 1]) * rng.uniform(6, 400))},
    "audio_length": lambda rng: {"more_sound_ms": int(pick(rng, -1, 1) * rng.integers(120, 900))},
}  # fmt: skip


def lengths(rng, frames=0, late=(0, 0.0), gop=2.0, sound_from_ms=0.0, more_sound_ms=0):
    """The findings for a film of three to nine seconds, as it was meant but for the changes."""
    fps, meant = pick(rng, 24, 25, 30, 60), int(rng.integers(90, 270))
    times = [n * 1000 / fps for n in range(meant + frames)]
    times[late[0]] += late[1]
    seconds = (meant + frames) / fps
    keys = [second * 1000 for second in np.arange(0, seconds, gop)]
    if gop > 2:  # the film must be long enough to hold the gap
        times, keys = [n * 1000 / fps for n in range(20 * fps)], [0.0, gop * 1000]
    watched = Watched(len(times), len(times), times, keys, sound_from_ms)
    samples = np.zeros((max(0, round(watched.duration_ms) + more_sound_ms) * 48, 2), np.float32)
    duration = 20_000 if gop > 2 else round(meant * 1000 / fps)
    expected = Expected(width_px=108, height_px=192, fps=fps, duration_ms=duration)
    return {finding.check for finding in check_lengths(watched, expected, samples)}


@pytest.mark.parametrize("kind", LENGTHS)
def test_a_wrong_length_is_found(kind, rng):
    assert kind in lengths(rng, **LENGTHS[kind](rng))


def test_right_lengths_pass(rng):
    close = {
        "sound_from_ms": float(rng.uniform(-4, 4)),
        "more_sound_ms": int(rng.integers(-80, 80)),
    }
    assert lengths(rng, frames=int(rng.integers(-1, 2)), **close) == set()
