"""`gradcalc batch` as a process: order, statuses, files, interruptions, processes that die, pipes."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.harness import Finished, environment, run
from tests.cli.pseudo import terminal
from tests.processes import alive, children, wait_until

PROGRAM = [sys.executable, "-m", "gradcalc", "batch"]

#: Six formulas at many points, an error here and there, and an id of each kind.
FORMULAS = ("sin(x**2)", "x**3 - x", "exp(-x)*x", "sni(x)", "abs(x)", "1/x")


def questions(count: int) -> list[str]:
    """Lines of JSON."""
    return [
        json.dumps({"expression": FORMULAS[k % 6], "at": {"x": (k - 3) / 4}, "id": [k, "a", None][k % 3]})
        for k in range(count)
    ]


def documents(text: str) -> list[Any]:
    """The documents of an output."""
    return [json.loads(line) for line in text.splitlines()]


def text(lines: Sequence[str]) -> str:
    """Lines as a file holds them."""
    return "".join(f"{line}\n" for line in lines)


def started(*tokens: str, stdin: Any = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """The program under way."""
    return subprocess.Popen(
        [*PROGRAM, *tokens], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )


def test_each_line_has_its_answer_in_its_place() -> None:
    """In order, with its id; a bad line has an error there; the status and a count say that some failed."""
    lines = questions(12)
    lines.insert(5, "")
    lines.insert(6, "not json")
    done = run("batch", stdin=text(lines))
    assert (done.status, done.stderr) == (1, "gradcalc: note: 3 of 13 lines failed\n")
    answers = documents(done.stdout)
    asked = [json.loads(line) for line in questions(12)]
    asked.insert(5, {"id": None})
    assert [document["id"] for document in answers] == [question["id"] for question in asked]
    assert [document.get("line") for document in answers if "error" in document] == [4, 7, 12]
    for document, question in zip(answers, asked, strict=True):
        if "error" not in document:
            assert (document["expression"], document["at"]) == (question["expression"], question["at"])


@pytest.mark.long
def test_one_process_and_several_write_the_same(tmp_path: Path) -> None:
    """Byte for byte, as JSON and as CSV; enough lines for a second process to be started."""
    (tmp_path / "in.jsonl").write_text(text(questions(150)))
    for form in ("jsonl", "csv"):
        one, two = (run("batch", str(tmp_path / "in.jsonl"), "--format", form, "--jobs", jobs) for jobs in ("1", "2"))
        assert one == two
        assert one.status == 1
        assert one.stdout.count("\n") == 150 + (form == "csv")


def test_an_answer_does_not_wait_for_the_next_line() -> None:
    """Who asks, reads, and asks again is served; a second process is not started for a few lines."""
    process = started("--jobs", "2", stdin=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    for x in (1, 2, 3):
        process.stdin.write(b'{"expression": "x**2", "at": %d}\n' % x)
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["at"] == {"x": float(x)}
    assert len(children(process.pid, "gradcalc.batch.worker")) == 1
    assert process.communicate(timeout=60) == (b"", b"")
    assert process.returncode == 0


def test_an_empty_input_has_an_empty_answer() -> None:
    """Status 0; of CSV the header."""
    assert run("batch", stdin="\n\n") == Finished("", "", 0)
    csv = run("batch", "--input-format", "csv", stdin="expression,at\n")
    assert (csv.stdout.count("\n"), csv.stderr, csv.status) == (1, "", 0)


def test_a_terminal_is_asked_for_a_file(tmp_path: Path) -> None:
    """Who types `gradcalc batch` would sit before a program that waits in silence; `-` says that questions are typed."""
    with terminal([*PROGRAM], environment(NO_COLOR="1"), tmp_path) as seen:
        assert seen.end() == 2
    assert b"the questions are missing" in seen.raw
    with terminal([*PROGRAM, "-"], environment(NO_COLOR="1"), tmp_path) as seen:
        seen.type('{"expression": "x**2"}\n\x04')
        assert seen.end() == 0
    assert b'"expression": "2*x"' in seen.raw


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        (["nowhere.jsonl"], "nowhere.jsonl cannot be read: no such file or directory"),
        (["."], ". cannot be read: is a directory"),
        (["--resume"], "--resume needs --output"),
        (["--jobs", "0"], "--jobs takes a whole number from 1 to 256, not '0'"),
        (["--format", "xml"], "unknown format 'xml'"),
        (["--output", "."], ". is a directory"),
        (["--output", ""], "'' is not the name of a file"),
        (
            ["--output", "nowhere/out"],
            "the answers could not be written to HERE/nowhere/out.part: no such file or directory",
        ),
        (["--output", "/dev/null", "--resume"], "/dev/null is no file, so there is nothing to go on with"),
        (["--input-format", "csv"], "the input is empty"),
    ],
)
def test_what_is_wrong_with_the_run_is_told_before_it_begins(tokens: list[str], message: str, tmp_path: Path) -> None:
    """One sentence on stderr, nothing on stdout, no file left."""
    done = subprocess.run(
        [*PROGRAM, *tokens], input=b"", capture_output=True, cwd=tmp_path, env=environment(), check=False, timeout=60
    )
    assert done.stdout == b""
    assert done.stderr.decode().splitlines()[0] == f"gradcalc: {message.replace('HERE', str(tmp_path.resolve()))}"
    assert done.returncode in {2, 5}
    assert list(tmp_path.iterdir()) == []


# -- the output file


def test_a_file_has_its_name_when_it_is_complete(tmp_path: Path) -> None:
    """Written beside, with the words of the file's name for its form; what was there before is replaced."""
    target = tmp_path / "out.csv"
    target.write_text("old")
    done = run("batch", "--output", str(target), stdin='{"expression": "x**2", "at": 3}\n')
    assert done == Finished("", "", 0)
    assert target.read_text().splitlines()[1].startswith("1,,x,1,2*x,6,agrees,6,agrees")
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("number", "form"), [(signal.SIGINT, "jsonl"), pytest.param(signal.SIGTERM, "csv", marks=pytest.mark.long)]
)
def test_an_interrupted_run_goes_on(number: signal.Signals, form: str, tmp_path: Path) -> None:
    """Interrupted in the middle and its last line torn, it ends as if nothing had happened; nothing is half-written."""
    source, target = tmp_path / "in.jsonl", tmp_path / f"out.{form}"
    part = tmp_path / f"out.{form}.part"
    lines = questions(120)
    source.write_text(text(lines))
    whole = tmp_path / f"whole.{form}"
    assert run("batch", str(source), "--output", str(whole)).status == 1

    process = started("-", "--output", str(target), stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(text(lines[:40]).encode())
    process.stdin.flush()
    wait_until(lambda: part.exists() and part.read_bytes().count(b"\n") >= 30, "the thirtieth answer")
    workers = children(process.pid, "gradcalc.")
    assert len(workers) >= 2
    process.send_signal(number)
    assert process.communicate(timeout=30) == (b"", b"")
    assert process.returncode == (130 if number == signal.SIGINT else -number)
    wait_until(lambda: not any(map(alive, workers)), "the end of the workers")
    assert not target.exists()
    assert whole.read_bytes().startswith(part.read_bytes())

    refused = run("batch", str(source), "--output", str(target))
    assert refused.status == 2
    assert "add --resume to go on with it" in refused.stderr

    with part.open("r+b") as torn:
        torn.truncate(part.stat().st_size - 7)
    done = run("batch", str(source), "--output", str(target), "--resume")
    first, last = done.stderr.splitlines()
    assert first.startswith("gradcalc: note: ")
    assert first.endswith(" lines had an answer before")
    assert (done.stdout, last, done.status) == ("", "gradcalc: note: 20 of 120 lines failed", 1)
    assert target.read_bytes() == whole.read_bytes()
    assert not part.exists()


@pytest.mark.long
def test_a_complete_file_can_be_gone_on_with(tmp_path: Path) -> None:
    """Lines that were added to the input are answered behind the others; without any nothing changes."""
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(text(questions(3)))
    assert run("batch", str(source), "--output", str(target)).status == 0
    before = target.read_text()
    source.write_text(text(questions(5)))
    done = run("batch", str(source), "--output", str(target), "--resume")
    assert done == Finished(
        "", "gradcalc: note: 3 lines had an answer before\ngradcalc: note: 1 of 5 lines failed\n", 1
    )
    assert target.read_text().startswith(before)
    assert len(documents(target.read_text())) == 5


@pytest.mark.parametrize(
    ("tokens", "change", "told"),
    [
        (
            [],
            ('"at": {"x": -0.5}', '"at": {"x": 9}'),
            "line 2 or an option is not what it was when answer 2 was written",
        ),
        (["--dtype", "float32"], ("", ""), "line 1 or an option is not what it was when answer 1 was written"),
    ],
)
def test_a_changed_question_is_told_and_its_old_answer_left_alone(
    tokens: list[str], change: tuple[str, str], told: str, tmp_path: Path
) -> None:
    """Another point, another option: status 2, the line, a hint that works; the file is as it was."""
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(text(questions(3)))
    assert run("batch", str(source), "--output", str(target)).status == 0
    before = target.read_bytes()
    source.write_text(source.read_text().replace(*change))
    done = run("batch", str(source), "--output", str(target), "--resume", *tokens)
    hint = "undo the change, or name another --output to ask all of it anew"
    assert done == Finished("", f"gradcalc: {told}\n  {hint}\n", 2)
    assert target.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == [source, target]
    assert run("batch", str(source), "--output", str(tmp_path / "other.jsonl"), *tokens).status == 0


def test_answers_that_do_not_tell_what_was_asked_are_left_alone(tmp_path: Path) -> None:
    """Those of a version that did not tell it: the file is as it was."""
    source, part = tmp_path / "in.jsonl", tmp_path / "out.jsonl.part"
    source.write_text(text(questions(3)))
    part.write_text('{"schema": 1, "expression": "y", "id": null}\n')
    done = run("batch", str(source), "--output", str(tmp_path / "out.jsonl"), "--resume")
    assert done.status == 2
    assert "do not tell what was asked" in done.stderr
    assert part.read_text() == '{"schema": 1, "expression": "y", "id": null}\n'


def test_only_a_file_s_answers_tell_what_was_asked(tmp_path: Path) -> None:
    """On standard output they are the documents of `diff` with an id; in a file there is a key more, or a column."""
    asked = json.loads(run("batch", stdin=questions(1)[0]).stdout)
    for form in ("jsonl", "csv"):
        run("batch", "--output", str(tmp_path / form), "--format", form, stdin=questions(1)[0])
    kept = json.loads((tmp_path / "jsonl").read_text())
    assert kept.pop("asked").startswith("0.")
    assert (kept, list(kept)) == (asked, list(asked))
    assert (tmp_path / "csv").read_text().splitlines()[0].endswith(",error,asked")


def test_the_questions_are_not_written_over(tmp_path: Path) -> None:
    """By their own name, by another one, by the shell: nothing is written, where the file would grow without end."""
    source, link = tmp_path / "in.jsonl", tmp_path / "link"
    source.write_text(text(questions(2)))
    link.symlink_to(source)
    for target in (source, link):
        done = run("batch", str(source), "--output", str(target))
        told = f"gradcalc: {target} is the file of the questions\n  write the answers to another file\n"
        assert done == Finished("", told, 2)
    command = f"'{sys.executable}' -m gradcalc batch '{source}' >> '{source}'"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, env=environment())
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        2,
        b"gradcalc: standard output is the file of the questions",
    )
    assert source.read_text() == text(questions(2))


