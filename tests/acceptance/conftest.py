"""The wheel as it would be published, installed where nothing of the checkout is in sight."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The built wheel; hatchling is here already, so no network is needed."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def wheel_names(wheel):
    """The names of all files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@dataclass
class Installed:
    """A fresh environment with the wheel in it."""

    programs: Path
    folder: Path
    home: Path

    def run(self, program, *arguments, deadline_s=240, **extra):
        """Run a program in an empty folder; nothing of this checkout is on its path."""
        return subprocess.run(
            [self.programs / program, *map(str, arguments)],
            cwd=self.folder,
            env={
                "PATH": f"{self.programs}:{os.defpath}",
                "SHORTFACTORY_HOME": str(self.home),
                **extra,
            },
            capture_output=True,
            text=True,
            timeout=deadline_s,
        )


@pytest.fixture(scope="session")
def environment(wheel, tmp_path_factory):
    """A fresh environment: the wheel, and this environment's packages behind it."""
    made = tmp_path_factory.mktemp("environment")
    venv.create(made, with_pip=True)
    programs = made / "bin"
    install = ["install", "--no-deps", "--no-index", "--no-compile", "--quiet", str(wheel)]
    subprocess.run([programs / "python", "-m", "pip", *install], check=True, cwd=made)
    own = Path(sysconfig.get_path("purelib", vars={"base": str(made), "platbase": str(made)}))
    # Our packages are found first: the folder itself comes before what a .pth adds. Only their
    # folders are added, so the .pth of this checkout's editable install is not read.
    (own / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return programs


@pytest.fixture
def installed(environment, tmp_path, database_url):
    """The installed program with an empty home and this test's own database."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return Installed(environment, folder, tmp_path / "home")
