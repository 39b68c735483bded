from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from dacapo_engine.errors import ConfigError, StoreError, TrainingError
from dacapo_engine.store import atomic
from dacapo_engine.store.atomic import read_json, write_json, write_with
from dacapo_engine.store.control import Verb, ask, clear_foreign, take
from dacapo_engine.store.lock import RunLock
from dacapo_engine.store.rows import RowReader, append_row, read_rows, rewrite_rows
from dacapo_engine.store.run_folder import RunFolder, check_run_name, default_runs_folder
from dacapo_engine.store.snapshot_rows import record_snapshot, recorded_snapshots
from dacapo_engine.store.status import RunState, StatusWriter, read_status


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    made = RunFolder.of(tmp_path, "try")
    made.create()
    return made


class TestNames:
    @pytest.mark.parametrize("name", ["001", "a b", "Läufe-3_x.y", "run", ".hidden"])
    def test_good(self, name: str, tmp_path: Path) -> None:
        assert check_run_name(name) == name
        assert RunFolder.of(tmp_path, name).path.parent == tmp_path

    @pytest.mark.parametrize(
        "name",
        ["", " ", ".", "..", "../x", "a/b", "a\\b", "/abs", "C:x", "x.", " x", "x ", "a\nb",
         "con", "NUL.txt", "lpt1", "x" * 121, "a*", "a?b", 'a"b', "<a>", "a|b"],
    )  # fmt: skip
    def test_bad(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(ConfigError) as caught:
            RunFolder.of(tmp_path, name)
        assert caught.value.hint
        assert caught.value.place == "name"

    def test_default(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("DACAPO_RUNS", str(tmp_path / "mine"))
        assert default_runs_folder() == tmp_path / "mine"
        monkeypatch.delenv("DACAPO_RUNS")
        assert default_runs_folder() == Path.home() / "dacapo_runs"

    def test_a_folder_below_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(StoreError, match="Cannot write to the run folder"):
            RunFolder.of(tmp_path / "file", "x").create()
        (tmp_path / "x").touch()
        with pytest.raises(StoreError, match="Cannot write to the run folder"):
            RunFolder.of(tmp_path, "x").create()


class TestAtomic:
    def test_a_failure_leaves_the_old_file(self, tmp_path: Path) -> None:
        path = tmp_path / "sub" / "file"
        write_json(path, {"a": 1})

        def fail(file: object) -> None:
            raise OSError("disk full")

        with pytest.raises(OSError, match="disk full"):
            write_with(path, fail)
        assert read_json(path) == {"a": 1}
        assert [p.name for p in path.parent.iterdir()] == ["file"]

    def test_a_reader_that_holds_the_file_is_waited_for(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tries: list[int] = []
        replace = os.replace

        def busy(source: Path, target: Path) -> None:
            tries.append(1)
            if len(tries) < 3:
                raise PermissionError("in use")
            replace(source, target)

        monkeypatch.setattr(atomic.os, "replace", busy)
        monkeypatch.setattr(atomic, "_REPLACE_PAUSE", 0)
        write_json(tmp_path / "file", 5)
        assert (len(tries), read_json(tmp_path / "file")) == (3, 5)
        monkeypatch.setattr(atomic.os, "replace", lambda *_: (_ for _ in ()).throw(PermissionError))
        with pytest.raises(PermissionError):
            write_json(tmp_path / "file", 6)
        assert read_json(tmp_path / "file") == 5

    def test_damaged_json_is_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text('{"a":')
        assert read_json(tmp_path / "file") is read_json(tmp_path / "none") is None


class TestRows:
    def test_rows_come_once_and_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "rows.jsonl"
        reader = RowReader(path)
        assert reader.read() == []
        append_row(path, {"n": 0, "text": "Ä\nline"})
        append_row(path, {"n": 1})
        assert [row["n"] for row in reader.read()] == [0, 1]
        assert reader.read() == []
        with path.open("a") as file:
            file.write('{"n": 2')
        assert reader.read() == []
        with path.open("a") as file:
            file.write(', "x": 1}\n')
        assert reader.read() == [{"n": 2, "x": 1}]
        assert reader.generation == 0
        assert read_rows(path)[0]["text"] == "Ä\nline"

    def test_a_file_that_was_rewritten_is_read_anew(self, tmp_path: Path) -> None:
        path = tmp_path / "rows.jsonl"
        for n in range(5):
            append_row(path, {"n": n})
        reader = RowReader(path)
        reader.read()
        rewrite_rows(path, [{"n": 0}, {"n": 1}])
        append_row(path, {"n": 2})
        assert [row["n"] for row in reader.read()] == [0, 1, 2]
        assert reader.generation == 1
        append_row(path, {"n": 3})
        assert reader.read() == [{"n": 3}]
        # Longer than what was read before, so that its length does not tell.
        rewrite_rows(path, [{"n": n} for n in range(9)])
        assert len(reader.read()) == 9
        assert reader.generation == 2

    def test_a_file_that_was_cut_is_read_anew(self, tmp_path: Path) -> None:
        path = tmp_path / "rows.jsonl"
        for n in range(5):
            append_row(path, {"n": n})
        reader = RowReader(path)
        reader.read()
        os.truncate(path, len('{"n": 0}\n'))
        assert reader.read() == [{"n": 0}]
        assert reader.generation == 1

    def test_damaged_lines_are_left_out(self, tmp_path: Path) -> None:
        path = tmp_path / "rows.jsonl"
        path.write_bytes(b'{"n": 0}\n\xff\xfe\n[1]\n\nnull\n{"n": 1}\n')
        assert read_rows(path) == [{"n": 0}, {"n": 1}]


class TestControl:
    def test_asked_and_taken(self, folder: RunFolder) -> None:
        assert not take(folder, "me", Verb.STOP)
        ask(folder, "me", Verb.STOP)
        assert not take(folder, "me", Verb.SNAPSHOT)
        assert not take(folder, "other", Verb.STOP)
        assert take(folder, "me", Verb.STOP)
        assert not take(folder, "me", Verb.STOP)

    def test_requests_to_others_are_cleared(self, folder: RunFolder) -> None:
        clear_foreign(folder, "me")
        ask(folder, "me", Verb.VALIDATE)
        ask(folder, "before", Verb.STOP)
        clear_foreign(folder, "me")
        assert [path.name for path in folder.control.iterdir()] == ["me.validate"]


class TestStatus:
    def test_states_are_written_at_once_and_beats_seldom(self, folder: RunFolder) -> None:
        writer = StatusWriter(folder, num_iterations=9)
        assert read_status(folder) is None
        writer.update(RunState.STARTING)
        writer.update(RunState.TRAINING, iteration=1)
        status = read_status(folder)
        assert status is not None
        assert (status.state, status.iteration, status.pid) == (RunState.TRAINING, 1, os.getpid())
        assert status.alive
        writer.update(iteration=2)
        assert read_status(folder) == status
        writer.fail(TrainingError("It broke.", hint="Mend it.", place="here"))
        status = read_status(folder)
        assert status is not None
        assert status.error == {
            "code": "training", "message": "It broke.", "hint": "Mend it.", "place": "here",
        }  # fmt: skip
        assert not status.alive
        assert status.iteration == 2

    def test_the_first_state_is_written(self, folder: RunFolder) -> None:
        StatusWriter(folder).update(RunState.STARTING)
        assert read_status(folder) is not None

    def test_later_fields_are_ignored_and_damage_is_nothing(self, folder: RunFolder) -> None:
        write_json(folder.status_file, {"state": "training", "of_the_future": 1})
        status = read_status(folder)
        assert status is not None
        assert not status.alive
        write_json(folder.status_file, {"state": "dancing"})
        assert read_status(folder) is None


_TAKE_LOCKS = """
import json, sys, time
from pathlib import Path
from dacapo_engine.errors import StoreError
from dacapo_engine.store.lock import RunLock
from dacapo_engine.store.run_folder import RunFolder

taken = []
for number, name in enumerate(sys.argv[3:]):
    while time.time() < float(sys.argv[2]) + number * 0.02:
        pass
    try:
        RunLock(RunFolder.of(Path(sys.argv[1]), name)).__enter__()
        taken.append(name)
    except StoreError:
        pass
print(json.dumps(taken), flush=True)
sys.stdin.read()
"""


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


class TestLock:
    def test_held_and_given_back(self, folder: RunFolder) -> None:
        with RunLock(folder):
            holder = json.loads(folder.lock_file.read_text())
            assert holder["pid"] == os.getpid()
            with pytest.raises(StoreError, match=f"process {os.getpid()} on {holder['host']}"):
                RunLock(folder).__enter__()
            assert folder.lock_file.exists()
        assert not folder.lock_file.exists()
        with RunLock(folder):
            pass

    @pytest.mark.parametrize(
        ("changes", "held"),
        [
            ({}, True),
            ({"pid": 2**22 + 1}, False),
            ({"process_start": 1.0}, False),
            ({"pid": "x"}, False),
            ({"host": "elsewhere"}, True),
            ({"host": "elsewhere", "heartbeat": time.time() - 100}, False),
        ],
    )
    def test_stale(self, folder: RunFolder, changes: dict[str, object], held: bool) -> None:
        with RunLock(folder):
            holder = json.loads(folder.lock_file.read_text())
        holder["process_start"] = psutil.Process().create_time()
        write_json(folder.lock_file, holder | changes)
        lock = RunLock(folder)
        if held:
            with pytest.raises(StoreError, match="is being trained"):
                lock.__enter__()
        else:
            with lock:
                pass

    def test_a_damaged_lock_is_none(self, folder: RunFolder) -> None:
        folder.lock_file.write_text("")
        with RunLock(folder):
            pass
        assert not any(folder.path.glob("*.claim"))

    def test_of_several_starts_at_the_same_moment_one_gets_the_lock(self, tmp_path: Path) -> None:
        names = [f"run{number}" for number in range(30)]
        for name in names:
            RunFolder.of(tmp_path, name).create()
        for name in names[::2]:
            gone = {"host": platform.node(), "pid": 2**22 + 1, "process_start": 1.0}
            write_json(RunFolder.of(tmp_path, name).lock_file, gone)
        words = [sys.executable, "-c", _TAKE_LOCKS, str(tmp_path), str(time.time() + 2), *names]
        starts = [
            subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(3)
        ]
        try:
            taken = [name for start in starts for name in json.loads(_first_line(start))]
        finally:
            for start in starts:
                start.communicate("done")
        assert sorted(taken) == sorted(names)


def test_the_newest_snapshots_are_kept(folder: RunFolder) -> None:
    for iteration in range(4):
        (folder.snapshot_container / str(iteration) / "raw").mkdir(parents=True)
        record_snapshot(folder, iteration * 1, keep=2)
    assert recorded_snapshots(folder) == [2, 3]
    rows = read_rows(folder.snapshots_file)
    assert [row["iteration"] for row in rows] == [0, 1, 2, 3]
    assert rows[0]["arrays"] == ["raw"]
