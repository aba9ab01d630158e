"""Read the files of a publication: regular ones within its folder, no pipes, devices or links that lead out of it."""

import errno
import os
import stat

LINK = "it is a link that leads out of the publication's folder"
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


def leads_out(path: str | os.PathLike[str], root: str | os.PathLike[str]) -> bool:
    """Return whether a file or folder is outside a folder once all links are followed."""
    real, top = os.path.realpath(path), os.path.realpath(root)
    return real != top and os.path.commonpath([real, top]) != top


def read_regular(path: str | os.PathLike[str], root: str | os.PathLike[str] | None = None) -> bytes:
    """Read a file without waiting for another process, as opening a pipe would.

    Args:
        path: the file.
        root: the folder that a link must not lead out of; by default, links are followed anywhere.

    Raises:
        OSError: it cannot be read, is not a regular file, or leads out of the folder.

    """
    try:
        descriptor = os.open(path, _FLAGS | (0 if root is None else _NO_LINKS))
    except OSError as error:
        # FreeBSD has EMLINK where POSIX has ELOOP for a link that is not followed.
        if root is None or error.errno not in (errno.ELOOP, errno.EMLINK):
            raise
        if leads_out(path, root):
            raise OSError(errno.ELOOP, LINK) from None
        descriptor = os.open(path, _FLAGS)
    with open(descriptor, "rb", buffering=0) as content:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        return content.read()
