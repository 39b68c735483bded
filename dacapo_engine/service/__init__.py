"""What ``dacapo-engine serve`` can be asked for, one request a file."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from dacapo_engine.errors import NotFoundError
from dacapo_engine.service.desk import Desk

__all__ = ["VERBS", "Handler", "handler_of"]

Handler: TypeAlias = Callable[[Mapping[str, Any], Desk], Mapping[str, Any]]
"""Takes the parameters of a request and the desk; returns plain data."""

VERBS: dict[str, str] = {
    "devices": "dacapo_engine.service.devices:devices",
    "export_run": "dacapo_engine.service.export_run:export_run",
    "sample": "dacapo_engine.service.sample:sample",
    "save_labels": "dacapo_engine.service.save_labels:save_labels",
    "stages": "dacapo_engine.service.stages:stages",
    "describe_run": "dacapo_engine.service.describe_run:describe_run",
    "segment_choices": "dacapo_engine.service.segment_choices:segment_choices",
    "post_process": "dacapo_engine.service.post_process:post_process",
    "warm": "dacapo_engine.service.warm:warm",
}
"""Module and function of each request; they are imported when they are first asked for."""


def handler_of(verb: str) -> Handler:
    """The function that answers `verb`; raises NotFoundError where there is none."""
    if verb not in VERBS:
        raise NotFoundError(
            f"There is no request {verb!r}; there are {', '.join(sorted(VERBS))}.", place="verb"
        )
    module, _, name = VERBS[verb].partition(":")
    handler: Handler = getattr(importlib.import_module(module), name)
    return handler
