"""What git says of a publication's folder."""

import shutil
import subprocess
from pathlib import Path


def git(root: Path, *words: str) -> str | None:
    """Return what git writes in a folder, or None if it fails or is not there."""
    program = shutil.which("git")
    if program is None:
        return None
    done = subprocess.run([program, "-C", str(root), *words], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None
