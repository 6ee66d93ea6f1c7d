"""The wheel as it would be published, in an environment of its own, far from this checkout."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent


def build_wheel(folder: Path) -> Path:
    """Build into this folder; hatchling is here already, so no network is needed."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


def install(wheel: Path, folder: Path) -> Path:
    """Make an environment with the wheel, and this one's packages behind it; its programs."""
    venv.create(folder, with_pip=True)
    programs = folder / "bin"
    command = ["install", "--no-deps", "--no-index", "--no-compile", "--quiet", str(wheel)]
    subprocess.run([programs / "python", "-m", "pip", *command], check=True, cwd=folder)
    own = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    # Our packages are found first: the folder itself comes before what a .pth adds. Only their
    # folders are added, so the .pth of this checkout's editable install is not read.
    (own / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return programs
