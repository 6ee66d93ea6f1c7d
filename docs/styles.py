"""Render the pictures of docs/styles.md and docs/safe-area.md.

`python -m docs.styles` draws every frame with the renderer and the offline illustrator; the text
of docs/styles.md comes from the styles' own data with `make docs`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import pyvips
from numpy.typing import NDArray

from media.cover import draw_cover
from media.frames import Painter, open_scene
from media.inspection.captions import UPRIGHT_SAFE
from media.planes import Planes
from media.safe_area import safe_area
from media.style import FOLDER, Style, load, names
from media.timeline import Frame, Take, plan
from providers.offline.illustrator import OfflineIllustrator
from providers.ports import ImageRequest
from shortfactory.story import Word

DOCS = Path(__file__).parent
LARGEST_BYTES = 100_000  # of one picture: the documents stay light in every clone
FRAME = Frame()
WORD_MS, GAP_MS = 300, 40
HEIGHT_PX, GUTTER_PX = 640, 10
MOMENTS = (0.35, 0.78)  # of the line: early and late in it

# (picture, keyword, spoken line) of the frames shown for each style, and its cover's title.
SUBJECTS = {
    "editorial": ("a honey bee on a honeycomb", "Waggle", "She dances a map", "Why bees dance"),
    "blueprint": ("gears of an old clock", "Longitude", "A clock that ignored the waves",
                  "The clock that found the sea"),
    "marble": ("a pyramid at dusk", "Eternity", "It was old to Cleopatra", "Older than old"),
    "minimal": ("a cup of tea", "Tea", "One leaf, six colours", "One leaf"),
    "neon": ("a robot in a city at night", "Awake", "The city never sleeps", "It never sleeps"),
    "noir": ("a lighthouse in a storm at night", "Vanished", "Three keepers left no trace",
             "The last watch"),
    "pulp": ("a rocket above a volcano", "Ignition", "Nobody had tried this twice",
             "Ten seconds to the Moon"),
    "retro": ("a record by the sea", "Groove", "A needle reads the mountains", "Sound in a groove"),
    "storybook": ("a cat by a house among trees", "Home", "The cat who walked back",
                  "The long way home"),
    "wild": ("a whale in the deep sea", "Deep", "He sings for a thousand miles",
             "Deep water, loud singers"),
}  # fmt: skip

SCRIPTS = (
    ("en", "Latin", "The smartest mind down there has three hearts"),
    ("ar", "Arabic", "في عام 2024 رقصت النحلة لتدل أخواتها"),
    ("he", "Hebrew with numbers", "בשנת 1969 נחתו 2 אנשים על הירח"),
    ("hi", "Devanagari", "क्षत्रिय ने कहा कि ज्ञान ही शक्ति है"),
    ("bn", "Bengali", "মৌমাছি নেচে পথ দেখায় সবাইকে"),
    ("ta", "Tamil", "தேனீ நடனமாடி வழி சொல்கிறது"),
    ("th", "Thai", "ผึ้ง เต้นรำ เพื่อ บอกทาง ให้เพื่อน"),
    ("zh", "Chinese", "蜜蜂用舞蹈告诉同伴花在哪里。"),
    ("ja", "Japanese", "ミツバチは踊って花の場所を教える。"),
    ("ko", "Korean", "꿀벌은 춤으로 꽃의 위치를 알려 준다"),
    ("en", "Emoji", "Bees 🐝 dance 💃🏽 for 🌻 families 👨‍👩‍👧"),
)


def words_of(text: str) -> tuple[Word, ...]:
    """Each word for as long as a calm voice needs; scripts without spaces are one word a sign."""
    parts = text.split() if " " in text else list(text)
    long_ms = WORD_MS if " " in text else WORD_MS // 2
    return tuple(
        Word(text=part, start_ms=at * long_ms, end_ms=(at + 1) * long_ms - GAP_MS)
        for at, part in enumerate(parts)
    )


def filmed(
    picture: Path, text: str, style: Style, share: float, language: str = "en", keyword: str = ""
) -> NDArray[np.uint8]:
    """The film's frame at a share of a spoken line, as BGR."""
    words = words_of(text)
    take = Take(
        number=1, kind="hook", picture=picture, voice=picture, voice_ms=words[-1].end_ms,
        text=text, words=words, keyword=keyword, language=language,
    )  # fmt: skip
    body = plan((take,), style, FRAME).bodies[0]
    planes = Planes.empty(FRAME)
    at = body.voice_frame + round(share * words[-1].end_ms * FRAME.fps / 1000)
    Painter(style, FRAME, language).body(open_scene(body, style, FRAME), at, planes)
    return to_bgr(planes)


def to_bgr(planes: Planes) -> NDArray[np.uint8]:
    """Undo BT.709 limited range."""
    height, width = planes.y.shape
    chroma = [
        cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32) - 128
        for plane in cv2.split(planes.uv)
    ]
    y = (planes.y.astype(np.float32) - 16) * (255 / 219)
    u, v = (np.asarray(plane) * (255 / 224) for plane in chroma)
    rgb = (y + 1.8556 * u, y - 0.1873 * u - 0.4681 * v, y + 1.5748 * v)
    return np.clip(np.rint(np.dstack(rgb)), 0, 255).astype(np.uint8)


async def drawn(folder: Path, note: str, keyword: str, style: Style) -> Path:
    """The offline illustrator's picture in a style's palette."""
    request = ImageRequest(
        prompt=note, subject=note, keyword=keyword, palette=style.palette, look=style.finish
    )
    path = folder / f"{style.name}-{keyword or 'plain'}.jpg"
    path.write_bytes((await OfflineIllustrator().draw(request, ())).data)
    return path


