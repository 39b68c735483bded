"""What a watcher asks reaches the session it was meant for, once."""

from __future__ import annotations

from pathlib import Path

from dacapo_engine.store.control import Verb, ask, clear_foreign, take, take_parameters
from dacapo_engine.store.run_folder import RunFolder


def test_parameters_travel_once(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    ask(folder, "a", Verb.REGION, {"offset": [1, 2, 3]})
    assert take_parameters(folder, "b", Verb.REGION) is None
    assert take_parameters(folder, "a", Verb.REGION) == {"offset": [1, 2, 3]}
    assert take_parameters(folder, "a", Verb.REGION) is None


def test_a_later_request_replaces_an_earlier_one(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    for number in (1, 2):
        ask(folder, "a", Verb.PREDICT, {"number": number})
    assert take_parameters(folder, "a", Verb.PREDICT) == {"number": 2}


def test_a_request_without_parameters_has_none(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    ask(folder, "a", Verb.REGION)
    assert take_parameters(folder, "a", Verb.REGION) == {}
    ask(folder, "a", Verb.STOP)
    assert take(folder, "a", Verb.STOP)
    assert not take(folder, "a", Verb.STOP)


def test_requests_of_other_sessions_are_removed(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    ask(folder, "old", Verb.REGION, {"offset": [0]})
    ask(folder, "new", Verb.STOP)
    clear_foreign(folder, "new")
    assert [path.name for path in folder.control.iterdir()] == ["new.stop"]
