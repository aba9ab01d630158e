"""Reading YAML: beside libyaml's own tokens, the floor, and beside PyYAML's fastest loader."""

from importlib.metadata import version
from pathlib import Path

import yaml

from tests.benchmarks.rows import Row, interleaved
from upheaval.sources.parser import read


def measure(root: Path, size: str, repeats: int) -> list[Row]:
    """Read all records of a publication."""
    texts = {path.name: path.read_bytes() for path in sorted((root / "data").glob("*/*.yaml"))}

    def ours() -> None:
        for name, text in texts.items():
            read(text, name)

    def tokens() -> None:
        for text in texts.values():
            for _ in yaml.scan(text, Loader=yaml.CLoader):
                pass

    def constructed() -> None:
        for text in texts.values():
            yaml.load(text, Loader=yaml.CSafeLoader)

    pyyaml = f"PyYAML {version('pyyaml')}"
    return [
        Row(f"read, {size}", f"{pyyaml}: libyaml's tokens", *interleaved(ours, tokens, repeats), goal=0.7),
        Row(f"read, {size}", f"{pyyaml}: CSafeLoader", *interleaved(ours, constructed, repeats)),
    ]
