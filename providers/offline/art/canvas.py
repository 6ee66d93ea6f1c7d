"""The canvas: paper layers with soft shadows, glows and grain, in floating point."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import pyvips

from providers.offline.art.colour import Colour

Pixels = np.ndarray
"""Height x width x 3, float32, sRGB 0..1."""

SHADOW_STEP = 4  # shadows are blurred at a quarter of the size: nobody sees the difference


@dataclass
class Canvas:
    """One picture being painted. Lengths are design pixels; `scale` makes them real ones."""

    width: int
    height: int
    scale: float = 1.0
    pixels: Pixels = field(init=False)

    def __post_init__(self) -> None:
        """Start black."""
        rows, columns = round(self.height * self.scale), round(self.width * self.scale)
        self.pixels = np.zeros((rows, columns, 3), np.float32)

    def sky(self, stops: list[tuple[float, Colour]]) -> None:
        """Fill with a smooth vertical gradient; stops are (share of the height, colour)."""
        places = [place for place, _ in stops]
        rows = np.linspace(0, 1, len(self.pixels), dtype=np.float32)
        column = np.stack(
            [np.interp(rows, places, [colour[i] for _, colour in stops]) for i in range(3)], -1
        )
        smooth = cv2.GaussianBlur(column[:, None].astype(np.float32), (1, 0), 0.0, sigmaY=60)
        self.pixels[:] = smooth.reshape(-1, 1, 3)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """Add light that falls off softly; `radius` is where half of it is left."""
        rows, columns = self.pixels.shape[:2]
        down = ((np.arange(rows, dtype=np.float32) / self.scale - y) / radius) ** 2
        across = ((np.arange(columns, dtype=np.float32) / self.scale - x) / radius) ** 2
        falloff = strength / (1 + down[:, None] + across[None, :]) ** 1.5
        self._blend(self.pixels, falloff[..., None], colour)

    def mist(self, top: float, bottom: float, colour: Colour, strength: float) -> None:
        """Lay a soft horizontal veil, thickest in the middle between top and bottom."""
        rows = np.arange(len(self.pixels), dtype=np.float32) / self.scale
        place = np.clip((rows - top) / (bottom - top), 0, 1)
        veil = (strength * np.sin(np.pi * place) ** 2).astype(np.float32)
        self._blend(self.pixels, veil[:, None, None], colour)

    def layer(self, drawing: str, top: float, shadow: float = 0.0, drop: float = 10.0) -> None:
        """Paste an SVG drawing (design pixels) that has nothing above `top`.

        `shadow` is its darkness on what lies behind, 0..1; `drop` its offset and softness.
        """
        first = max(0, int((top - 3 * drop) * self.scale) // SHADOW_STEP * SHADOW_STEP)
        image = self._raster(drawing, first)
        below = self.pixels[first:]
        alpha = image[..., 3:].astype(np.float32) / 255
        if shadow:
            self._shade(below, alpha[..., 0], shadow, drop)
        below *= 1 - alpha
        below += image[..., :3].astype(np.float32) * (alpha / 255)

    def vignette(self, strength: float) -> None:
        """Darken the corners a little, as a lens does."""
        rows, columns = self.pixels.shape[:2]
        down = np.linspace(-1, 1, rows, dtype=np.float32)[:, None] ** 2
        across = np.linspace(-1, 1, columns, dtype=np.float32)[None, :] ** 2
        self.pixels *= (1 - strength * (down + across) ** 1.5 / 2.83)[..., None]

    def defocus(self, radius: float) -> None:
        """Blur all that has been painted so far."""
        self.pixels[:] = cv2.GaussianBlur(self.pixels, (0, 0), max(radius * self.scale, 0.3))

    def mirror(self) -> None:
        """Turn left and right round."""
        self.pixels[:] = self.pixels[:, ::-1].copy()

    def grain(self, seed: int, strength: float) -> None:
        """Add paper grain; it also dithers the gradients, so that they never band."""
        rows, columns = self.pixels.shape[:2]
        random = np.random.default_rng(seed)
        fine = random.standard_normal((rows, columns), dtype=np.float32)
        fibre = cv2.resize(
            random.standard_normal((rows // 3, columns // 3), dtype=np.float32), (columns, rows)
        )
        self.pixels += (strength * (0.6 * fine + 0.55 * fibre))[..., None]

    def finished(self) -> np.ndarray:
        """The picture as height x width x 3 bytes, RGB."""
        return np.clip(self.pixels * 255 + 0.5, 0, 255).astype(np.uint8)

    def _raster(self, drawing: str, first_row: int) -> np.ndarray:
        top = first_row / self.scale
        rows, columns = len(self.pixels) - first_row, self.pixels.shape[1]
        document = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{columns}" height="{rows}" '
            f'viewBox="0 {top} {columns / self.scale} {rows / self.scale}">{drawing}</svg>'
        )
        return pyvips.Image.svgload_buffer(document.encode()).numpy()

    def _shade(self, below: Pixels, alpha: np.ndarray, shadow: float, drop: float) -> None:
        rows, columns = alpha.shape
        small = cv2.resize(
            alpha, (columns // SHADOW_STEP, rows // SHADOW_STEP), interpolation=cv2.INTER_AREA
        )
        reach = drop * self.scale / SHADOW_STEP
        move = np.array([[1, 0, 0.35 * reach], [0, 1, -0.55 * reach]], np.float32)
        small = cv2.warpAffine(small, move, (small.shape[1], small.shape[0]))
        soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), reach), (columns, rows))
        below *= (1 - shadow * soft)[..., None]

    @staticmethod
    def _blend(pixels: Pixels, share: np.ndarray, colour: Colour) -> None:
        pixels += share * (np.array(colour, np.float32) - pixels)
