"""How the tag in a config finds its class, and a config finds the thing it describes."""

from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from dacapo_engine.errors import ConfigError

__all__ = ["LazyType", "Registry"]

T = TypeVar("T")


class Registry(Generic[T]):
    """Classes of one kind by tag.

    A built-in class registers itself when its module is imported; modules named ``*_config``
    in `package` are imported at the first look-up, so a new kind is one file. Third parties
    name theirs in the entry-point group ``dacapo_engine.<kind>``.
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self._package = package
        self._classes: dict[str, type[T]] = {}
        self._loaded = False

    def register(self, tag: str, cls: type[T]) -> None:
        """Make `cls` known under `tag`; a tag belongs to one class only."""
        known = self._classes.setdefault(tag, cls)
        if known.__qualname__ != cls.__qualname__:
            raise ConfigError(f"Two {self.kind} classes claim the tag {tag!r}.")
        self._classes[tag] = cls

    def tags(self) -> tuple[str, ...]:
        """All known tags, sorted."""
        self._load()
        return tuple(sorted(self._classes))

    def classes(self) -> tuple[type[T], ...]:
        """All known classes, in the order of their tags."""
        return tuple(self._classes[tag] for tag in self.tags())

    def get(self, tag: object) -> type[T]:
        """The class of `tag`; raises ConfigError that lists the valid ones."""
        self._load()
        if not isinstance(tag, str) or tag not in self._classes:
            valid = ", ".join(self.tags())
            raise ConfigError(f"{tag!r} is no {self.kind}; expected one of {valid}.")
        return self._classes[tag]

    def _load(self) -> None:
        if self._loaded:
            return
        self._loaded = True
        package = importlib.import_module(self._package)
        for module in pkgutil.iter_modules(package.__path__):
            if module.name.endswith("_config"):
                importlib.import_module(f"{self._package}.{module.name}")
        for entry in entry_points(group=f"dacapo_engine.{self.kind}"):
            entry.load()


class LazyType:
    """Class attribute that imports the class it names when it is first read.

    ``trainer_type: ClassVar[Any] = LazyType("package.module:Class")`` lets a config name its
    implementation without importing torch.
    """

    def __init__(self, path: str) -> None:
        self._module, self._name = path.split(":")

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return getattr(importlib.import_module(self._module), self._name)
