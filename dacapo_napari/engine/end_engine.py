"""Ends an engine that does not answer, with everything that it has started."""

from __future__ import annotations

import os
import platform

import psutil

from dacapo_engine.errors import StoreError
from dacapo_engine.store.atomic import read_json
from dacapo_engine.store.run_folder import RunFolder

__all__ = ["end_engine"]

_SAME_START = 1.0


def end_engine(folder: RunFolder) -> None:
    """End the process that trains the run in `folder`, at once; its checkpoints stay.

    The lock of the run tells which process that is and when it started, so that no other one is
    ended that has got its number since.

    Raises
    ------
    StoreError
        If it runs on another computer or inside this program, or cannot be ended.
    """
    holder = read_json(folder.lock_file)
    if not isinstance(holder, dict):
        raise StoreError("No process trains this run any more.", place=str(folder.path))
    if holder.get("host") != platform.node():
        raise StoreError(
            f"This run is trained on {holder.get('host')}, where it cannot be ended from here.",
            hint=f"End process {holder.get('pid')} there; its last checkpoint is kept.",
            place=str(folder.path),
        )
    if holder.get("pid") == os.getpid():
        raise StoreError(
            "This training runs inside napari and cannot be ended alone.",
            hint="It stops after its step; close napari to end it now.",
            place=str(folder.path),
        )
    _end_tree(_process(holder, folder))


def _process(holder: dict[str, object], folder: RunFolder) -> psutil.Process:
    try:
        process = psutil.Process(int(str(holder.get("pid"))))
        same = abs(process.create_time() - float(str(holder.get("process_start")))) < _SAME_START
    except (ValueError, psutil.Error):
        same = False
    if not same:
        raise StoreError("No process trains this run any more.", place=str(folder.path))
    return process


def _end_tree(process: psutil.Process) -> None:
    try:
        tree = [*process.children(recursive=True), process]
    except psutil.NoSuchProcess:
        return
    refused = []
    for one in tree:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue
        except psutil.AccessDenied:
            refused.append(one.pid)
    if refused:
        raise StoreError(
            f"The process {refused[-1]} belongs to somebody else and cannot be ended.",
            hint="Ask whoever has started it.",
        )
