"""A real CUPS scheduler in a folder of its own, on 127.0.0.1 and a free port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

# The system's own CUPS is never touched: no shared folder, no printcap, no announcements.
_FILES = """\
ServerRoot {root}
RequestRoot {root}/spool
TempDir {root}/spool/tmp
CacheDir {root}/cache
StateDir {root}/state
ErrorLog {root}/error_log
AccessLog {root}/access_log
PageLog {root}/page_log
Printcap
"""
_SCHEDULER = """\
LogLevel warn
Listen 127.0.0.1:{port}
Browsing No
BrowseLocalProtocols none
WebInterface No
DefaultAuthType None
JobRetryInterval 1
ErrorPolicy retry-current-job
PreserveJobFiles No
<Location />
  Order allow,deny
  Allow from 127.0.0.1
</Location>
<Policy default>
  <Limit All>
    Order deny,allow
    Allow from 127.0.0.1
  </Limit>
</Policy>
"""


@dataclass(frozen=True, slots=True)
class Cups:
    """A running scheduler."""

    server: str

    def queue(self, name: str, device: str) -> str:
        """Make a raw queue to `device`; its printer address."""
        self.run("lpadmin", "-p", name, "-E", "-v", device, "-m", "raw")
        return f"cups://{self.server}/{name}"

    def run(self, program: str, *arguments: str) -> str:
        """One of the CUPS programs against this scheduler."""
        return subprocess.run(
            [program, "-h", self.server, *arguments],
            check=True,
            capture_output=True,
            text=True,
            timeout=20,
        ).stdout


def require_cups() -> None:
    """Fail in CI and as root when CUPS is missing; skip for a developer who cannot install it."""
    programs = ("cupsd", "lpadmin", "lp", "lpstat", "cancel")
    missing = [one for one in programs if _where(one) is None]
    if missing:
        said = f"{', '.join(missing)} missing: run .ci/tools, or apt-get install cups cups-client"
        if os.environ.get("CI") or os.geteuid() == 0:
            pytest.fail(said)
        pytest.skip(said)


@contextmanager
def running_cups() -> Iterator[Cups]:
    """Start cupsd, wait until it answers, stop it."""
    require_cups()
    # Not below the test's own folder: that is closed to the user that the backends run as.
    root = Path(tempfile.mkdtemp(prefix="ocop-cups-"))
    root.chmod(0o755)
    process: subprocess.Popen[bytes] | None = None
    try:
        for name in ("spool", "spool/tmp", "cache", "state"):
            (root / name).mkdir()
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        (root / "files.conf").write_text(_FILES.format(root=root))
        (root / "cupsd.conf").write_text(_SCHEDULER.format(port=port))
        program = str(_where("cupsd"))
        with (root / "stderr").open("wb") as stderr:
            process = subprocess.Popen(
                [program, "-f", "-c", str(root / "cupsd.conf"), "-s", str(root / "files.conf")],
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
        _wait_until_it_answers(process, port, root)
        yield Cups(f"127.0.0.1:{port}")
    finally:
        if process is not None:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=10)
        shutil.rmtree(root, ignore_errors=True)


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int, root: Path) -> None:
    ends = time.monotonic() + 15
    while time.monotonic() < ends and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    log = root / "error_log"
    said = (root / "stderr").read_text() + (log.read_text() if log.exists() else "")
    pytest.fail(f"cupsd did not start: {said[-2000:]}")


def _where(program: str) -> str | None:
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
