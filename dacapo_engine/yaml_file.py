"""Configs as YAML 1.2: comments generated from the fields, read by a safe loader."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from dacapo_engine.config import Config, describe_validation_error, field_unit
from dacapo_engine.errors import ConfigError, NotFoundError

__all__ = ["from_yaml", "load_yaml", "read_config", "to_yaml"]

C = TypeVar("C", bound=Config)
_COMMENT_COLUMN = 44


def to_yaml(config: Config) -> str:
    """`config` as YAML text; each field is followed by its title and unit."""
    yaml = YAML()
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(_commented(config), stream)
    return stream.getvalue()


def from_yaml(text: str, kind: type[C], place: str = "") -> C:
    """The config in `text`; raises ConfigError with the path to each field that is wrong."""
    data = load_yaml(text, place)
    if not isinstance(data, dict):
        raise ConfigError(f"Expected fields of a config, got {type(data).__name__}.", place=place)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise describe_validation_error(error, place) from error


def read_config(path: Path, kind: type[C]) -> C:
    """The config in the file `path`."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise NotFoundError("There is no such file.", place=str(path)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The file cannot be read: {error}.", place=str(path)) from error
    return from_yaml(text, kind, str(path))


def load_yaml(text: str, place: str = "") -> Any:
    """Plain data from YAML text; tags that would build objects are refused."""
    try:
        return YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError) as error:
        sentence = " ".join(str(error).split())
        raise ConfigError(f"This is not valid YAML: {sentence}", place=place) from error


def _commented(config: Config) -> CommentedMap:
    data = config.to_dict()
    fields = type(config).model_fields
    mapping = CommentedMap()
    for key in sorted(data, key=lambda key: key not in {"format", "type"}):
        if key == "name" and not data[key]:
            continue
        mapping[key] = _node(getattr(config, key), data[key])
        title, unit = fields[key].title or "", field_unit(fields[key])
        comment = f"{title} ({unit})" if unit and unit != title.lower() else title
        if comment and key not in {"type", "name"}:
            mapping.yaml_add_eol_comment(comment, key, column=_COMMENT_COLUMN)
    return mapping


def _node(value: Any, plain: Any) -> Any:
    if isinstance(value, Config):
        return _commented(value)
    if isinstance(value, tuple | list):
        sequence = CommentedSeq(_node(item, p) for item, p in zip(value, plain, strict=True))
        if not any(isinstance(item, Config) for item in value):
            sequence.fa.set_flow_style()
        return sequence
    return plain
