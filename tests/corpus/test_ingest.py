"""Files read by worker processes: in order, each with its own outcome."""

import os
import pickle
import time
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from corpus.errors import DocumentError
from corpus.ingest import Source, _read, ingest
from corpus.load import read_document
from corpus.parse import parse
from corpus.readers.content import Limits

PLAN = """青禾市节水行动计划

一、总体要求
坚持节水优先。
二、主要目标
到{year}年，建成水库12座。
"""


@pytest.fixture
def files(tmp_path):
    """Write files; returns their sources in the order given."""

    def write(**contents):
        sources = []
        for name, content in contents.items():
            path = tmp_path / f"{name}.txt"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            sources.append(Source(path, path.name))
        return sources

    return write


def test_outcomes_come_in_order_and_equal_what_one_process_finds(files):
    sources = files(**{f"plan{i}": PLAN.format(year=2020 + i) for i in range(7)})
    outcomes = list(ingest(sources, workers=2))
    assert [outcome.source for outcome in outcomes] == sources
    for outcome in outcomes:
        assert outcome.parsed == (parse(read_document(outcome.source.path)),)
        assert outcome.refused == ()


def test_a_refused_file_costs_no_other(files):
    sources = files(
        empty=b"", picture=b"\x89PNG\r\n\x1a\n" + bytes(64), plan=PLAN.format(year=2027)
    )
    outcomes = list(ingest(sources, workers=1))
    assert [len(outcome.parsed) for outcome in outcomes] == [0, 0, 1]
    assert "empty.txt：文件是空的" in str(outcomes[0].refused[0])
    assert outcomes[1].refused[0].source_name == "picture.txt"


def test_a_file_that_is_gone_is_refused(tmp_path):
    (outcome,) = ingest([Source(tmp_path / "gone.txt", "gone.txt")], workers=1)
    assert "无法读取" in str(outcome.refused[0])


def test_metadata_and_name_given_with_a_file_win(files):
    (source,) = files(a=PLAN.format(year=2027))
    named = Source(source.path, "节水.txt", {"region": "青禾市"})
    (outcome,) = ingest([named], workers=1)
    document = outcome.parsed[0].document
    assert (document.source_name, document.metadata.region) == ("节水.txt", "青禾市")


def test_a_file_over_the_time_limit_is_refused_and_the_next_one_read(files):
    sources = files(slow=PLAN.format(year=2027) * 20_000, quick=PLAN.format(year=2028))
    outcomes = list(ingest(sources, workers=1, limits=Limits(seconds=0.2)))
    assert "处理时间超过0.6秒" in str(outcomes[0].refused[0])
    assert outcomes[0].parsed == ()
    assert len(outcomes[1].parsed) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit of memory for a process")
def test_a_file_over_the_memory_limit_is_refused(files):
    (source,) = files(large=("宽" * 99 + "\n").encode() * 150_000)
    limits = Limits(memory_bytes=192 * 1024**2, characters=10**9)
    (outcome,) = ingest([source], workers=1, limits=limits)
    assert outcome.parsed == ()
    assert "内存" in str(outcome.refused[0]) or "意外中止" in str(outcome.refused[0])


def test_leaving_early_reads_no_further(files):
    taken = []

    def endless():
        (source,) = files(a=PLAN.format(year=2027))
        while True:
            taken.append(1)
            yield source

    with closing(ingest(endless(), workers=2)) as outcomes:
        assert len(list(islice(outcomes, 3))) == 3
    assert len(taken) < 12


def test_an_error_travels_whole_between_processes():
    error = DocumentError("a.txt", "甲", accepted="乙", advice="丙")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.source_name) == (str(error), "a.txt")
    assert (copy.met, copy.accepted, copy.advice) == (error.met, error.accepted, error.advice)


def test_an_error_that_cannot_travel_becomes_one_that_can(files, monkeypatch):
    class Peculiar(Exception):
        def __init__(self, one, other):
            super().__init__(f"{one}{other}")

    def fail(*args, **options):
        raise Peculiar("甲", "乙")

    monkeypatch.setattr("corpus.ingest.read_file", fail)
    (source,) = files(a=PLAN.format(year=2027))
    with pytest.raises(RuntimeError) as caught:
        _read(source, Limits())
    assert "甲乙" in str(pickle.loads(pickle.dumps(caught.value)))


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for LibreOffice")
def test_a_program_ends_with_the_worker_that_started_it(tmp_path, files, monkeypatch):
    bin_folder, folder = tmp_path / "bin", tmp_path / "temporary"
    bin_folder.mkdir()
    folder.mkdir()
    started = tmp_path / "started"
    program = bin_folder / "soffice"
    program.write_text(
        f"#!/bin/sh\n/bin/sleep 60 &\necho $! > {started}.new\n"
        f"/bin/mv {started}.new {started}\nwait\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(bin_folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    stuck = tmp_path / "stuck.rtf"
    stuck.write_bytes(rb"{\rtf1 x}")
    sources = [*files(a=PLAN.format(year=2027)), Source(stuck, stuck.name)]
    with closing(ingest(sources, workers=1)) as outcomes:
        next(outcomes)
        until(started.exists)
    asleep = int(started.read_text(encoding="utf-8"))
    until(lambda: not is_running(asleep))
    assert not list(folder.glob("cewen-*"))


def until(condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("waited too long")


def is_running(pid):
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
