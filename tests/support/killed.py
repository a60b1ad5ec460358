"""A run in a process of its own that is killed with ``kill -9``, again and again.

Each child is a copy of one process that has imported and built the portal once: that takes longer than
everything a child does until it is killed. The copy shares no connection: the portal connects when it is used.
Where a child dies is counted in what it asks of the database, not in seconds: a fast machine would be done before.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]

#: Reads where to kill, lets a copy of itself do the work, and says how the copy ended; the end of the input ends it.
#: The copy kills itself: before a statement, after it, or before what it did is committed.
PARENT = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.orm import Session
from portal.app import create_app
from portal.kernel.access import Actor
from portal.kernel.db import db
from portal.kernel.scoping import HeadOfficeScope, enter
from tests.conftest import NOW, settings
{imports}

def run(steps, moments):
    told, left = 0, moments
    def tell(done, of):
        nonlocal told
        told += 1
    def pass_moment(*_):
        nonlocal left
        left -= told >= steps
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    with app.app_context(), Session(db.engine, expire_on_commit=False) as session:
        actor = Actor.system("child")
        enter(session, actor, HeadOfficeScope("test"))
        for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(db.engine, moment, pass_moment)
        {call}

app = create_app(settings(sys.argv[1], Path(sys.argv[2])))
for line in sys.stdin:
    steps, moments = line.split()
    child = os.fork()
    if child == 0:
        run(int(steps), int(moments))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass(frozen=True)
class Runs:
    """Starts a run as often as wanted."""

    asked: IO[str]
    said: IO[str]

    def kill(self, steps: int, moments: int) -> None:
        """Let a run say ``steps`` times how far it is, then ask ``moments`` more of the database, and kill it.

        A statement is two moments, its beginning and its end; a commit is one. A run that ends before fails.
        """
        self.asked.write(f"{steps} {moments}\n")
        self.asked.flush()
        assert int(self.said.readline()) == -signal.SIGKILL, "the run was over before its end came"


@contextmanager
def runs(database_url: str, folder: Path, imports: str, call: str) -> Iterator[Runs]:
    """Make ready to run ``call``, which knows ``session``, ``actor``, ``NOW`` and ``tell``."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(imports=imports, call=call), database_url, str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    with parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        yield Runs(parent.stdin, parent.stdout)
        parent.stdin.close()
    assert parent.returncode == 0
