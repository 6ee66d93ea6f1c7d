"""What a user installs: everything is in it, and it makes a film far from this checkout."""

import ast
import json
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
SCRIPT = "# Why bees dance\n\n## Hook\n\nA bee comes home and dances.\n\n> A honeybee on a comb\n"


@pytest.mark.parametrize("name", PACKAGES)
def test_every_package_is_ours_alone(name):
    spec = find_spec(name)
    assert spec is not None
    assert Path(spec.origin).parent == ROOT / name
    assert set(packages_distributions().get(name, ["shortfactory"])) == {"shortfactory"}


def test_all_that_is_tracked_is_in_the_wheel(wheel_names):
    listed = subprocess.run(
        ["git", "ls-files", "--", *PACKAGES], cwd=ROOT, capture_output=True, text=True
    )
    tracked = listed.stdout.split()
    if not tracked:
        pytest.skip("a copy without its history")
    assert [name for name in tracked if name not in wheel_names and (ROOT / name).exists()] == []


@pytest.mark.parametrize(
    "pattern",
    [
        "media/fonts/*/*.ttf",
        "media/styles/*/style.toml",
        "nodes/prompts/*.md",
        "providers/offline/art/heroes/*.svg",
        "graph/migrations/*.sql",
        "*/licenses/LICENSE",
        "*/licenses/media/fonts/*/OFL.txt",
        "*/licenses/providers/offline/fonts/OFL.txt",
    ],
)
def test_data_comes_along(wheel_names, pattern):
    assert any(Path(name).match(pattern) for name in wheel_names)


def test_nothing_else_comes_along(wheel_names):
    tops = {name.split("/")[0] for name in wheel_names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert not [name for name in wheel_names if name.endswith((".pyc", ".orig", ".env"))]


def test_the_image_gets_every_dependency_at_the_locked_version():
    whole, image = pins("requirements.lock"), pins("requirements-runtime.lock")
    assert {n: v for n, v in image.items() if n in whole and whole[n] != v} == {}
    for wanted in map(Requirement, PROJECT["project"]["dependencies"]):
        versions = image.get(canonicalize_name(wanted.name), set())
        assert versions, f"make lock: {wanted.name} is missing"
        assert all(wanted.specifier.contains(version) for version in versions)


def test_every_import_is_of_a_package_in_the_image():
    provided, image = packages_distributions(), set(pins("requirements-runtime.lock"))
    ours = {*PACKAGES, *sys.stdlib_module_names}
    for module, file in sorted(imported().items()):
        found = {canonicalize_name(name) for name in provided.get(module, ())}
        assert module in ours or found & image, f"{file} imports {module}: add it to pyproject.toml"


def imported():
    """Top-level module → a file of ours that imports it."""
    found = {}
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Import):
                    found |= {alias.name.split(".")[0]: file for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found[node.module.split(".")[0]] = file
    return found


def pins(name):
    found = {}
    for line in (ROOT / name).read_text().splitlines():
        if line[:1].isalnum():
            project, version = line.split(";")[0].rstrip(" \\").split("==")
            found.setdefault(canonicalize_name(project.split("[")[0]), set()).add(version.strip())
    return found


@pytest.mark.slow
def test_doctor_finds_everything_in_an_empty_folder(installed, database_url):
    answer = installed.run(
        "shortfactory", "doctor", "--json", SHORTFACTORY_DATABASE_URL=database_url
    )
    found = json.loads(answer.stdout)
    assert found["healthy"], answer.stdout
    where = "import graph, media, server; print(graph.__file__)"
    assert str(ROOT) not in installed.run("python", "-c", where).stdout


@pytest.mark.slow
def test_it_makes_a_film_in_an_empty_folder(installed, database_url):
    (installed.folder / "bees.md").write_text(SCRIPT)
    make = ("make", "--script", "bees.md", "--providers", "offline", "--approve", "auto")
    answer = installed.run(
        "shortfactory",
        *make,
        "--json",
        "--out",
        "film",
        SHORTFACTORY_DATABASE_URL=database_url,
        SHORTFACTORY_RENDER__QUALITY="quick",
    )
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["short"]["status"] == "done"
    assert (installed.folder / "film" / "film.mp4").read_bytes()[4:8] == b"ftyp"
