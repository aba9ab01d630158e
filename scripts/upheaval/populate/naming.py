"""Names of the nodes inside records, made from what identifies each: never from its order or its siblings."""

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
    """Reduce a text to lower-case ASCII letters, digits and single hyphens; other scripts become a hash."""
    folded = unicodedata.normalize("NFKD", text.replace("–", "-")).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")
    return name if name and len(folded) * 2 > len(text) else digest(text)


def digest(content: Any) -> str:
    """Return the first ten hexadecimal digits of the SHA-256 of a value's JSON with sorted keys."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def node_name(key: str, parts: Iterable[str], content: Any) -> str:
    """Return the name of a node inside a record.

    Args:
        key: the key that holds it.
        parts: its identifying values, in the order of the contract.
        content: its content, used only if it has no identifying values.

    Returns:
        The key and the slugs of the parts, joined by hyphens; if that is too long, the end becomes a hash.

    """
    words = [slug(part) for part in parts]
    if not words:
        return f"{key}-{digest(content)}"
    name = "-".join([key, *words])
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 11].rstrip('-')}-{digest(words)}"
