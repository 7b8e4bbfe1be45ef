"""Processes are told apart by their birth, and groups end as a whole."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tabyard.browsers.processes import birth_of, groups_with, kill_group, members_of, terminate

pytestmark = pytest.mark.blocking_allowed

PARENT = "import subprocess, time; subprocess.Popen(['sleep', '60']); print(flush=True)"


@pytest.fixture
def group() -> Iterator[subprocess.Popen[bytes]]:
    """A process and its child, in a group of their own."""
    command = [sys.executable, "-c", f"{PARENT}; time.sleep(60)", "--tabyard-mark=/a/b"]
    with subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        kill_group(process.pid)


def test_a_process_has_one_birth(group: subprocess.Popen[bytes]) -> None:
    birth = birth_of(group.pid)
    assert birth is not None
    assert birth_of(group.pid) == birth
    assert birth_of(os.getpid()) != birth


def test_a_process_that_has_ended_has_none_not_even_before_it_is_buried(
    group: subprocess.Popen[bytes],
) -> None:
    kill_group(group.pid)
    os.waitid(os.P_PID, group.pid, os.WEXITED | os.WNOWAIT)
    assert birth_of(group.pid) is None
    group.wait()
    assert birth_of(group.pid) is None


def test_a_group_ends_as_a_whole(group: subprocess.Popen[bytes]) -> None:
    assert len(members_of(group.pid)) == 2
    kill_group(group.pid)
    group.wait()
    while members_of(group.pid):
        os.sched_yield()
    kill_group(group.pid)
    terminate(group.pid)


def test_a_group_is_found_by_an_argument(group: subprocess.Popen[bytes]) -> None:
    assert groups_with("--tabyard-mark=/a") == {group.pid}
    assert groups_with("--tabyard-mark=/c") == frozenset()
