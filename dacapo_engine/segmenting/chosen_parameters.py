"""The post-processing that somebody chose by hand for a run: ``post_processing.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from dacapo_engine.config import describe_validation_error
from dacapo_engine.errors import ConfigError
from dacapo_engine.store.atomic import read_json, write_json
from dacapo_engine.store.run_folder import RunFolder

if TYPE_CHECKING:
    from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
        PostProcessorParameters,
    )

__all__ = [
    "CHOSEN_FILE",
    "choose_parameters",
    "chosen_parameters",
    "forget_chosen_parameters",
    "parse_parameters",
]

CHOSEN_FILE = "post_processing.json"


def choose_parameters(folder: RunFolder, parameters: Mapping[str, Any]) -> None:
    """From now on, whatever a run segments is post-processed with these."""
    write_json(folder.path / CHOSEN_FILE, {"format": 1, "parameters": dict(parameters)})


def forget_chosen_parameters(folder: RunFolder) -> None:
    """Go back to what validation chose."""
    (folder.path / CHOSEN_FILE).unlink(missing_ok=True)


def chosen_parameters(
    folder: RunFolder, kind: type[PostProcessorParameters]
) -> PostProcessorParameters | None:
    """What `choose_parameters` stored; None where nothing was, or it is for another task."""
    record = read_json(folder.path / CHOSEN_FILE)
    if not isinstance(record, dict):
        return None
    try:
        return kind.model_validate(record.get("parameters"))
    except ValidationError:
        return None


def parse_parameters(text: str, kind: type[PostProcessorParameters]) -> PostProcessorParameters:
    """Parameters written as JSON; what is left out has its default.

    Raises
    ------
    ConfigError
        If it is no JSON, or not of this kind.
    """
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ConfigError(
            f"{text!r} is no JSON.", hint='Write {"min_size": 50}, chosen or validated.'
        ) from error
    if not isinstance(data, dict):
        raise ConfigError(f"Expected names and values, got {text!r}.")
    try:
        return kind.model_validate({"id": 0} | data)
    except ValidationError as error:
        raise describe_validation_error(error, "post-processing") from error
