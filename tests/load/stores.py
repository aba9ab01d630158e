"""Starting the real stores on free loopback ports, each in a folder of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.support import skip_or_fail

VIRTUOSO = """[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
CheckpointInterval = 0
DirsAllowed = {folder}/staging
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 4
[SPARQL]
ResultSetMaxRows = 100000
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A process that is waited for, can be killed like by a power cut, started again, and is ended at the end."""

    def __init__(self, command: list[str], folder: Path, ready: Callable[[], bool]) -> None:
        self.command, self.folder, self.ready = command, folder, ready
        self.start()

    def start(self) -> None:
        with (self.folder / "output").open("ab") as output:
            self.process = subprocess.Popen(self.command, cwd=self.folder, stdout=output, stderr=output)
        limit = time.monotonic() + 60
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > limit:
                self.stop()
                raise RuntimeError((self.folder / "output").read_text()[-2000:])
            time.sleep(0.1)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()


def start_oxigraph(folder: Path) -> tuple[Server, str]:
    program = Path(sys.executable).with_name("oxigraph")
    if not program.exists():
        skip_or_fail("no Oxigraph server: pip install oxigraph")
    base = f"http://127.0.0.1:{free_port()}"
    location = str(folder / "data")
    command = [str(program), "serve", "--location", location, "--bind", base.removeprefix("http://")]
    return Server(command, folder, lambda: _answers(f"{base}/query?query=ASK%7B%7D")), base


def start_virtuoso(folder: Path) -> tuple[Server, str]:
    if not shutil.which("virtuoso-t") or not shutil.which("isql-vt"):
        skip_or_fail("no Virtuoso: apt-get install virtuoso-opensource-7-bin virtuoso-opensource-7-common")
    sql, http = free_port(), free_port()
    (folder / "staging").mkdir()
    (folder / "virtuoso.ini").write_text(VIRTUOSO.format(folder=folder, sql=sql, http=http))
    command = ["virtuoso-t", "+foreground", "+configfile", str(folder / "virtuoso.ini")]

    def ready() -> bool:
        probe = ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", "EXEC=select 1"]
        done = subprocess.run(probe, capture_output=True, timeout=20)
        return done.returncode == 0 and _answers(f"http://127.0.0.1:{http}/sparql?query=ASK%7B%7D")

    return Server(command, folder, ready), f"127.0.0.1:{sql}"


def http_port(virtuoso: Server) -> int:
    """The port of the SPARQL endpoint that a Virtuoso's configuration names."""
    text = (virtuoso.folder / "virtuoso.ini").read_text()
    return int(text.partition("[HTTPServer]")[2].partition("ServerPort = 127.0.0.1:")[2].split()[0])


def need_jena() -> None:
    if not Path("/usr/share/java/jena-tdb2.jar").exists() or not shutil.which("java"):
        skip_or_fail("no Jena: apt-get install libapache-jena-java default-jre-headless")


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _answers(url: str) -> bool:
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False
