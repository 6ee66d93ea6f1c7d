"""Whether a picture can be filmed: readable, upright, with something in it, sharp."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from media.inspection.stills import faults_of, look
from media.inspection.watching import Luma
from media.report import Finding

SMALLEST_PX = 480  # the shorter side; below it the film shows blocks
_LONGEST_SIDE_PX = 2_048
_SHAPE_TOLERANCE = 0.12  # a crop of this share of a side loses nothing that matters
_LEAST_SPREAD = 40.0  # code values between the darkest and the brightest twentieth


def inspect_picture(path: Path, aspect: tuple[int, int] = (9, 16)) -> list[Finding]:
    """Measure a picture that was drawn for a film of this aspect (across, down).

    Returns:
        What is wrong, empty when it can be filmed. An unreadable file is a finding.
    """
    luma = _read(path)
    if luma is None:
        message = f"The picture {path.name} cannot be read"
        return [_finding("picture_readable", message, 0, "a whole PNG, JPEG or WebP")]
    height, width = luma.shape
    findings = [*_size(width, height, aspect)]
    longest = max(width, height)
    if longest > _LONGEST_SIDE_PX:
        scale = _LONGEST_SIDE_PX / longest
        small = cv2.resize(luma, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        luma = np.asarray(small, np.uint8)
    still = look(luma)
    if fault := faults_of(still.edge_px, still.deviation):
        check, message, measured, limit = fault
        return [*findings, _finding(check, f"The picture {message}", measured, limit)]
    low, high = np.quantile(luma, [0.05, 0.95])
    if high - low < _LEAST_SPREAD:
        message = "The picture has hardly any contrast"
        findings.append(_finding("contrast", message, round(float(high - low), 1), _LEAST_SPREAD))
    return findings


def _read(path: Path) -> Luma | None:
    """The picture in grey, turned upright; None when damaged."""
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError:
        return None
    if not len(data):
        return None
    picture = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    return None if picture is None else np.asarray(picture, np.uint8)


def _size(width: int, height: int, aspect: tuple[int, int]) -> list[Finding]:
    findings: list[Finding] = []
    if min(width, height) < SMALLEST_PX:
        message = f"The picture is only {width}x{height} px"
        findings.append(_finding("picture_size", message, min(width, height), SMALLEST_PX))
    wanted, shape = aspect[0] / aspect[1], width / height
    off = max(wanted, shape) / min(wanted, shape) - 1
    if off > _SHAPE_TOLERANCE:
        message = f"The picture's shape {width}x{height} is not {aspect[0]}:{aspect[1]}"
        findings.append(_finding("picture_shape", message, round(off, 3), _SHAPE_TOLERANCE))
    return findings


def _finding(check: str, message: str, measured: float | str, limit: float | str) -> Finding:
    return Finding(
        check=check, severity="fail", message=f"{message}. Draw it again.",
        measured=measured, limit=limit,
    )  # fmt: skip
