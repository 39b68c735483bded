"""Whether a training is behind a status, on this machine or on another one."""

from __future__ import annotations

import platform
import time

import psutil

from dacapo_engine.store.atomic import read_json
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import STALE_SECONDS, RunStatus

__all__ = ["is_alive"]


def is_alive(folder: RunFolder, status: RunStatus) -> bool:
    """Whether a training is behind `status`.

    On this machine its process is looked up. Elsewhere the lock counts, which is renewed every few
    seconds, and not the status alone, which waits for the end of each iteration and validation.
    """
    if not status.state.active:
        return False
    lock = read_json(folder.lock_file)
    if not isinstance(lock, dict):
        return status.alive
    if lock.get("host") == platform.node():
        pid = lock.get("pid")
        return isinstance(pid, int) and bool(psutil.pid_exists(pid))
    heard = lock.get("heartbeat")
    renewed = isinstance(heard, int | float) and time.time() - heard < STALE_SECONDS
    return status.alive or renewed
