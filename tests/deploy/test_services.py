"""What runs the server: the unit by systemd's own checks, the container files by their steps, without an engine."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner

from tests.curate.test_verifying import serving
from tests.deploy.webservers import free_port, program
from tests.serve.support import PATIENCE, running
from tests.support import ROOT, run_tool
from upheaval.deploy.configurations import deployment_files, write_deployment
from upheaval.deploy.facts import site_of
from upheaval.store.integrity import verify
from upheaval.store.releases import release_folder

ADDRESS = "https://data.river.example/id/"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("services")
    write_deployment(target, deployment_files(site_of(ROOT / "tests" / "riverworld", ADDRESS)))
    return target


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("built") / "build"
    command = [sys.executable, "-m", "upheaval", "build", "--root", str(ROOT / "tests/riverworld"), "--to", str(target)]
    subprocess.run(command, check=True, capture_output=True)
    return target


@pytest.mark.engine
def test_systemd_accepts_the_unit_and_finds_it_well_confined(deployed: Path, tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    (unit,) = (deployed / "systemd").iterdir()
    text = unit.read_text(encoding="utf-8")
    (tmp_path / unit.name).write_text(re.sub(r"ExecStart=\S+", f"ExecStart={sys.executable}", text), encoding="utf-8")
    verified = subprocess.run([analyze, "verify", str(tmp_path / unit.name)], capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    command = [analyze, "security", "--offline=true", "--threshold=20", str(tmp_path / unit.name)]
    confined = subprocess.run(command, capture_output=True, text=True)
    assert confined.returncode == 0, confined.stdout
    (tmp_path / unit.name).write_text("[Service]\nExecStart=/bin/true\nProtectSytem=strict\n", encoding="utf-8")
    misspelt = subprocess.run([analyze, "verify", str(tmp_path / unit.name)], capture_output=True, text=True)
    assert "ProtectSytem" in misspelt.stderr


def options(words: list[str], build: Path) -> list[str]:
    """Return the options of a command of `upheaval serve`, but those that say what is served, and where."""
    assert Path(words[0]).name == "upheaval"
    assert words[1:3] == ["serve", "--build"]
    at = words.index("--host")
    return [*words[4:at], *words[at + 2 :]]


@pytest.mark.slow
def test_unit_starts_the_server(deployed: Path, build: Path) -> None:
    (unit,) = (deployed / "systemd").iterdir()
    (line,) = re.findall(r"^ExecStart=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    words = options(line.split(), build)
    words[words.index("--port") + 1] = "0"
    with running(build, *words) as server:
        assert server.get("/health").status == 200


@pytest.mark.slow
def test_container_starts_the_server_and_knows_its_health(deployed: Path, build: Path) -> None:
    text = (deployed / "container" / "Containerfile").read_text(encoding="utf-8")
    said = {
        name: json.loads(value) for name, value in re.findall(r"^(ENTRYPOINT|CMD|HEALTHCHECK CMD) (.*)$", text, re.M)
    }
    with running(build, *options([*said["ENTRYPOINT"], *said["CMD"]], build)) as server:
        health = [sys.executable, *said["HEALTHCHECK CMD"][1:]]
        health[-1] = health[-1].replace(":8000/", f":{server.port}/")
        assert subprocess.run(health).returncode == 0
    assert subprocess.run(health, capture_output=True).returncode == 1


def test_compose_file_is_valid_by_its_published_schema(deployed: Path) -> None:
    file = deployed / "container" / "compose.yaml"
    checked = CliRunner().invoke(check_jsonschema, ["--builtin-schema", "vendor.compose-spec", str(file)])
    assert checked.exit_code == 0, checked.output
    services = yaml.safe_load(file.read_text(encoding="utf-8"))["services"]
    for service in services.values():
        for path in [service["build"]["dockerfile"]] if "build" in service else []:
            assert (deployed / Path(path).relative_to("deploy")).is_file()
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


@pytest.fixture
def store(deployed: Path, build: Path, tmp_path: Path) -> Iterator[int]:
    services = yaml.safe_load((deployed / "container" / "compose.yaml").read_text(encoding="utf-8"))["services"]
    port = free_port()
    places = {"/data": str(tmp_path / "data"), "/build/": f"{build}/", "0.0.0.0:7878": f"127.0.0.1:{port}"}

    def command(name: str) -> list[str]:
        words = services[name]["command"]
        for before, after in places.items():
            words = [after + word.removeprefix(before) if word.startswith(before) else word for word in words]
        return [str(Path(sys.executable).with_name("oxigraph")), *words]

    subprocess.run(command("load"), check=True, capture_output=True)
    with subprocess.Popen(command("oxigraph"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield port
        process.terminate()


@pytest.mark.engine
def test_store_beside_the_server_holds_the_build(store: int, build: Path) -> None:
    query = quote("SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/statecraft#State> }")
    request = urllib.request.Request(f"http://127.0.0.1:{store}/query?query={query}", headers={"Accept": "text/csv"})
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                number = int(answer.read().split()[1])
            break
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.1)
    assert number == len(list((ROOT / "tests" / "riverworld" / "data" / "states").glob("*.yaml")))


def test_workflow_for_pages_is_sound(deployed: Path, tmp_path: Path) -> None:
    file = deployed / "github" / "pages.yml"
    checked = CliRunner().invoke(check_jsonschema, ["--builtin-schema", "vendor.github-workflows", str(file)])
    assert checked.exit_code == 0, checked.output
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "pages.yml").write_bytes(file.read_bytes())
    audited = run_tool("zizmor", "--offline", "--no-progress", str(tmp_path / ".github"))
    assert audited.returncode == 0, audited.stdout
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["permissions"] == {}


@pytest.mark.slow
def test_workflow_for_pages_fetches_released_versions_and_builds_what_is_not_published(tmp_path: Path) -> None:
    root, fresh, published = tmp_path / "river", tmp_path / "fresh", tmp_path / "published"

    def run(*command: str, cwd: Path = root, **more: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env={**os.environ, **more})
        assert done.returncode == 0, done.stderr

    def commit() -> None:
        run("git", "add", "-A")
        run("git", "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-q", "-m", "x")

    shutil.copytree(ROOT / "tests" / "riverworld", root)
    run("git", "init", "-q")
    (root / ".git/info/exclude").write_text(".upheaval\n")
    for version in ("3.1.0", "3.1.1"):
        with (root / "CHANGELOG.md").open("a") as file:
            file.write(f"\n## [{version}] - 2026-03-01\n\n- Something changes.\n")
        commit()
        run(sys.executable, "-m", "upheaval", "release", version, "--date", "2026-03-01")
        commit()
    run("git", "clone", "-q", str(root), str(fresh))
    shutil.copytree(release_folder(root, "3.1.0"), published / "3.1.0")
    command = tmp_path / "bin" / "upheaval"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m upheaval "$@"\n')
    command.chmod(0o755)
    workflow = yaml.safe_load(deployment_files(site_of(root, ADDRESS))["github/pages.yml"])
    (step,) = (one for one in workflow["jobs"]["publish"]["steps"] if "releases" in one.get("run", ""))
    assert step["env"] == {"ADDRESS": ADDRESS}
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    with contextmanager(serving)(partial(SimpleHTTPRequestHandler, directory=str(published))) as address:
        words = ("bash", "-e", "-c", step["run"])
        run(*words, cwd=fresh, PATH=path, ADDRESS=address, RUNNER_TEMP=str(tmp_path / "temp"))
    assert [verify(release_folder(fresh, version)) for version in ("3.1.0", "3.1.1")] == [[], []]
    assert [path.name for path in (tmp_path / "temp").iterdir()] == ["3.1.1"]
