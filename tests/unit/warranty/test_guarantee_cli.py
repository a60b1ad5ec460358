"""``sanbao guarantee assess``: exit codes, what goes where, and a stream that answers line by line."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from portal.cli import main
from tests.support.code import ROOT
from tests.support.guarantee import Json, answer, at, case, demand, job, random_case, visit
from warranty.guarantee.cli import commands


class Said(NamedTuple):
    code: int
    out: bytes
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    def go(*words: Any, typed: bytes = b"") -> Said:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed)))
        with pytest.raises(SystemExit) as ended:
            main(["guarantee", "assess", *map(str, words)])
        out, err = capsysbinary.readouterr()
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, out, err.decode())

    return go


def text(given: Json) -> bytes:
    return json.dumps(given, ensure_ascii=False).encode()


GOOD = case(visit("维修一", at(100), job(problem="异响")), demand=demand("2024-05-01"))
BAD = case(visit("V", at(100)), price="-1") | {"colour": "red"}
FAULTS = ["/colour: is not known here", "/sale/price: is negative"]


def test_the_command_hangs_below_sanbao() -> None:
    assert [command.name for command in commands] == ["guarantee"]


def test_a_file_is_answered_on_standard_output(run: Run, tmp_path: Path) -> None:
    (tmp_path / "case.json").write_bytes(text(GOOD))
    said = run(tmp_path / "case.json")
    assert (said.code, said.err) == (0, "")
    assert json.loads(said.out) == answer(GOOD)
    assert "维修一".encode() in said.out
    assert said.out.endswith(b"}\n")


@pytest.mark.parametrize("words", [["-"], []])
def test_standard_input_is_read(run: Run, words: list[str]) -> None:
    said = run(*words, typed=text(GOOD))
    assert (said.code, json.loads(said.out), said.err) == (0, answer(GOOD), "")


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        (text(BAD), FAULTS),
        (b"", ["/: is not JSON: expecting value at line 1, column 1"]),
        (b"\xff", ["/: is not UTF-8 at byte 0"]),
        (b"[" * 200_000, ["/: is nested too deeply"]),
        (b'{"as_of": 1' + b"0" * 5_000 + b"}", None),
    ],
)
def test_what_is_no_case_ends_with_2_and_says_so_on_standard_error_only(
    run: Run, typed: bytes, lines: list[str] | None
) -> None:
    said = run("-", typed=typed)
    assert (said.code, said.out) == (2, b"")
    assert said.err.endswith("\n")
    assert all(line.startswith("/") for line in said.err.splitlines())
    assert lines is None or said.err.splitlines() == lines


def test_a_file_that_is_not_there_ends_with_2(run: Run, tmp_path: Path) -> None:
    said = run(tmp_path / "none.json")
    assert (said.code, said.out) == (2, b"")
    assert said.err.count("\n") == 1
    assert "none.json" in said.err


def test_half_a_character_pair_in_an_id_comes_out_as_it_went_in(run: Run) -> None:
    given = case(visit("\ud83d", at(100)))
    typed = json.dumps(given).encode()
    said = run("-", typed=typed)
    assert said.code == 0
    assert json.loads(said.out)["visits"][0]["id"] == "\ud83d"
    said = run("--lines", typed=typed)
    assert json.loads(said.out)["visits"][0]["id"] == "\ud83d"


def test_lines_are_answered_in_order_with_the_faulty_ones_between(run: Run) -> None:
    dice = random.Random(3)
    cases = [random_case(dice) for _ in range(20)]
    lines = [text(one) for one in cases]
    lines[3:3] = [b"", text(BAD), b"{", b"\xff\xfe", b"[" * 100_000, b"null"]
    said = run("--lines", typed=b"\n".join(lines))
    assert (said.code, said.err) == (0, "")
    answers = [json.loads(line) for line in said.out.splitlines()]
    assert said.out.endswith(b"\n")
    assert len(answers) == len(lines)
    assert answers[:3] + answers[9:] == [answer(one) for one in cases]
    assert [one.keys() for one in answers[3:9]] == [{"error"}] * 6
    assert answers[4] == {"error": FAULTS}
    assert answers[8] == {"error": ["/: has to be an object"]}


def test_no_lines_are_no_answers(run: Run) -> None:
    assert run("--lines", typed=b"") == (0, b"", "")


def test_a_last_line_needs_no_end_and_windows_ends_are_let_through(run: Run) -> None:
    said = run("--lines", typed=text(GOOD) + b"\r\n" + text(GOOD))
    assert [json.loads(line) for line in said.out.splitlines()] == [answer(GOOD)] * 2


@pytest.fixture
def stream() -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", "from warranty.guarantee.cli import guarantee; guarantee()", "assess", "--lines"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as one:
        yield one
        one.kill()


def test_a_stream_answers_each_line_before_the_next_is_written(stream: subprocess.Popen[bytes]) -> None:
    assert stream.stdin is not None
    assert stream.stdout is not None
    for line, known in ((text(GOOD), answer(GOOD)), (b"?", None), (text(case()), answer(case()))):
        stream.stdin.write(line + b"\n")
        stream.stdin.flush()
        said = json.loads(stream.stdout.readline())
        assert said == known if known else said.keys() == {"error"}
    stream.stdin.close()
    assert stream.stdout.read() == b""
    assert stream.wait(20) == 0


def test_a_reader_that_goes_away_ends_the_stream_quietly_and_not_as_a_success(stream: subprocess.Popen[bytes]) -> None:
    assert stream.stdin is not None
    assert stream.stdout is not None
    assert stream.stderr is not None
    stream.stdin.write(text(GOOD) + b"\n")
    stream.stdin.flush()
    stream.stdout.readline()
    stream.stdout.close()
    stream.stdin.write(text(GOOD) + b"\n")
    stream.stdin.close()
    assert stream.wait(20) == 1
    assert stream.stderr.read() == b""
