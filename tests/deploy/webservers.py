"""nginx and Apache, unprivileged and on free ports, with the configurations that `upheaval deploy` writes."""

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import skip_or_fail

MODULES = ("mpm_event", "authz_core", "mime", "dir", "rewrite", "headers", "filter", "deflate", "proxy", "proxy_http")
NGINX = """
daemon off; pid {run}/pid; error_log {run}/log;
events {{}}
http {{
    access_log off; map_hash_bucket_size 128;
    client_body_temp_path {run}/body; proxy_temp_path {run}/proxy; fastcgi_temp_path {run}/fastcgi;
    uwsgi_temp_path {run}/uwsgi; scgi_temp_path {run}/scgi;
    include {included};
}}
"""
APACHE = """
ServerRoot {run}
PidFile {run}/pid
ErrorLog {run}/log
Listen 127.0.0.1:{port}
ServerName localhost
{modules}
TypesConfig /dev/null
Include {included}
"""
Row = tuple[int, str, str, str]
"""Status, media type, location and Vary of an answer, the last without what every answer may have."""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextlib.contextmanager
def readable_folder() -> Iterator[Path]:
    """Yield a temporary folder that other users can read."""
    with tempfile.TemporaryDirectory(prefix="upheaval-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def program(*names: str) -> str:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    if found := next((one for name in names if (one := shutil.which(name, path=path))), None):
        return found
    skip_or_fail(f"{names[0]} is not installed")
    raise AssertionError


@contextlib.contextmanager
def started(command: list[str], port: int, run: Path) -> Iterator[int]:
    """Run a server as nobody if we are root, since Apache refuses that and nginx would hand it to its workers."""
    run.chmod(0o777)
    nobody = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **nobody)  # type: ignore[call-overload]
    try:
        end = time.monotonic() + 30
        while time.monotonic() < end and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        if process.poll() is not None:
            log = run / "log"
            pytest.fail(f"{command[0]}: {process.stderr.read()}{log.read_text() if log.exists() else ''}")
        yield port
    finally:
        process.terminate()
        process.wait(30)
        process.stderr.close()


@contextlib.contextmanager
def nginx(included: Path, port: int, run: Path) -> Iterator[int]:
    """Run nginx with a configuration for its context `http`."""
    run.mkdir()
    config = run / "nginx.conf"
    config.write_text(NGINX.format(run=run, included=included))
    with started([program("nginx"), "-c", str(config), "-e", str(run / "log")], port, run) as running:
        yield running


@contextlib.contextmanager
def apache(included: Path, port: int, run: Path) -> Iterator[int]:
    """Run Apache with a virtual host."""
    run.mkdir()
    binary = program("apache2", "httpd")
    folder = next((one for one in ("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules") if Path(one).is_dir()), "")
    modules = "\n".join(f"LoadModule {name}_module {folder}/mod_{name}.so" for name in MODULES)
    config = run / "apache.conf"
    config.write_text(APACHE.format(run=run, port=port, modules=modules, included=included))
    with started([binary, "-f", str(config), "-D", "FOREGROUND"], port, run) as running:
        yield running


def ask(
    port: int, path: str, accept: str | None, source: str = "127.0.0.1", **headers: str
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(source, 0))
    try:
        given = {
            **({} if accept is None else {"Accept": accept}),
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        connection.request("GET", path, headers=given)
        response = connection.getresponse()
        response.body = response.read()  # type: ignore[attr-defined]
        return response
    finally:
        connection.close()


def row(port: int, prefix: str, path: str, accept: str | None) -> Row:
    """Ask for a path below a prefix; a location is given without it."""
    response = ask(port, prefix + path, accept)
    varies = {one.strip().lower() for field in response.headers.get_all("Vary", []) for one in field.split(",")}
    location = response.getheader("Location", "")
    if location.startswith("http://"):
        location = "/" + location.split("/", 3)[3]
    media = (response.getheader("Content-Type") or "").partition(";")[0] if response.status == 200 else ""
    if response.status in (300, 404, 410):  # what is not there does not vary
        varies = set()
    return (
        response.status,
        media,
        location.removeprefix(prefix) if location != prefix else "",
        ", ".join(sorted(varies - {"accept-encoding", "origin", ""})),
    )
