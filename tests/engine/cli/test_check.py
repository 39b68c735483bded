"""``dacapo-engine check``: sentences or JSON, and an exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.yaml_file import read_config
from tests.engine.cli.conftest import Command


@pytest.fixture
def run_file(
    tmp_path: Path,
    put: Callable[..., Path],
    cubes: Callable[..., tuple[object, object]],
    make_tiny: Callable[..., None],
    works: Callable[..., str],
) -> Path:
    raw, labels = cubes(32, 32, 40)
    path = tmp_path / "run.yaml"
    works("init", path, "--raw", put("raw", raw, [8, 8, 8]), "--labels",
          put("labels", labels, [8, 8, 8]), "--minutes", "0.5")  # fmt: skip
    make_tiny(path, "[16, 16, 16]")
    return path


def test_the_answer_in_words_and_as_json(
    tmp_path: Path, run_file: Path, works: Callable[..., str]
) -> None:
    config = read_config(run_file, RunConfig)
    assert config.budget_config is not None
    assert config.budget_config.words == "0.5 minutes"
    assert config.num_iterations == 1_000_000
    words = works("check", run_file, "--runs", tmp_path / "runs", "--device", "cpu")
    assert "8 nm" in words
    assert "per iteration" in words
    answer = works("check", run_file, "--runs", tmp_path / "runs", "--device", "cpu", "--json")
    (line,) = answer.splitlines()
    report = json.loads(line)
    assert report["level"] in {"green", "amber"}
    assert {"name", "level", "sentence", "hint", "fix"} < set(report["findings"][0])
    # Half a minute, of which some is kept for validations.
    assert 10 < report["figures"]["seconds"] <= 30
    assert list((tmp_path / "runs").iterdir()) == []


def test_the_exit_status(tmp_path: Path, run_file: Path, command: Command) -> None:
    result = command("check", run_file, "--device", "cuda:77", "--json")
    assert result.code == 1
    assert json.loads(result.out)["level"] == "red"
    run_file.write_text("task_config: [", encoding="utf-8")
    result = command("check", run_file, "--device", "cpu", "--json")
    assert (result.code, result.out) == (2, "")
    assert len(result.err.splitlines()) == 1
