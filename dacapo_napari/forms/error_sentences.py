"""From the errors of pydantic to one sentence per field."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

__all__ = ["FieldPath", "as_paths", "below", "error_sentences", "with_path"]

FieldPath = tuple[str | int, ...]


def error_sentences(error: ValidationError) -> dict[FieldPath, str]:
    """The path to each field concerned, with a sentence about it."""
    sentences: dict[FieldPath, str] = {}
    for problem in error.errors(include_url=False, include_context=False):
        sentence = _sentence(problem["type"], problem["msg"])
        path = problem["loc"]
        sentences[path] = f"{sentences[path]} {sentence}" if path in sentences else sentence
    return sentences


def as_paths(errors: Mapping[FieldPath, str] | Mapping[str, str]) -> dict[FieldPath, str]:
    """Accept dotted paths (``"augments.0.std"``) beside tuples."""
    return {_as_path(path): sentence for path, sentence in errors.items()}


def below(errors: Mapping[FieldPath, str], key: str | int) -> dict[FieldPath, str]:
    """The errors of one part, with paths that start there."""
    return {path[1:]: sentence for path, sentence in errors.items() if path[:1] == (key,)}


def with_path(path: FieldPath, sentence: str) -> str:
    """The sentence with the dotted path before it, for where it cannot stand at its field."""
    return f"{'.'.join(str(part) for part in path)}: {sentence}" if path else sentence


def _as_path(path: FieldPath | str) -> FieldPath:
    if isinstance(path, tuple):
        return path
    return tuple(int(part) if part.isdecimal() else part for part in path.split(".") if part)


def _sentence(kind: str, message: str) -> str:
    if kind == "missing":
        return "This is missing."
    if kind == "extra_forbidden":
        return "There is no such field."
    text = message.removeprefix("Value error, ").strip()
    return text if text.endswith((".", "?", "!")) else f"{text}."
