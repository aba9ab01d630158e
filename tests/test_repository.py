"""What a public repository has besides code (forms, workflows, licences) is valid and free of contradictions."""

import configparser
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner

from tests.support import ROOT, run_tool
from upheaval.build.citation import citation_files
from upheaval.schema.publication import open_publication

WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
FORMS = sorted(ROOT.glob(".github/ISSUE_TEMPLATE/[0-9]*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TEXTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob(".github/*.md")]


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-workflows", WORKFLOWS),
        ("dependabot", [ROOT / ".github/dependabot.yml"]),
        ("github-issue-forms", FORMS),
        ("github-issue-config", [ROOT / ".github/ISSUE_TEMPLATE/config.yml"]),
        ("citation-file-format", [ROOT / "CITATION.cff"]),
    ],
)
def test_file_is_valid_by_its_published_schema(schema: str, files: list[Path], tmp_path: Path) -> None:
    assert files
    options = ["--builtin-schema", f"vendor.{schema}"]
    checked = CliRunner().invoke(check_jsonschema, [*options, *map(str, files)])
    assert checked.exit_code == 0, checked.output
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("title: [1]\nversion: 1\non: {nothing: 1}\nblank_issues_enabled: 7\n", encoding="utf-8")
    assert CliRunner().invoke(check_jsonschema, [*options, str(wrong)]).exit_code == 1


def test_pre_commit_accepts_its_configuration() -> None:
    checked = run_tool("pre-commit", "validate-config", str(ROOT / ".pre-commit-config.yaml"))
    assert checked.returncode == 0, checked.stdout


def test_pre_commit_runs_tools_that_the_project_installs() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    tools = {hook["entry"].split()[0] for repository in config["repos"] for hook in repository["hooks"]}
    own = set(PROJECT["project"]["scripts"])
    pinned = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    for tool in tools:
        name = tool.removeprefix(".venv/bin/")
        assert name in own or re.search(rf"^{name}==", pinned, re.MULTILINE), tool


def test_workflows_have_no_finding_of_zizmor(tmp_path: Path) -> None:
    audited = run_tool("zizmor", "--offline", "--no-progress", str(ROOT / ".github"))
    assert audited.returncode == 0, audited.stdout
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    loosened = re.sub(r"@[0-9a-f]{40} # ", "@", WORKFLOWS[0].read_text(encoding="utf-8"))
    (folder / "ci.yml").write_text(loosened, encoding="utf-8")
    assert run_tool("zizmor", "--offline", "--no-progress", str(folder)).returncode != 0


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_workflow_has_no_permission_by_default_and_names_the_version_of_each_action(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert yaml.safe_load(text)["permissions"] == {}
    for line in re.findall(r"uses: .*", text):
        assert re.fullmatch(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_only_a_job_that_runs_no_code_of_a_pull_request_may_comment_on_it(tmp_path: Path) -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/differences.yml").read_text(encoding="utf-8"))
    assert "pull_request_target" not in workflow[True]
    writing = [job for job in workflow["jobs"].values() if "write" in job["permissions"].values()]
    assert [list(step) for job in writing for step in job["steps"]] == [["run", "env"]]
    (script,) = (step["run"] for step in workflow["jobs"]["compare"]["steps"] if step.get("id") == "compare")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    tool = tmp_path / ".venv/bin/upheaval"
    tool.write_text('#!/bin/sh\nprintf "%s\\nEOF\\nx=1\\n" "$*"\n', encoding="utf-8")
    tool.chmod(0o755)
    names = ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "RUNNER_TEMP")
    environment = {name: str(tmp_path / name) for name in names} | {"RUNNER_TEMP": str(tmp_path)}
    environment["PATH"] = os.environ["PATH"]
    subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=environment, check=True)
    said = "diff HEAD^1 --format markdown\nEOF\nx=1\n"
    assert (tmp_path / "GITHUB_STEP_SUMMARY").read_text() == said
    assert re.fullmatch(rf"markdown<<(\w{{32}})\n{re.escape(said)}\1\n", (tmp_path / "GITHUB_OUTPUT").read_text())


def test_python_versions_of_the_workflow_are_those_that_the_package_names() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    classifiers = " ".join(PROJECT["project"]["classifiers"])
    named = re.findall(r"Python :: (3\.\d+)", classifiers)
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == named
    assert PROJECT["project"]["requires-python"] == f">={named[0]}"
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    assert re.search(r"python:\d+-(3\.\d+)-", container["image"])[1] in named  # type: ignore[index]


def test_automation_runs_what_the_readme_says() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    steps = [step["run"] for step in workflow["jobs"]["test"]["steps"] if "run" in step]
    assert steps == ["make build", "make test"]
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    for command in (*steps, container["postCreateCommand"]):
        assert f"    {command}" in readme


def test_dependabot_looks_where_the_pins_are() -> None:
    config = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text(encoding="utf-8"))
    folders = {
        (update["package-ecosystem"], folder)
        for update in config["updates"]
        for folder in update.get("directories", [update.get("directory")])
    }
    locks = ROOT.glob("[!.]*/**/package-lock.json")
    npm = {f"/{lock.parent.relative_to(ROOT).as_posix()}" for lock in locks if "node_modules" not in lock.parts}
    assert {folder for ecosystem, folder in folders if ecosystem == "npm"} == npm
    assert {("pip", "/"), ("github-actions", "/"), ("devcontainers", "/")} <= folders


def test_editors_and_ruff_agree() -> None:
    text = (ROOT / ".editorconfig").read_text(encoding="utf-8")
    sections = configparser.ConfigParser(interpolation=None)
    sections.read_string("[top]\n" + text)
    python = {key: value for name in sections.sections() if "py" in name for key, value in sections[name].items()}
    ruff = PROJECT["tool"]["ruff"]
    assert int(python["max_line_length"]) == ruff["line-length"]
    assert int(python["indent_size"]) == ruff.get("indent-width", 4)
    assert sections["*"]["indent_style"] == ruff.get("format", {}).get("indent-style", "space")
    assert sections["*"]["end_of_line"] == "lf"


def test_licences_are_the_same_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    publication = open_publication(ROOT)
    notice = (ROOT / "LICENSE-DATA").read_text(encoding="utf-8")
    assert citation["license"] == "CC-BY-4.0"
    assert publication.license == "https://creativecommons.org/licenses/by/4.0/"
    assert publication.license in notice
    assert "SPDX-License-Identifier: CC-BY-4.0" in notice
    assert PROJECT["project"]["license"] == "MIT AND CC-BY-4.0"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


def test_citation_names_the_publication_and_who_made_it() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    publication = open_publication(ROOT)
    for name, content in citation_files(publication).items():
        assert name == "datacite.json" or (ROOT / name).read_bytes() == content, f"{name}: `upheaval deploy` writes it"
    assert PROJECT["project"]["authors"] == citation["authors"]


@pytest.mark.slow
def test_sdist_holds_every_tracked_file(tmp_path: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("an unpacked sdist has no list of tracked files")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        inside = {name.partition("/")[2] for name in packed.getnames()}
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert {name for name in listed.split("\0") if name} <= inside


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_text_links_to_files_that_are_there(file: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", file.read_text(encoding="utf-8")):
        assert (file.parent / target).exists(), target


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_text_names_modules_that_are_there(file: Path) -> None:
    for name in re.findall(r"`([a-z0-9_./-]+\.py)`", file.read_text(encoding="utf-8")):
        assert any((root / name).exists() for root in (ROOT, ROOT / "scripts" / "upheaval")), name


def test_architecture_has_every_package_in_the_order_of_its_layers() -> None:
    """The contract of import-linter lists the layers from the top; the page begins at the bottom."""
    layers = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    packages = re.findall(r"^\| `(\w+)/` \|", text, re.MULTILINE)
    assert packages == [name for name in reversed(layers) if (ROOT / "scripts" / "upheaval" / name).is_dir()]
