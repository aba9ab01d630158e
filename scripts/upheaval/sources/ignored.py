"""Files that are no sources: what operating systems, editors and version control leave beside them."""

import re
from pathlib import PurePath

_HIDDEN = re.compile(
    r"""\..*                                                # .DS_Store, ._pact.yaml, .#pact.yaml, .pact.yaml.swp, .git
    |.*~ | ~\$.* | \#.*\#                                   # backups of Emacs, Vim and Kate; locks of Office
    |(?i:.*\.(?:bak|orig|rej|tmp|swp|swo|part|crdownload))  # backups of sed, Git, Mercurial and patch; downloads
    |(?i:thumbs\.db(?::.*)?|ehthumbs.*\.db|desktop\.ini|icon\r?|\$recycle\.bin)
    |4913 | .*___jb_(?:old|tmp)___ | flycheck_.* | __pycache__ | @eaDir""",
    re.VERBOSE,
)
"""Vim tries whether it can write to a folder with a file named 4913."""


def is_ignored(path: PurePath | str) -> bool:
    """Return whether a file or folder is not a source, by its name and those of its folders.

    Args:
        path: relative to the folder of the sources.

    """
    return any(_HIDDEN.fullmatch(part) for part in PurePath(path).parts)
