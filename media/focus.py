"""Where a picture's subject is, by spectral saliency and local detail; no model, no download."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from media.picture import Pixels

SIDE_PX = 96
SPECTRUM_PX = 64
Map = NDArray[np.float32]


def find_focus(picture: Pixels) -> tuple[float, float]:
    """The subject's centre as shares of width and height, kept off the picture's rim.

    The spectral residual (Hou and Zhang, 2007) finds what differs from its surroundings; colour
    contrast and detail weigh it; a mild pull to the middle settles flat pictures.
    """
    small = _small(picture)
    size = (small.shape[1], small.shape[0])
    weight = _salience(small) * _middle(size)
    weight = np.clip(weight - np.quantile(weight, 0.75), 0, None)
    total = float(weight.sum())
    if total <= 1e-9:
        return 0.5, 0.5
    x = float((weight.sum(axis=0) * (np.arange(size[0]) + 0.5)).sum() / total / size[0])
    y = float((weight.sum(axis=1) * (np.arange(size[1]) + 0.5)).sum() / total / size[1])
    return round(min(max(x, 0.15), 0.85), 4), round(min(max(y, 0.15), 0.85), 4)


def salient_share(picture: Pixels, box: tuple[float, float, float, float]) -> float:
    """How much of what draws the eye lies in a box (left, top, right, bottom, as shares)."""
    weight = _salience(_small(picture))
    weight = np.clip(weight - np.quantile(weight, 0.75), 0, None)
    height, width = weight.shape
    rows = slice(round(box[1] * height), round(box[3] * height))
    inside = weight[rows, round(box[0] * width) : round(box[2] * width)]
    return float(inside.sum() / max(float(weight.sum()), 1e-9))


def _small(picture: Pixels) -> NDArray[Any]:
    height, width = picture.shape[:2]
    scale = SIDE_PX / max(height, width)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def _salience(small: NDArray[Any]) -> Map:
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    contrast = np.linalg.norm(lab - lab.reshape(-1, 3).mean(axis=0), axis=2)
    light = np.ascontiguousarray(lab[:, :, 0])
    detail = _blur(np.abs(cv2.Laplacian(light, cv2.CV_32F)), 4)
    size = (small.shape[1], small.shape[0])
    residual = np.asarray(cv2.resize(_spectral_residual(light), size), np.float32)
    weight = _unit(residual) + 0.7 * _unit(_blur(contrast, 4)) + 0.5 * _unit(detail)
    return weight.astype(np.float32)


def _spectral_residual(light: Map) -> Map:
    square = cv2.resize(light, (SPECTRUM_PX, SPECTRUM_PX), interpolation=cv2.INTER_AREA)
    spectrum = np.fft.fft2(square)
    amplitude = np.log(np.abs(spectrum) + 1e-6).astype(np.float32)
    residual = amplitude - cv2.blur(amplitude, (3, 3))
    back = np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))
    return _blur(np.square(np.abs(back)), 3)


def _blur(values: NDArray[Any], sigma: float) -> Map:
    return np.asarray(cv2.GaussianBlur(values.astype(np.float32), (0, 0), sigma), np.float32)


def _middle(size: tuple[int, int]) -> Map:
    x = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, size[1], dtype=np.float32)[:, None]
    return np.exp(-(x * x + y * y) / 1.2).astype(np.float32)


def _unit(values: Map) -> Map:
    low, high = float(values.min()), float(values.max())
    return (values - low) / (high - low) if high > low else np.zeros_like(values)
