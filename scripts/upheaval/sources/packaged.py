"""Where the files are that a publication is made from: its own folders, and those that come with the package."""

from pathlib import Path

VOCABULARY = ("ontology", "shapes", "queries")
"""The folders of the vocabulary, and of the questions that are asked of it."""

LEDGER = "ledger.tsv"
"""The file that lists what has been published."""


def packaged() -> Path:
    """Return the folder of the packaged ontology, shapes and queries."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "statecraft"
    return inside if inside.is_dir() else package.parents[1]


def vocabulary_folders(root: Path, name: str) -> list[Path]:
    """Return the folders of the ontology, the shapes or the queries of a publication, by that name.

    A publication with a complete vocabulary of its own (it has `ontology/statecraft.ttl`) uses only that; any other
    uses the packaged one and adds its own folder to it.
    """
    own = root / name
    if (root / "ontology" / "statecraft.ttl").is_file():
        return [own]
    return [packaged() / name, *([own] if own.is_dir() else [])]
