"""Configs of one kind, a file each."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Generic, TypeVar

from dacapo_engine.config import TaggedConfig
from dacapo_engine.errors import ConfigError, DuplicateNameError, NotFoundError
from dacapo_engine.store.atomic import write_text
from dacapo_engine.store.run_folder import check_run_name
from dacapo_engine.yaml_file import from_yaml, load_yaml, to_yaml

__all__ = ["ConfigCollection", "check_same"]

C = TypeVar("C", bound=TaggedConfig)


class ConfigCollection(Generic[C]):
    """Configs of one family in a folder, as ``<name>.yaml``.

    Parameters
    ----------
    folder
        Made when the first config is stored.
    family
        The base class of the configs; the tag in a file tells its member.
    """

    def __init__(self, folder: Path, family: type[C]) -> None:
        self._folder = folder
        self._family = family

    def store(self, config: C) -> None:
        """Store `config` under its name; storing an equal one again changes nothing.

        Raises
        ------
        DuplicateNameError
            If another config is stored under this name.
        ConfigError
            If `config` has no name, or one that cannot be a file's.
        """
        path = self._path(config.name)
        if path.exists():
            check_same(self.retrieve(config.name), config, path)
        else:
            write_text(path, to_yaml(config))

    def retrieve(self, name: str) -> C:
        """The config stored under `name`; NotFoundError where there is none."""
        path = self._path(name)
        if not path.is_file():
            stored = ", ".join(self.names()) or "none"
            raise NotFoundError(
                f"No {self._family.registry.kind} config is stored as {name!r}.",
                hint=f"There are: {stored}.",
                place=str(self._folder),
            )
        text = path.read_text(encoding="utf-8")
        data: Any = load_yaml(text, str(path))
        tag = data.get("type") if isinstance(data, dict) else None
        return from_yaml(text, self._family.registry.get(tag), str(path))

    def names(self) -> list[str]:
        """Names of all stored configs, sorted."""
        return sorted(path.stem for path in self._folder.glob("*.yaml"))

    def delete(self, name: str) -> None:
        """Delete the config stored under `name`, where there is one."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if not name:
            raise ConfigError("A config needs a name to be stored under.", place="name")
        return self._folder / f"{check_run_name(name)}.yaml"


def check_same(stored: Any, config: Any, place: Path) -> None:
    """DuplicateNameError, naming the fields that differ, unless the two are equal."""
    if stored == config:
        return
    changed = "its kind"
    if type(stored) is type(config):
        fields = type(config).model_fields
        changed = ", ".join(n for n in fields if getattr(stored, n) != getattr(config, n))
    raise DuplicateNameError(
        f"Another config is stored as {config.name!r} already; it differs in {changed}.",
        hint="Choose another name, or delete the stored one first.",
        place=str(place),
    )
