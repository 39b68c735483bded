"""A run is deleted whole, and nothing beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dacapo_engine.errors import ConfigError, StoreError
from dacapo_engine.store.delete_run import delete_run, folder_size
from dacapo_engine.store.lock import RunLock
from dacapo_engine.store.run_folder import RunFolder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "runs" / "made")
    (folder.path / "snapshots.zarr" / "2").mkdir(parents=True)
    (folder.path / "snapshots.zarr" / "2" / "0.0").write_bytes(b"x" * 100)
    folder.run_file.write_text("format: 1\n", encoding="utf-8")
    return folder


def test_nothing_is_left(folder: RunFolder) -> None:
    assert folder_size(folder.path) == (110, True)
    assert folder_size(folder.path, most_files=1)[1] is False
    delete_run(folder.path.parent, "made")
    assert list(folder.path.parent.iterdir()) == []


def test_one_that_is_being_trained_stays(folder: RunFolder) -> None:
    with RunLock(folder), pytest.raises(StoreError, match="being trained"):
        delete_run(folder.path.parent, "made")
    assert folder.exists()


@pytest.mark.parametrize("name", ["../elsewhere", "..", ".", "", "a/b"])
def test_no_name_leads_out_of_the_folder(folder: RunFolder, name: str) -> None:
    with pytest.raises(ConfigError):
        delete_run(folder.path.parent, name)


def test_what_links_point_to_stays(folder: RunFolder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "run.yaml").write_text("format: 1\n", encoding="utf-8")
    (folder.path / "inputs").symlink_to(outside, target_is_directory=True)
    (folder.path.parent / "linked").symlink_to(outside, target_is_directory=True)
    assert folder_size(folder.path)[0] < 200
    with pytest.raises(StoreError, match="link"):
        delete_run(folder.path.parent, "linked")
    delete_run(folder.path.parent, "made")
    assert [path.name for path in outside.iterdir()] == ["run.yaml"]
    assert not folder.path.exists()


def test_one_that_is_gone_gets_a_sentence(folder: RunFolder) -> None:
    with pytest.raises(StoreError, match="no run 'other'"):
        delete_run(folder.path.parent, "other")