def test_two_runs_do_not_write_to_one_file(tmp_path: Path) -> None:
    """The second is told that there is another one, and the first is not disturbed."""
    target = tmp_path / "out.jsonl"
    first = started("-", "--output", str(target), stdin=subprocess.PIPE)
    assert first.stdin is not None
    wait_until((tmp_path / "out.jsonl.part").exists, "the file of the first")
    for tokens in ([], ["--resume"]):
        done = run("batch", "--output", str(target), *tokens, stdin=questions(1)[0])
        assert (done.status, done.stderr) == (2, "gradcalc: out.jsonl.part is being written by another run\n")
    assert first.communicate(questions(1)[0].encode(), timeout=100) == (b"", b"")
    assert (first.returncode, list(tmp_path.iterdir())) == (0, [target])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("where", ["> /dev/full", "--output /dev/full", ">&-"])
def test_answers_that_cannot_be_written_are_told_once(where: str) -> None:
    """Status 5 and a sentence; the processes end."""
    command = f"'{sys.executable}' -m gradcalc batch {where}"
    done = subprocess.run(
        ["bash", "-c", command], input=text(questions(3)).encode(), capture_output=True, check=False, env=environment()
    )
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (5, b"", 1)
    assert re.match(
        rb"gradcalc: the answers? (could|can)not be written: ", done.stderr.replace(b"could not", b"couldnot")
    )


