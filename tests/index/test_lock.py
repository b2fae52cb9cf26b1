import subprocess
import sys

import pytest

from corpus.errors import IndexBusy, IndexFolderError
from index.lock import writer_lock

HOLD = """
import sys, pathlib
from index.lock import writer_lock
with writer_lock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock of ``tmp_path``."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_second_writer_is_refused(tmp_path, holder):
    with pytest.raises(IndexBusy, match="另一个程序正在写入"), writer_lock(tmp_path):
        pass


def test_a_killed_writer_leaves_no_lock(tmp_path, holder):
    holder.kill()
    holder.wait()
    with writer_lock(tmp_path):
        pass


def test_the_lock_is_free_after_use(tmp_path):
    for _ in range(2):
        with writer_lock(tmp_path):
            pass


def test_two_holders_in_one_process_exclude_each_other(tmp_path):
    with writer_lock(tmp_path), pytest.raises(IndexBusy), writer_lock(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    missing = tmp_path / "nowhere"
    with pytest.raises(IndexFolderError, match="nowhere：不能写入"), writer_lock(missing):
        pass
