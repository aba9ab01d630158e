"""Templates for a new record and for a new publication."""

import json
import re
import unicodedata
from datetime import date
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from rdflib import Graph

import upheaval
from upheaval.curate.skeletons import record_skeleton
from upheaval.faults import refuse
from upheaval.populate.records import SLUG
from upheaval.rdf.namespaces import OWL
from upheaval.schema.configuration import name_problem, prefix_problem
from upheaval.schema.contract import Contract
from upheaval.schema.publication import FILE
from upheaval.schema.schema import prepare
from upheaval.sources.packaged import packaged
from upheaval.sources.reserved import RESERVED

TEMPLATES = Path(__file__).parent / "publication"
"""What a new publication starts with."""

_PLACES = {
    "metadata.yaml": "data/publication.yaml",
    "README.md": "README.md",
    "gitignore": ".gitignore",
    "editorconfig": ".editorconfig",
    "check.yml": ".github/workflows/check.yml",
}


def new_record(root: Path, folder: str, slug: str, contract: Contract) -> Path:
    """Write the skeleton of a record.

    Args:
        root: the publication's folder.
        folder: the folder of the kind.
        slug: the record's name.
        contract: the kinds of record.

    Returns:
        The new file.

    Raises:
        Refusal: the kind does not exist, the name is invalid or taken, or the file cannot be written.

    """
    kind = contract.folders.get(folder)
    if kind is None:
        listed = ", ".join(sorted(contract.folders))
        refuse("data", f"there is no kind of record `{folder}`", f"the kinds are {listed}")
    file = root / "data" / folder / f"{slug}.yaml"
    if not SLUG.fullmatch(slug):
        cure = "use lower-case letters, digits and single hyphens"
        refuse(f"data/{folder}", f"`{slug}` is not a valid record name", cure)
    if slug in RESERVED:
        message = f"the name `{slug}` is reserved for {RESERVED[slug]}"
        refuse(f"data/{folder}", message, "choose another name")
    taken = sorted((root / "data").rglob(f"{slug}.yaml"))
    if taken:
        where = taken[0].relative_to(root).as_posix()
        refuse(where, f"the name `{slug}` is taken", "choose another name")
    _write(file, record_skeleton(kind, contract))
    return file


def new_publication(root: Path) -> Path:
    """Start a publication in a new or empty folder, with a record of each common kind, which passes `upheaval check`.

    Args:
        root: the folder.

    Returns:
        The new metadata file.

    Raises:
        Refusal: the folder is not empty or cannot be written.

    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        refuse(str(root), "this is not an empty folder", "name a new or empty folder")
    name = _free_name(root.resolve().name)
    values = {
        "NAME": name,
        "PREFIX": _free_prefix(name),
        "TITLE": name.replace("-", " ").title(),
        "TODAY": date.today().isoformat(),
        "STATECRAFT": _installed_version(),
    }
    files = {place: (TEMPLATES / file).read_text(encoding="utf-8") for file, place in _PLACES.items()}
    for record in sorted((TEMPLATES / "records").glob("*/*.yaml")):
        place = f"data/{record.relative_to(TEMPLATES / 'records').as_posix()}"
        files[place] = record.read_text(encoding="utf-8")
    for place, text in files.items():
        for key, value in values.items():
            text = text.replace(f"@{key}@", value)
        _write(root / place, text)
    _write(root / "requirements.txt", f"{_requirement()}\n")
    for place, settings in editor_settings(prepare(root).contract).items():
        _write(root / place, json.dumps(settings, indent=2) + "\n")
    return root / FILE


def _requirement() -> str:
    """Return what installs the running package: the commit that it came from (PEP 610), or else its version."""
    try:
        origin = json.loads(distribution("upheaval").read_text("direct_url.json") or "{}")
    except PackageNotFoundError:
        origin = {}
    if commit := origin.get("vcs_info", {}).get("commit_id"):
        return f"upheaval @ git+{origin['url']}@{commit}"
    return f"upheaval=={upheaval.__version__}"


def _free_name(folder: str) -> str:
    """Return a name for the files of a publication, made from that of its folder."""
    plain = unicodedata.normalize("NFKD", folder).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "publication"
    return name if name_problem(name) is None else f"{name}-data"


def _free_prefix(name: str) -> str:
    """Return a prefix that is not taken, made from a name."""
    first = name.split("-", maxsplit=1)[0]
    choices = (*([first] if len(first) > 1 else []), name, f"{first}-data", f"p{name}", f"p-{name}")
    return next(prefix for prefix in choices if prefix_problem(prefix, "") is None)


def _installed_version() -> str:
    """Return the version IRI of the packaged vocabulary."""
    ontology = Graph().parse(packaged() / "ontology" / "statecraft.ttl")
    return str(next(ontology.objects(None, OWL.versionIRI)))


def editor_settings(contract: Contract) -> dict[str, dict[str, object]]:
    """Return the settings of Visual Studio Code, which complete and check records by the schemas of a build."""
    schemas = {f"./build/schema/{folder}.json": f"data/{folder}/**/*.yaml" for folder in sorted(contract.folders)}
    settings: dict[str, object] = {"files.encoding": "utf8", "files.eol": "\n", "yaml.schemas": schemas}
    return {
        ".vscode/settings.json": settings,
        ".vscode/extensions.json": {"recommendations": ["editorconfig.editorconfig", "redhat.vscode-yaml"]},
    }


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        refuse(str(file), f"cannot be written: {error.strerror}", "check the folder")