# -- processes that die, formulas that hang


def test_a_line_that_hangs_sympy_has_a_time_out_and_its_neighbours_their_answers() -> None:
    """The SymPy process is ended and started again; its start is at nobody's cost."""
    hang = {"expression": "*".join(f"(sin({k}*x) + cos(x)**{k} + {k})**{k}" for k in range(1, 60)), "order": 8}
    lines = [{"expression": "x**2", "at": 3}, {**hang, "timeout": 0.5}, {"expression": "x**3", "at": 2}]
    done = run("batch", stdin=text([json.dumps(line) for line in lines]))
    first, hung, last = (document["gradient"][0] for document in documents(done.stdout))
    assert (first["symbolic"]["value"], last["symbolic"]["value"]) == (6.0, 12.0)
    assert hung["symbolic"]["expression"] is None
    assert done.stderr == ""


@pytest.mark.parametrize("module", ["gradcalc.engines.symbolic.worker", "gradcalc.batch.worker"])
def test_a_process_that_is_killed_is_started_again(module: str) -> None:
    """The next line is answered; a line that was under way with it has an answer or an error."""
    process = started("--jobs", "1", stdin=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    for x in (1, 2, 3):
        process.stdin.write(b'{"expression": "x**%d", "at": 2}\n' % (x + 1))
        process.stdin.flush()
        document = json.loads(process.stdout.readline())
        if "error" in document or document["gradient"][0]["symbolic"]["value"] is None:
            assert x > 1, document  # killed unnoticed between two questions
            continue
        found = children(process.pid, module)
        assert found or x > 1, "the first answer came from it"
        for child in found:
            os.kill(child, signal.SIGKILL)
    process.stdin.write(b'{"expression": "x**9", "at": 1, "id": 9}\n')
    process.stdin.flush()
    answers = [json.loads(line) for line in process.communicate(timeout=90)[0].splitlines()]
    assert answers[-1]["id"] == 9


@pytest.mark.long
def test_a_process_that_dies_over_a_line_has_an_error_there() -> None:
    """Stopped, so that it is certainly at work, and killed."""
    process = started("--jobs", "1", stdin=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b'{"expression": "x", "at": 1}\n')
    process.stdin.flush()
    process.stdout.readline()
    (child,) = children(process.pid, "gradcalc.batch.worker")
    os.kill(child, signal.SIGSTOP)
    process.stdin.write(b'{"expression": "x**2", "at": 1, "id": "k"}\n{"expression": "x**3", "at": 1}\n')
    process.stdin.flush()
    time.sleep(0.3)
    os.kill(child, signal.SIGKILL)
    stdout, stderr = process.communicate(timeout=90)
    killed, following = documents(stdout.decode())
    assert killed["error"]["message"] == "the process that computed this line ended unexpectedly (signal 9)"
    assert (killed["id"], killed["line"]) == ("k", 2)
    assert following["gradient"][0]["autograd"]["value"] == 3.0
    assert (process.returncode, stderr) == (1, b"gradcalc: note: 1 of 3 lines failed\n")


# -- pipes


def shell(command: str) -> Finished:
    """Run a shell command in which `batch` is the program under test."""
    script = f'batch() {{ "{sys.executable}" -m gradcalc batch "$@"; }}\n{command}'
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, timeout=120, check=False, env=environment()
    )
    return Finished(done.stdout, done.stderr, done.returncode)


