"""The run files in ``resources`` (``tools/example_runs.py`` writes them)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.yaml_file import from_yaml, load_yaml, read_config, to_yaml


@pytest.mark.parametrize("name", ["neurites", "nuclei"])
def test_examples_can_be_read_and_name_no_machine(root: Path, name: str) -> None:
    path = root / "resources" / f"{name}.yaml"
    config = read_config(path, RunConfig)
    assert config.name == name
    assert from_yaml(to_yaml(config), RunConfig) == config
    found = containers(load_yaml(path.read_text(encoding="utf-8")))
    assert set(found) == {f"{name}.zarr"}


def containers(node: Any) -> list[str]:
    """All values of ``file_name``."""
    if isinstance(node, dict):
        own = [node["file_name"]] if "file_name" in node else []
        return own + [name for value in node.values() for name in containers(value)]
    if isinstance(node, list):
        return [name for value in node for name in containers(value)]
    return []
