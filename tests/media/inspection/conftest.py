"""A small good film, and the places where a test plants a defect in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from media.audio import soundtrack
from media.report import Expected, ExpectedCue

WIDTH, HEIGHT, FPS, SECONDS = 270, 480, 30, 5
RATE_HZ = 48_000
SCENES = ((1, 0, 2400), (2, 2400, 5000))
WORDS = {
    1: [(250, 460), (500, 820), (1000, 1280), (1330, 1700)],
    2: [(2700, 2950), (3000, 3350), (3400, 3600), (3640, 3990)],
}
BOX = (40, 270, 220, 320)  # even where a test moves it by whole pixels


@pytest.fixture(params=range(20))
def rng(request):
    """Twenty variations of whatever is drawn from it."""
    return np.random.default_rng(request.param)


def paint(seed, size=(360, 640)):
    """A picture with sharp shapes and fine texture, larger than the film."""
    rng = np.random.default_rng(seed)
    width, height = size
    picture = cv2.resize(rng.uniform(60, 190, (7, 5)).astype(np.float32), size)
    for _ in range(40):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        axes = (int(rng.integers(8, 60)), int(rng.integers(8, 60)))
        shade = float(rng.uniform(30, 230))
        cv2.ellipse(
            picture, centre, axes, float(rng.uniform(0, 180)), 0, 360, shade, -1, cv2.LINE_AA
        )
    return np.clip(picture + rng.normal(0, 3, (height, width)), 16, 235).astype(np.uint8)


def camera(picture, share, drift=1.0):
    """The picture seen by a camera that moves in slowly: share runs from 0 to 1."""
    height, width = picture.shape
    zoom = (1.0 + 0.12 * share * drift) * WIDTH / width * 1.05
    shift = np.array([WIDTH / 2 - zoom * width / 2, HEIGHT / 2 - zoom * height / 2])
    shift += np.array([6, -9]) * share * drift
    matrix = np.float32([[zoom, 0, shift[0]], [0, zoom, shift[1]]])
    return cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)


def letter(luma, box=BOX, ink=235, ground=16):
    """Paint a caption: letters with an outline, over the picture."""
    x0, y0, x1, y1 = box
    type_ = np.zeros_like(luma)
    size = cv2.getTextSize("HERE ARE WO", 0, 1, 2)[0]
    scale = min(0.9 * (x1 - x0) / size[0], 0.37 * (y1 - y0) / size[1])
    for row, line in ((0.42, "HERE ARE"), (0.88, "THE WORDS")):
        place = (x0 + (x1 - x0) // 20, round(y0 + row * (y1 - y0)))
        cv2.putText(type_, line, place, 0, scale, 255, 2, cv2.LINE_AA)
    luma = luma.copy()
    luma[cv2.dilate(type_, np.ones((7, 7), np.uint8)) > 60] = ground
    share = type_.astype(np.float32) / 255
    return np.rint(luma * (1 - share) + ink * share).astype(np.uint8)


@dataclass
class Film:
    """What the film is made from; every field is a place to plant a defect."""

    pictures: dict = field(default_factory=lambda: {1: paint(1), 2: paint(2)})
    drift: dict = field(default_factory=lambda: {1: 1.0, 2: 1.0})
    frame: Callable = lambda _, luma: luma  # before captions
    finished: Callable = lambda _, luma: luma  # after captions
    captioned: bool = True
    words: dict = field(default_factory=lambda: WORDS)  # as spoken
    sound: Callable = lambda samples: samples
    frames: int = FPS * SECONDS
    size: tuple = (WIDTH, HEIGHT)
    pixel_format: str = "yuv420p"
    tags: tuple = (1, 1, 1, 1)
    x264: dict = field(default_factory=dict)
    movflags: str = "+faststart+negative_cts_offsets"
    use_editlist: str = "0"
    audio_codec: str = "aac"
    audio_layout: str = "stereo"
    audio_rate: int = RATE_HZ
    fps: int = FPS
    times: Callable = lambda n: n
    audio_shift: int = 0
    voiced: bool = True

    def picture(self, n):
        at_ms = n * 1000 / FPS
        number, start, end = next((s for s in SCENES if s[1] <= at_ms < s[2]), SCENES[-1])
        share = (at_ms - start) / (end - start)
        luma = self.frame(n, camera(self.pictures[number], share, self.drift[number]))
        if self.captioned and any(a <= at_ms < b for spans in WORDS.values() for a, b in spans):
            luma = letter(luma)
        return self.finished(n, luma)


def expected(**changes):
    cues = tuple(
        ExpectedCue(text="word", start_ms=start, end_ms=end, scene=number, box=BOX)
        for number, spans in WORDS.items()
        for start, end in spans
    )
    basis = Expected(
        width_px=WIDTH, height_px=HEIGHT, fps=FPS, duration_ms=SECONDS * 1000,
        cues=cues, scenes=SCENES, voice_starts_ms=(0, 2400),
    )  # fmt: skip
    return basis.model_copy(update=changes)


@pytest.fixture(scope="session")
def film_sound(tmp_path_factory):
    """The mastered sound of words at these times; made once for each."""
    made = {}

    def syllable(n):
        t = np.arange(n) / RATE_HZ
        tones = [
            np.sin(2 * np.pi * 130 * k * t) * np.exp(-(((130 * k - 700) / 900) ** 2))
            for k in range(1, 24)
        ]
        edge = np.minimum(1, np.minimum(t, t[::-1]) / 0.008)
        return sum(tones) * edge / 6

    def sound(words, voiced=True):
        key = (str(words), voiced)
        if key not in made:
            voice = np.zeros(RATE_HZ * SECONDS)
            for start, end in (span for spans in words.values() for span in spans):
                n = (end - start) * 48
                voice[start * 48 : start * 48 + n] += syllable(n)
            path = tmp_path_factory.mktemp("voice") / "voice.wav"
            write_wav(path, voice)
            cues = [cue_of(path)] if voiced else []
            mixed = soundtrack(cues, RATE_HZ * SECONDS, "calm", 2, path.parent)
            made[key] = mixed.mix[:]
        return made[key].copy()

    return sound


def cue_of(path):
    from media.audio import VoiceCue

    return VoiceCue(path, 0)


def write_wav(path, samples, rate_hz=RATE_HZ):
    with av.open(path, "w") as out:
        stream = out.add_stream("pcm_s16le", rate=rate_hz, layout="mono")
        pcm = (np.clip(samples, -1, 1) * 32767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
        frame.sample_rate = rate_hz
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


FILE_FIELDS = {"movflags", "use_editlist"}
SOUND_FIELDS = {"words", "sound", "voiced", "audio_codec", "audio_layout", "audio_rate"}
SOUND_FIELDS |= {"audio_shift"}


@pytest.fixture(scope="session")
def build(tmp_path_factory, film_sound):
    """Encode a Film; returns its path. Streams without a defect are copied from the good film."""

    def encode(path, film) -> Path:
        options = {"movflags": film.movflags, "use_editlist": film.use_editlist}
        with av.open(path, "w", options=options) as out:
            video = _video_stream(out, film)
            audio = _audio_stream(out, film) if film.audio_codec else None
            _video(out, video, film)
            if audio:
                _audio(out, audio, film, film.sound(film_sound(film.words, film.voiced)))
        return path

    good = encode(tmp_path_factory.mktemp("film") / "good.mp4", Film())

    def make(**changes) -> Path:
        film, path = Film(**changes), tmp_path_factory.mktemp("film") / "film.mp4"
        sound = bool(SOUND_FIELDS & changes.keys())
        picture = bool(changes.keys() - SOUND_FIELDS - FILE_FIELDS)
        if not changes:
            return good
        if sound == picture or FILE_FIELDS & changes.keys():
            return encode(path, film)
        options = {"movflags": film.movflags, "use_editlist": film.use_editlist}
        with av.open(good) as source, av.open(path, "w", options=options) as out:
            kept = source.streams.video[0] if sound else source.streams.audio[0]
            copy = out.add_stream_from_template(kept)
            if picture:
                _video(out, _video_stream(out, film), film)
            elif film.audio_codec:
                audio = _audio_stream(out, film)
                _audio(out, audio, film, film.sound(film_sound(film.words, film.voiced)))
            for packet in source.demux(kept):
                if packet.dts is not None:
                    packet.stream = copy
                    out.mux(packet)
        return path

    return make


def _video_stream(out, film):
    stream = out.add_stream("libx264", rate=film.fps)
    stream.width, stream.height = film.size
    stream.pix_fmt = film.pixel_format
    stream.options = {"preset": "superfast", "crf": "18", "g": "60", "profile": "high", **film.x264}
    codec = stream.codec_context
    codec.color_primaries, codec.color_trc, codec.colorspace, codec.color_range = film.tags
    return stream


def _audio_stream(out, film):
    stream = out.add_stream(film.audio_codec, rate=film.audio_rate, layout=film.audio_layout)
    if film.audio_codec == "aac":
        stream.bit_rate, stream.options = 192_000, {"aac_coder": "fast"}
    return stream


def _video(out, stream, film):
    for n in range(film.frames):
        luma = film.picture(n)
        grey = np.full((luma.shape[0] // 2, luma.shape[1]), 128, np.uint8)
        frame = av.VideoFrame.from_ndarray(np.vstack([luma, grey]), format="yuv420p")
        frame.pts = film.times(n)
        out.mux(stream.encode(frame.reformat(*film.size, format=film.pixel_format)))
    out.mux(stream.encode(None))


def _audio(out, stream, film, samples):
    if film.audio_layout == "mono":
        samples = samples.mean(axis=1, keepdims=True)
    content = samples[1024:]  # the encoder's priming stands for the first 1024 samples
    for start in range(0, len(content), 1024):
        block = np.ascontiguousarray(content[start : start + 1024].T.astype(np.float32))
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=film.audio_layout)
        frame.sample_rate, frame.pts = film.audio_rate, start + film.audio_shift
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))


@pytest.fixture(scope="session")
def wanted():
    """What the small film should be; keyword arguments change a field."""
    return expected


@pytest.fixture(scope="session")
def painted():
    """Paint a picture by seed."""
    return paint


@pytest.fixture(scope="session")
def spoken():
    """When the film's words are spoken: {scene: [(start_ms, end_ms), ...]}."""
    return WORDS


@pytest.fixture(scope="session")
def lettered():
    """Paint a caption into a luma plane, in a box."""
    return letter