def lay(tiles: list[NDArray[np.uint8]], across: int) -> NDArray[np.uint8]:
    """Tiles of one size in rows, on white."""
    high, wide = tiles[0].shape[:2]
    rows = -(-len(tiles) // across)
    sheet = np.full(
        (rows * (high + GUTTER_PX) - GUTTER_PX, across * (wide + GUTTER_PX) - GUTTER_PX, 3),
        255,
        np.uint8,
    )
    for number, tile in enumerate(tiles):
        top, left = (number // across) * (high + GUTTER_PX), (number % across) * (wide + GUTTER_PX)
        sheet[top : top + high, left : left + wide] = tile
    return sheet


def scaled(image: NDArray[np.uint8], height_px: int = HEIGHT_PX) -> NDArray[np.uint8]:
    """Reduced to a height."""
    width = round(image.shape[1] * height_px / image.shape[0])
    return np.asarray(cv2.resize(image, (width, height_px), interpolation=cv2.INTER_AREA), np.uint8)


def save(image: NDArray[np.uint8], path: Path) -> None:
    """Write a JPEG at the best quality that stays below the limit."""
    path.parent.mkdir(exist_ok=True)
    picture = pyvips.Image.new_from_array(np.ascontiguousarray(image[:, :, ::-1]))
    for quality in range(88, 30, -4):
        data: bytes = picture.copy(interpretation="srgb").jpegsave_buffer(Q=quality, keep=0)
        if len(data) <= LARGEST_BYTES:
            break
    path.write_bytes(data)


async def show_style(style: Style, folder: Path) -> None:
    """Two moments of a film and its cover, side by side."""
    note, keyword, line, title = SUBJECTS[style.name]
    picture = await drawn(folder, note, keyword, style)
    plain = await drawn(folder, note, "", style)
    tiles = [filmed(picture, line, style, share, "en", line.split()[-1]) for share in MOMENTS]
    draw_cover(plain, title, style, folder / "cover.png")
    tiles.append(np.asarray(cv2.imread(str(folder / "cover.png")), np.uint8))
    save(lay([scaled(tile) for tile in tiles], 3), DOCS / "styles" / f"{style.name}.jpg")


async def show_scripts(folder: Path) -> None:
    """The caption's part of the frame, for each script."""
    tiles: list[NDArray[np.uint8]] = []
    effects = [load(name) for name in ("editorial", "wild", "neon", "storybook", "marble")]
    for number, (language, _, text) in enumerate(SCRIPTS):
        style = effects[number % len(effects)]
        picture = await drawn(folder, "calm hills", "", style)
        frame = filmed(picture, text, style, 0.2, language)
        tiles.append(scaled(frame[910:1270, 90:990], 150))
    save(lay(tiles, 3), DOCS / "styles" / "scripts.jpg")


async def show_safe_area(folder: Path) -> None:
    """A frame with the areas drawn: what apps cover, and where captions may stand."""
    style = load("editorial")
    note, _, line, _ = SUBJECTS["editorial"]
    frame = filmed(await drawn(folder, note, "", style), line, style, 0.6)
    area = safe_area(FRAME)
    shaded = (frame * 0.45).astype(np.uint8)
    inner = np.s_[area.top : area.bottom, area.left : area.right]
    shaded[inner] = frame[inner]
    left, top, right, bottom = UPRIGHT_SAFE
    wide, high = FRAME.width_px, FRAME.height_px
    corners = (round(left * wide), round(top * high)), (round(right * wide), round(bottom * high))
    cv2.rectangle(shaded, (area.left, area.top), (area.right, area.bottom), (90, 220, 120), 5)
    cv2.rectangle(shaded, *corners, (60, 180, 255), 3)
    save(scaled(shaded, 900), DOCS / "styles" / "safe-area.jpg")


def styles_page() -> str:
    """The page of all styles, from their own data."""
    parts = [
        "# Styles\n",
        "Choose one with `--style NAME`. A style is a folder of data in `media/styles/`: palette, "
        "prompt words, camera, captions, transitions and the mood of the music. The frames here "
        "were rendered by this program with the offline illustrator (no key, no vendor), which "
        "prints each style in a finish of its own; with `--providers live` the same palette and "
        "captions lie over what the image model draws from the style's prompt.\n",
    ]
    for name in names():
        style = load(name)
        look = style.captions
        moves = ", ".join(style.transitions.body)
        heard = ", heard" if style.transitions.effects else ""
        parts += [
            f"## {name}\n",
            f"{style.summary}\n",
            f"![Two frames and the cover in the style {name}](styles/{name}.jpg)\n",
            f"Palette {' '.join(f'`{colour}`' for colour in style.palette)} · finish "
            f"{style.finish} · captions {look.effect} in {look.font} · one shot about "
            f"{style.motion.shot_s:g} s · scenes join by {moves}{heard} · music {style.mood}\n",
        ]
    scripts = ", ".join(name for _, name, _ in SCRIPTS)
    parts += [
        "## Captions in every script\n",
        f"{scripts}: shaped, ordered and broken into lines by Pango with the fonts in "
        "`media/fonts` and no others; scripts that write no spaces are cut between words by "
        "BudouX.\n",
        "![One caption in each script](styles/scripts.jpg)\n",
        "## A style of your own\n",
        f"Copy a folder of `media/{FOLDER.name}/` and change its `style.toml`; its name is the "
        "folder's. Unknown fields, and colours that are none, are refused with their place.\n\n"
        "`python -m docs.styles` renders these frames anew.\n",
    ]
    return "\n".join(parts)


async def main() -> None:
    """Draw everything."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        for name in names():
            await show_style(load(name), folder)
        await show_scripts(folder)
        await show_safe_area(folder)


if __name__ == "__main__":
    asyncio.run(main())
