"""Several processes as one: started together, restarted when one dies, stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

GRACE = 10.0  # seconds a process is given to stop
RESTART_AFTER = 1.0


class Supervisor:
    """Keeps processes running until SIGINT or SIGTERM. Each is a group leader, so that nothing is left behind."""

    def __init__(self) -> None:
        self._commands: dict[str, tuple[list[str], dict[str, str]]] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._stop.set())

    @property
    def stopping(self) -> bool:
        """Has it been told to stop?"""
        return self._stop.is_set()

    def start(self, name: str, command: list[str], env: dict[str, str] | None = None) -> None:
        """Start `command` under `name`; `env` is added to the environment."""
        self._commands[name] = (command, env or {})
        self._running[name] = self._spawn(name)

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        command, env = self._commands[name]
        return subprocess.Popen(command, env={**os.environ, **env}, start_new_session=True)

    def wait(self) -> int:
        """Until told to stop: a process that ended is started again (a worker that dies loses nothing)."""
        try:
            while not self._stop.wait(0.2):
                for name, process in list(self._running.items()):
                    if process.poll() is not None:
                        sys.stderr.write(f"{name} ended with {process.returncode}; starting it again\n")
                        if self._stop.wait(RESTART_AFTER):
                            break
                        self._running[name] = self._spawn(name)
        finally:
            self.stop()
        return 0

    def stop(self) -> None:
        """End every process, gently first."""
        for process in self._running.values():
            _signal(process, signal.SIGTERM)
        end = time.monotonic() + GRACE
        for process in self._running.values():
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return  # it has ended by itself
