"""What is not the same in two configs, in the words of their fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dacapo_engine.config import Config, field_unit

__all__ = ["Difference", "config_differences", "kind_words"]

_ABSENT = "not there"
_LONGEST = 80


@dataclass(frozen=True)
class Difference:
    """One field whose values differ.

    Attributes
    ----------
    path
        Titles of the fields that lead to it, such as Training, Augments, Noise, Strongest noise.
    before, after
        Both values in words, with the field's unit.
    """

    path: tuple[str, ...]
    before: str
    after: str

    def __str__(self) -> str:
        return f"{' > '.join(self.path)}: {self.before} -> {self.after}"


def config_differences(
    before: Config, after: Config, *, ignored: Collection[str] = ("name", "format")
) -> tuple[Difference, ...]:
    """Every field that differs, in the order of the config.

    Members of lists are compared with those of the same name, or kind where they have none, so
    that one that was put in between does not make all that follow differ.

    Parameters
    ----------
    ignored
        Fields of the outermost config that are not compared.
    """
    return tuple(_of_configs((), before, after, ignored))


def kind_words(config: Config) -> str:
    """The kind of a config in words: ``Hot distance``."""
    tag = str(getattr(config, "type", "") or type(config).__name__.removesuffix("Config"))
    words = tag.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def _of_configs(
    path: tuple[str, ...], before: Config, after: Config, ignored: Collection[str] = ()
) -> Iterator[Difference]:
    if type(before) is not type(after):
        yield Difference(path, kind_words(before), kind_words(after))
        return
    for name, field in type(before).model_fields.items():
        if name not in ignored and name != "type":
            title = field.title or name.replace("_", " ").capitalize()
            values = getattr(before, name), getattr(after, name)
            unit = field_unit(field)
            # "Iterations: 8" says it already.
            unit = "" if unit == title.lower() else unit
            yield from _of_values((*path, title), *values, unit)


def _of_values(path: tuple[str, ...], before: Any, after: Any, unit: str) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, Config) and isinstance(after, Config):
        yield from _of_configs(path, before, after)
    elif _are_configs(before) and _are_configs(after):
        yield from _of_lists(path, before, after)
    else:
        yield Difference(path, _words(before, unit), _words(after, unit))


def _are_configs(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, Config) for item in value)


def _of_lists(
    path: tuple[str, ...], before: Sequence[Config], after: Sequence[Config]
) -> Iterator[Difference]:
    old, new = _labelled(before), _labelled(after)
    for label in dict.fromkeys((*old, *new)):
        here = (*path, label)
        if label in old and label in new:
            yield from _of_configs(here, old[label], new[label])
        elif label in old:
            yield Difference(here, _summary(old[label]), _ABSENT)
        else:
            yield Difference(here, _ABSENT, _summary(new[label]))
    kept_old = [label for label in old if label in new]
    kept_new = [label for label in new if label in old]
    if kept_old != kept_new:
        yield Difference((*path, "order"), ", ".join(kept_old), ", ".join(kept_new))


def _labelled(configs: Sequence[Config]) -> dict[str, Config]:
    """Configs by name, or by kind where they have none; numbered where that is the same."""
    counts: Counter[str] = Counter()
    found: dict[str, Config] = {}
    for config in configs:
        words = config.name or kind_words(config)
        counts[words] += 1
        found[f"{words} {counts[words]}" if counts[words] > 1 else words] = config
    return found


def _summary(config: Config) -> str:
    """What is not at its default in a config that only one side has."""
    changed = [
        f"{(field.title or name).lower()} {_words(getattr(config, name), field_unit(field))}"
        for name, field in type(config).model_fields.items()
        if name not in {"type", "name"}
        and getattr(config, name) != field.get_default(call_default_factory=True)
    ]
    return _short(", ".join(changed)) or "as usual"


def _words(value: Any, unit: str) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Config):
        return f"{kind_words(value)} ({_summary(value)})"
    if isinstance(value, tuple):
        return _with_unit(_short(_list_words(value)), unit)
    return _with_unit(f"{value:g}" if _is_round(value) else str(value), unit)


def _list_words(values: tuple[Any, ...]) -> str:
    if not values:
        return "none"
    if any(isinstance(value, tuple) for value in values):
        return ", ".join(f"({_list_words(v)})" if isinstance(v, tuple) else str(v) for v in values)
    return ", ".join(_words(value, "") for value in values)


def _is_round(value: Any) -> bool:
    return isinstance(value, float) and float(f"{value:g}") == value


def _with_unit(words: str, unit: str) -> str:
    return f"{words} {unit}" if unit and words != "none" else words


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
