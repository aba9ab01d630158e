"""The old path of `Sources` and `our`, for declarations written for version 0.1."""

import warnings

from upheaval.importers.declaration import Sources, our, union

__all__ = ["Sources", "our", "union"]

warnings.warn(
    "import Sources and our from upheaval.importers.declaration; upheaval.importers.sources will go in version 1.0",
    DeprecationWarning,
    stacklevel=2,
)
