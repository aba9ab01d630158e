"""Turns a folder of YAML records into a validated, exported and queryable linked-data publication."""

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upheaval.dataset import open_dataset as open

try:
    __version__ = version("upheaval")
except PackageNotFoundError:  # run from a checkout that nobody installed
    __version__ = "0+uninstalled"

__all__ = ["__version__", "open"]


def __getattr__(name: str) -> Any:
    """Import `open` when it is first asked for, so that `import upheaval` costs nothing."""
    if name == "open":
        from upheaval.dataset import open_dataset

        return open_dataset
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
