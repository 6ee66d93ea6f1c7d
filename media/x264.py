"""x264 as every piece of a film is encoded: settings, levels, colour."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from platform import machine
from typing import Literal

from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext

from media.timeline import Frame

CODEC = "libx264"
Quality = Literal["quick", "default", "best"]

GOP_S = 2
REORDER_FRAMES = 1  # two B-frames without a pyramid: decoding runs one frame ahead
BT709, LIMITED = 1, 1  # ITU-T H.273 code points; FFmpeg's AVCOL_RANGE_MPEG is 1 too
# `superfast` with macroblock-tree switched back on needs 35-40 % less time than `veryfast` at
# equal size and VMAF. To look six frames ahead, and not twenty, at a lower factor takes a fifth
# fewer bits for 0.3 points of VMAF, and 6 MB less a frame and encoder. An encoder has one thread:
# their number would change the bytes.
SETTINGS: dict[Quality, dict[str, str]] = {
    "quick": {"preset": "superfast", "crf": "19.5", "x264-params": "mbtree=1:rc-lookahead=6"},
    "default": {"preset": "superfast", "crf": "17", "x264-params": "mbtree=1:rc-lookahead=6"},
    "best": {"preset": "fast", "crf": "17", "x264-params": "rc-lookahead=10"},
}
# A camera over stills moves evenly: to look for a better place for every B-frame costs an eighth
# of the time and a tenth of the bits at the same VMAF. Scene cuts stay looked for: the camera cuts
# inside a scene, and to leave the search out saves one part in a hundred.
SHARED = "bframes=2:b-adapt=0:b-pyramid=none:open-gop=0:stitchable=1:threads=1"
# ITU-T H.264 table A-1: macroblocks (16x16) a second, macroblocks a frame, kbit a second.
LEVELS = {
    "3.0": (40_500, 1_620, 10_000),
    "3.1": (108_000, 3_600, 14_000),
    "3.2": (216_000, 5_120, 20_000),
    "4.0": (245_760, 8_192, 20_000),
    "4.2": (522_240, 8_704, 50_000),
    "5.0": (589_824, 22_080, 135_000),
    "5.1": (983_040, 36_864, 240_000),
    "5.2": (2_073_600, 36_864, 240_000),
    "6.0": (4_177_920, 139_264, 240_000),
}
# x264's AVX-512 macroblock-tree reads memory it never wrote: with it the same frames give other
# bytes from run to run (measured on crossfades; AVX2 gave the same bytes every time).
STEADY_ASM = ":asm=avx2" if machine().lower() in ("x86_64", "amd64") else ""


def prepare(encoder: VideoCodecContext, frame: Frame, quality: Quality) -> None:
    """Set up an encoder; all that are set up alike write the same headers."""
    encoder.width, encoder.height = frame.width_px, frame.height_px
    encoder.framerate, encoder.time_base = Fraction(frame.fps), Fraction(1, frame.fps)
    encoder.pix_fmt = "nv12"  # how x264 keeps frames: planes apart would be interleaved first
    encoder.profile = "High"
    encoder.color_range = LIMITED
    encoder.colorspace = encoder.color_primaries = encoder.color_trc = BT709
    encoder.flags |= Flags.global_header
    encoder.options = options(quality, frame)


def options(quality: Quality, frame: Frame) -> dict[str, str]:
    """What libx264 is told."""
    told = dict(SETTINGS[quality])
    gop = GOP_S * frame.fps
    told["x264-params"] += f":{SHARED}{STEADY_ASM}:keyint={gop}:min-keyint={frame.fps // 2}"
    name, kbit_s = level(frame), LEVELS[level(frame)][2]
    # Each run's buffer begins anew: half a second of it in two is what the High profile may take
    # above its level's rate, a quarter.
    told["x264-params"] += f":level={name}:vbv-maxrate={kbit_s}:vbv-bufsize={kbit_s // 2}"
    return told


def level(frame: Frame) -> str:
    """The lowest H.264 level whose decoders must play frames of this size and rate."""
    blocks = ceil(frame.width_px / 16) * ceil(frame.height_px / 16)
    fits = (
        name
        for name, (a_second, a_frame, _) in LEVELS.items()
        if blocks <= a_frame and blocks * frame.fps <= a_second
    )
    return next(fits)
