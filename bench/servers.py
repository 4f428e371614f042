"""Servers under measurement: gunicorn with one worker, on loopback, stopped by its pid."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its port, and the process whose memory counts."""

    port: int
    pid: int

    def memory_mb(self) -> float:
        """Resident memory of its largest worker, in MB."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return max(_resident(int(child)) for child in children)


def _resident(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found.group(1)) / 1024 if found else 0.0


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(target: str, environment: Mapping[str, str]) -> Iterator[Server]:
    """Serve an application with one worker of four threads while the block runs."""
    port = free_port()
    arguments = [
        *(sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", "1", "--threads", "4"),
        *("--timeout", "120"),
        *("--bind", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "warning", target),
    ]
    process = subprocess.Popen(arguments, cwd=ROOT, env={**os.environ, **environment, "PORT": str(port)})
    try:
        _wait_for(port, process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(START_SECONDS * 10):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended by itself ({process.returncode})")
        # The master listens long before its worker has loaded the application.
        with contextlib.suppress(OSError, HTTPException):
            connection = HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
            connection.request("HEAD", "/")
            connection.getresponse()
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")
