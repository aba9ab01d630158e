"""List the datasets of the package without loading the engines."""

import ast
from pathlib import Path

FOLDER = Path(__file__).parent / "datasets"


def names() -> list[str]:
    """Return the names of the datasets."""
    return sorted(path.stem.replace("_", "-") for path in FOLDER.glob("*.py") if path.stem[0] != "_")


def titles() -> dict[str, str]:
    """Return the title of each dataset by name: the first line of its declaration, which is not run."""
    found = {}
    for name in names():
        tree = ast.parse(path_of(name).read_text(encoding="utf-8"))
        found[name] = (ast.get_docstring(tree) or name).partition("\n")[0].rstrip(".")
    return found


def path_of(name: str) -> Path:
    """Return the file of a declaration, from the name of a dataset or the path of a file that ends in `.py`."""
    return Path(name) if name.endswith(".py") else FOLDER / f"{name.replace('-', '_')}.py"
