"""Turns a folder of YAML records into a validated, exported and queryable linked-data publication."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upheaval.query.dataset import open_dataset as open

    __version__: str

__all__ = ["__version__", "open"]


def __getattr__(name: str) -> Any:
    """Import expensive names lazily, so that `import upheaval` stays fast."""
    if name == "open":
        from upheaval.query.dataset import open_dataset

        return open_dataset
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("upheaval")
        except PackageNotFoundError:  # run from a checkout that is not installed
            return "0+uninstalled"
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
