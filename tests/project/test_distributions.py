"""Wheels and source distributions hold the manifest, however the checkout was made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

IN_WHEEL = ("dacapo_napari/napari.yaml", "dacapo_napari/py.typed", "dacapo_engine/py.typed")
FIND_MANIFEST = (
    "import warnings; warnings.simplefilter('ignore')\n"
    "import npe2, dacapo_napari\n"
    "manifest = npe2.PluginManifest.from_distribution('dacapo-napari')\n"
    "print(dacapo_napari.__file__, len(manifest.contributions.widgets))"
)


def build(source: Path, target: Path, kind: str) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = target.iterdir()
    return built


def copy_of_checkout(root: Path, target: Path) -> Path:
    """The files that a build looks at, with the symlink as it is."""
    target.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "napari.yaml", "constraints.txt"):
        shutil.copy(root / name, target / name)
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("dacapo_engine", "dacapo_napari"):
        shutil.copytree(root / name, target / name, symlinks=True, ignore=ignored)
    return target


def assert_complete(wheel: Path, root: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert set(IN_WHEEL) <= set(names)
        assert len(names) == len(set(names))
        assert archive.read("dacapo_napari/napari.yaml") == (root / "napari.yaml").read_bytes()
        stubs = sorted(path.relative_to(root).as_posix() for path in engine_stubs(root))
        assert set(stubs) <= set(names)


def engine_stubs(root: Path) -> list[Path]:
    return [*(root / "dacapo_engine").rglob("*.pyi")]


def test_wheel(root: Path, tmp_path: Path) -> None:
    assert_complete(build(root, tmp_path / "built", "wheel"), root)


def test_wheel_from_source_distribution(root: Path, tmp_path: Path) -> None:
    archive = build(root, tmp_path / "sdist", "sdist")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    source = tmp_path / archive.name.removesuffix(".tar.gz")
    assert (source / "napari.yaml").is_file()
    assert_complete(build(source, tmp_path / "built", "wheel"), root)


def test_wheel_from_checkout_without_symlinks(root: Path, tmp_path: Path) -> None:
    checkout = copy_of_checkout(root, tmp_path / "checkout")
    link = checkout / "dacapo_napari" / "napari.yaml"
    link.unlink()
    link.write_text("../napari.yaml", encoding="utf-8")
    assert_complete(build(checkout, tmp_path / "built", "wheel"), root)


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_npe2_finds_the_manifest_once_installed(root: Path, tmp_path: Path, kind: str) -> None:
    built = build(copy_of_checkout(root, tmp_path / "checkout"), tmp_path / "built", kind)
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--quiet"]
    subprocess.run([*pip, "--target", str(site), str(built)], check=True, capture_output=True)
    found = subprocess.run(
        [sys.executable, "-c", FIND_MANIFEST],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
        text=True,
    )
    where, widgets = found.stdout.split()
    assert Path(where).is_relative_to(site)
    assert int(widgets) == 2
