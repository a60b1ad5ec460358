"""A run in a process of its own that is killed with ``kill -9``, again and again.

Each child is a copy of one process that has imported and built the portal once: that takes longer than
everything a child does until it is killed. The copy shares no connection: the portal connects when it is used.
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

#: Reads when to kill, lets a copy of itself do the work, and says how the copy ended; the end of the input ends it.
#: The copy kills itself: on a busy machine somebody who watched it from outside would come after its end.
PARENT = """
import os, signal, sys
from pathlib import Path
from threading import Timer
from sqlalchemy.orm import Session
from portal.app import create_app
from portal.kernel.access import Actor
from portal.kernel.db import db
from portal.kernel.scoping import HeadOfficeScope, enter
from tests.conftest import NOW, settings
{imports}

def run(steps, wait):
    told = 0
    def tell(done, of):
        nonlocal told
        told += 1
        if told == steps:
            Timer(wait, os.kill, (os.getpid(), signal.SIGKILL)).start()
    with app.app_context(), Session(db.engine, expire_on_commit=False) as session:
        actor = Actor.system("child")
        enter(session, actor, HeadOfficeScope("test"))
        {call}

app = create_app(settings(sys.argv[1], Path(sys.argv[2])))
for line in sys.stdin:
    steps, wait = line.split()
    child = os.fork()
    if child == 0:
        run(int(steps), float(wait))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass(frozen=True)
class Runs:
    """Starts a run as often as wanted."""

    asked: IO[str]
    said: IO[str]

    def kill(self, steps: int, wait: float) -> None:
        """Let a run say ``steps`` times how far it is, wait a moment, and kill it."""
        self.asked.write(f"{steps} {wait}\n")
        self.asked.flush()
        assert int(self.said.readline()) == -signal.SIGKILL


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
