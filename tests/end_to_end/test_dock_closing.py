"""Closing napari while it trains: it does not hang, and the run is not lost."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from dacapo_engine.store.control import Verb, ask
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState, RunStatus, read_status
from dacapo_napari.runs.run_follower import is_alive

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SECONDS_TO_CLOSE = 20


def train_and_close(runs: Path, where: str) -> tuple[float, RunStatus]:
    script = Path(__file__).with_name("close_napari.py")
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, script, runs, where], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert time.monotonic() - began < 240
    status = read_status(RunFolder(runs / "left"))
    assert status is not None, done.stderr
    return float(done.stdout.splitlines()[-1]), status


def test_a_training_in_a_process_goes_on(tmp_path: Path) -> None:
    seconds, status = train_and_close(tmp_path, "process")
    folder = RunFolder(tmp_path / "left")
    assert seconds < SECONDS_TO_CLOSE
    assert is_alive(folder, status)
    rows = len(read_rows(folder.training_stats_file))
    ask(folder, status.session, Verb.STOP)
    deadline = time.monotonic() + 60
    while is_alive(folder, status) and time.monotonic() < deadline:
        time.sleep(0.2)
        status = read_status(folder) or status
    assert status.state is RunState.STOPPED
    assert len(read_rows(folder.training_stats_file)) >= rows
    assert any(folder.checkpoints.iterdir())


def test_a_training_in_the_thread_keeps_its_weights(tmp_path: Path) -> None:
    seconds, status = train_and_close(tmp_path, "thread")
    assert seconds < SECONDS_TO_CLOSE
    assert status.state is RunState.STOPPED
    assert any(RunFolder(tmp_path / "left").checkpoints.iterdir())
