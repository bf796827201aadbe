"""What is half made is taken away before a signal ends this process, as on every other way out of it.

Lives here: `gone_when_ended`. May enter: paths of temporary files and folders. Never here: what they hold, servers.
"""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ENDING = (signal.SIGTERM, signal.SIGHUP)
_half: list[tuple[int, Path]] = []
"""By the process that makes it."""


@contextmanager
def gone_when_ended(path: Path) -> Iterator[None]:
    """Take a temporary file or folder away when SIGTERM or SIGHUP ends this process meanwhile; they end it as ever.

    Whoever has asked for a signal already, such as a server, ends in order, and is left alone. Threads cannot ask:
    what one of them makes is taken away only while the main thread makes something too.
    """
    ours = os.getpid(), path
    main = threading.current_thread() is threading.main_thread()
    asked = [one for one in ENDING if main and signal.getsignal(one) is signal.SIG_DFL]
    _half.append(ours)
    for one in asked:
        signal.signal(one, _end)
    try:
        yield
    finally:
        for one in asked:
            signal.signal(one, signal.SIG_DFL)
        _half.remove(ours)


def _end(signal_: int, _: object) -> None:
    for pid, path in _half:
        if pid != os.getpid():  # of the process that this one was forked from
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()
    signal.signal(signal_, signal.SIG_DFL)
    os.kill(os.getpid(), signal_)
