"""Turns a folder of YAML records into a validated, exported and queryable linked-data publication."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("upheaval")
except PackageNotFoundError:  # run from a checkout that nobody installed
    __version__ = "0+uninstalled"

__all__ = ["__version__"]
