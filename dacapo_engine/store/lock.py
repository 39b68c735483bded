"""One training per run: a lock file that names its holder and is known to be stale."""

from __future__ import annotations

import json
import os
import platform
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

from dacapo_engine.errors import RunInUseError
from dacapo_engine.store.atomic import read_json, write_json
from dacapo_engine.store.run_folder import RunFolder

__all__ = ["RunLock"]

_BEAT_SECONDS = 5.0
_STALE_SECONDS = 60.0
_WRITING_SECONDS = 2.0
_PAUSE_SECONDS = 0.05


class RunLock:
    """Context manager that holds the lock of a run folder.

    On this host a lock is stale when its process is gone (pid and start time are compared);
    a lock of another host is stale when its heartbeat is older than a minute.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> RunLock:
        """Take the lock; raises StoreError that names the holder where it is held."""
        self._since = time.time()
        while not self._create():
            holder = _holder(self._folder.lock_file)
            if _is_held(holder):
                raise RunInUseError(
                    f"This run is being trained by process {holder.get('pid')} on "
                    f"{holder.get('host')} since {time.ctime(float(holder.get('since', 0)))}.",
                    hint="Stop it first, or start a run of another name.",
                    place=str(self._folder.path),
                )
            self._remove_stale()
        self._thread = threading.Thread(target=self._beat, name="run-lock", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the lock back."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._folder.lock_file.unlink(missing_ok=True)

    def _beat(self) -> None:
        while not self._stop.wait(_BEAT_SECONDS):
            try:
                self._write()
            except OSError:
                continue

    def _create(self) -> bool:
        """Write the lock file where there is none; of several that try at once, one succeeds."""
        return _write_new(self._folder.lock_file, json.dumps(self._entry()))

    def _remove_stale(self) -> None:
        """Remove a lock that nobody holds; one process at a time looks and removes."""
        claim = self._folder.lock_file.with_suffix(".claim")
        if not _write_new(claim, ""):
            if _age(claim) > _WRITING_SECONDS:
                claim.unlink(missing_ok=True)
            time.sleep(_PAUSE_SECONDS)
            return
        try:
            if not _is_held(_holder(self._folder.lock_file)):
                self._folder.lock_file.unlink(missing_ok=True)
        finally:
            claim.unlink(missing_ok=True)

    def _write(self) -> None:
        write_json(self._folder.lock_file, self._entry())

    def _entry(self) -> dict[str, Any]:
        return {
            "host": platform.node(),
            "pid": os.getpid(),
            "process_start": psutil.Process().create_time(),
            "since": self._since,
            "heartbeat": time.time(),
        }


def _write_new(path: Path, text: str) -> bool:
    """Write `text` to `path` unless the file is there already."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True


def _holder(path: Path) -> dict[str, Any]:
    """What the lock says; a file that has just been created is waited for until it is whole."""
    while True:
        holder = read_json(path)
        if isinstance(holder, dict):
            return holder
        if _age(path) > _WRITING_SECONDS:
            return {}
        time.sleep(_PAUSE_SECONDS)


def _age(path: Path) -> float:
    """Seconds since the file was written; endless where there is none."""
    try:
        return abs(time.time() - path.stat().st_mtime)
    except FileNotFoundError:
        return float("inf")


def _is_held(holder: dict[str, Any]) -> bool:
    if holder and holder.get("host") != platform.node():
        return time.time() - float(holder.get("heartbeat", 0)) < _STALE_SECONDS
    try:
        started = psutil.Process(int(holder["pid"])).create_time()
    except (KeyError, TypeError, ValueError, psutil.Error):
        return False
    return abs(started - float(holder.get("process_start", 0))) < 1.0
