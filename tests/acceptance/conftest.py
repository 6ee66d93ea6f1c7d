"""The wheel as it would be published, installed where nothing of the checkout is in sight."""

import os
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.installed import build_wheel, install


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The built wheel; hatchling is here already, so no network is needed."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


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
    return install(wheel, tmp_path_factory.mktemp("environment"))


@pytest.fixture
def installed(environment, tmp_path, database_url):
    """The installed program with an empty home and this test's own database."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return Installed(environment, folder, tmp_path / "home")
