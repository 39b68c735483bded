"""pyproject.toml declares what the code imports, no less and no more."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# What is imported under another name than its distribution's.
DISTRIBUTIONS = {
    "PIL": "pillow",
    "lazy_loader": "lazy-loader",
    "pydantic_core": "pydantic",
    "ruamel": "ruamel-yaml",
    "skimage": "scikit-image",
}
# Requirements of napari itself, so there wherever the base is.
FROM_NAPARI = {"app-model", "dask", "npe2", "pint", "psutil", "scikit-image", "scipy", "vispy"}
# The plugin meets these through napari, as layer choices and events, and relies on how they behave.
THROUGH_NAPARI = {"magicgui", "psygnal"}
OURS = {"dacapo-engine", "dacapo-napari"}


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def declared(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def imported(package: Path) -> set[str]:
    """The distributions that the modules of a package import, anywhere in them."""
    modules = {name for path in package.rglob("*.py") for name in imports_of(path)}
    found = {distribution_of(name) for name in modules}
    return found - OURS - {canonicalize_name(name) for name in sys.stdlib_module_names}


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def distribution_of(module: str) -> str:
    top, *rest = module.split(".")
    if top == "funlib":
        return canonicalize_name(f"{top}.{rest[0]}")
    return canonicalize_name(DISTRIBUTIONS.get(top, top))


def test_plugin_imports_the_base_only(root: Path, project: dict[str, Any]) -> None:
    base = declared(project["dependencies"])
    assert imported(root / "dacapo_napari") - base <= FROM_NAPARI


def test_engine_imports_base_and_engine(root: Path, project: dict[str, Any]) -> None:
    base = declared(project["dependencies"])
    engine = declared(project["optional-dependencies"]["engine"])
    assert imported(root / "dacapo_engine") - base - engine <= FROM_NAPARI


def test_napari_brings_what_is_left_to_it() -> None:
    assert declared(metadata.requires("napari") or []) >= FROM_NAPARI


def test_everything_declared_is_imported(root: Path, project: dict[str, Any]) -> None:
    engine = declared(project["optional-dependencies"]["engine"])
    used = imported(root / "dacapo_engine") | imported(root / "dacapo_napari")
    assert (declared(project["dependencies"]) | engine) - used <= THROUGH_NAPARI


def test_constraints_pin_a_version_of_each_that_fits(root: Path, project: dict[str, Any]) -> None:
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    versions = {canonicalize_name(p.name): next(iter(p.specifier)).version for p in pins}
    extras = project["optional-dependencies"].values()
    wanted = [Requirement(text) for texts in [project["dependencies"], *extras] for text in texts]
    misfits = [
        str(requirement)
        for requirement in wanted
        if versions[canonicalize_name(requirement.name)] not in requirement.specifier
    ]
    assert not misfits
    assert versions["torch"] == "2.13.0"


def test_never_all_of_napari(project: dict[str, Any]) -> None:
    extras = project["optional-dependencies"].values()
    wanted = [Requirement(text) for texts in [project["dependencies"], *extras] for text in texts]
    assert not any("all" in requirement.extras for requirement in wanted)
