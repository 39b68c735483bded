"""The manifest at the top level is the one that npe2 finds in the installed distribution."""

from __future__ import annotations

from pathlib import Path

import pytest
from napari._app_model.constants import MenuId
from npe2 import PluginManifest


@pytest.fixture
def manifest(root: Path) -> PluginManifest:
    return PluginManifest.from_file(root / "napari.yaml")


def test_real_file_at_the_top_level(root: Path) -> None:
    assert not (root / "napari.yaml").is_symlink()


def test_installed_manifest_is_the_one_at_the_top_level(manifest: PluginManifest) -> None:
    installed = PluginManifest.from_distribution("dacapo-napari")
    assert installed.model_dump(exclude={"package_metadata"}) == manifest.model_dump(
        exclude={"package_metadata"}
    )


def test_everything_it_names_can_be_imported(manifest: PluginManifest) -> None:
    manifest.validate_imports()


def test_two_widgets_make_a_menu(manifest: PluginManifest) -> None:
    names = [widget.display_name for widget in manifest.contributions.widgets or []]
    assert manifest.display_name == "DaCapo"
    assert names == ["Train", "Segment"]


def test_napari_knows_the_menus(manifest: PluginManifest) -> None:
    known = {menu.value for menu in MenuId.contributables()}
    submenus = {submenu.id for submenu in manifest.contributions.submenus or []}
    assert set(manifest.contributions.menus or {}) <= known | submenus


def test_settings_start_empty(manifest: PluginManifest) -> None:
    general = (manifest.contributions.configurations or {})["general"]
    defaults = {name: prop.default for name, prop in general.properties.items()}
    assert defaults == {"engine_python": "", "runs_folder": ""}


def test_reader_is_asked_for_every_folder(manifest: PluginManifest) -> None:
    (reader,) = manifest.contributions.readers or []
    assert reader.accepts_directories
    assert reader.filename_patterns == ["*"]
