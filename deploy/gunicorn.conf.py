"""Gunicorn as the portal wants it: sync workers, the app loaded once, the collector kept calm.

One thread a worker, because with keep-alive several threads let one worker take every client. Before
the workers are forked every template is compiled and every word loaded, and what is there then is
frozen out of the garbage collector: its pauses, and the first pages, are the slowest.
"""

from __future__ import annotations

import gc
import os
from typing import Any

bind = os.environ.get("SANBAO_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("SANBAO_WORKERS", "2"))
worker_class = "sync"
preload_app = True
timeout = 60
max_requests = 20_000
max_requests_jitter = 2_000
forwarded_allow_ips = os.environ.get("SANBAO_PROXIES", "127.0.0.1")


def when_ready(server: Any) -> None:
    """Warm up, and freeze what was loaded before the workers are forked: they share it, nobody scans it."""
    from portal.kernel.i18n import load_words  # only now is the portal's folder sure to be importable

    app = server.app.wsgi()
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    load_words()
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """Give every worker connections of its own."""
    del server, worker
    gc.set_threshold(50_000, 20, 50)
