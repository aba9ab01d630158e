"""Names of the nodes inside records: made from what they say, so that they stay when the order changes."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

LONGEST = 96


@lru_cache(1 << 16)
def slug(text: str) -> str:
    """Return a text in small ASCII letters, digits and single hyphens; what has no such form becomes a hash."""
    folded = unicodedata.normalize("NFKD", text.replace("–", "-")).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")
    return name if name and len(folded) * 2 > len(text) else digest(text)


def digest(content: Any) -> str:
    """Return ten hexadecimal digits of the SHA-256 of a value's JSON with sorted keys."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def node_name(key: str, parts: Iterable[str], content: Any) -> str:
    """Return the name of a node inside a record.

    Args:
        key: the key under which it stands.
        parts: the texts of its identifying values, in the order of the contract.
        content: what it says, for a node without identifying values or with very long ones.

    Returns:
        The key and the slugs of the parts, joined by hyphens.

    """
    words = [slug(part) for part in parts]
    if not words:
        return f"{key}-{digest(content)}"
    name = "-".join([key, *words])
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 11].rstrip('-')}-{digest(words)}"
