"""Jena from the system's packages: its version, and its command line."""

import shutil
from pathlib import Path

from upheaval.load.tdb2 import JARS, NAMES, unpack_messages

ABSENT = "not installed: apt-get install libapache-jena-java default-jre-headless"


def installed() -> bool:
    """Tell whether Jena and Java are there."""
    return (JARS / "jena-tdb2.jar").exists() and shutil.which("java") is not None


def version() -> str:
    """Return the version of the jars."""
    return "".join(path.stem.rpartition("-")[2] for path in JARS.glob("jena-tdb2-*.jar")) or "?"


def java(folder: Path) -> list[str]:
    """Return the start of a command line, for which message files are unpacked into a folder."""
    unpack_messages(folder / "jena")
    path = ":".join([str(folder / "jena"), *(str(JARS / f"{name}.jar") for name in NAMES)])
    return ["java", "-XX:+UseSerialGC", "-Xmx8g", "-Dfile.encoding=UTF-8", "-cp", path]