ENDLESS = """yes '{"expression": "x**2", "at": 3}'"""


def test_a_reader_that_leaves_ends_the_run() -> None:
    """`| head -1` of an endless input: silence, status 0."""
    done = shell(f"{ENDLESS} | batch | head -1; echo ${{PIPESTATUS[1]}}")
    assert done.stdout.splitlines()[1:] == ["0"]
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("where", ["> /dev/full", "--output /dev/full"])
def test_a_full_disk_ends_the_run(where: str) -> None:
    """Also of an endless input: status 5, one sentence."""
    done = shell(f"{ENDLESS} | batch {where}")
    assert done.status == 5
    assert done.stdout == ""
    assert done.stderr.startswith("gradcalc: the answer")
    assert done.stderr.endswith("could not be written: no space left on device\n")


def test_a_closed_standard_input_is_told_in_a_sentence() -> None:
    """`<&-`."""
    assert shell("batch <&-") == Finished(
        "", "gradcalc: standard input is closed, no questions can be read from it\n", 2
    )


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.long
def test_memory_does_not_grow_with_the_lines() -> None:
    """Of an endless input no more is read than is under way, and what is answered is forgotten."""
    feed = subprocess.Popen(
        ["bash", "-c", ENDLESS.replace("}'", f', "id": "{"a" * 50_000}"}}\'')], stdout=subprocess.PIPE
    )
    process = started("--jobs", "1", stdin=feed.stdout)
    assert process.stdout is not None

    def memory() -> int:
        rows = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        return next(int(row.split()[1]) for row in rows if row.startswith("VmRSS"))

    try:
        for _ in range(300):
            process.stdout.readline()
        before = memory()
        for _ in range(1200):
            process.stdout.readline()
        assert memory() < before + 30_000, "60 MB of answers went by"
        assert memory() < 200_000
    finally:
        process.kill()
        feed.kill()
        process.communicate()
        feed.communicate()


# -- the bar


def test_a_person_sees_a_bar_and_a_pipe_none(tmp_path: Path) -> None:
    """On a terminal stderr shows lines and rate; stdout stays clean."""
    if shutil.which("script") is None:
        pytest.skip("script(1) is not installed, which makes the terminal")
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(text(questions(3)))
    command = f"'{sys.executable}' -m gradcalc batch '{source}' > '{target}'"
    done = subprocess.run(
        ["script", "-qec", command, "/dev/null"],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        env=environment(TERM="xterm"),
    )
    assert "3 lines" in done.stdout
    assert "remaining" in done.stdout
    assert len(documents(target.read_text())) == 3
