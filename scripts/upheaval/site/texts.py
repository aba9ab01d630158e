"""The pages made of a publication's own texts: what has changed, how to contribute."""

from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup

TEXTS = {"changelog": ("CHANGELOG.md", "Changes"), "contributing": ("CONTRIBUTING.md", "How to add a record")}
"""The pages made of a publication's own texts: path, file and title; a text that is not there has no page."""


def texts(root: Path) -> list[str]:
    """Return the paths of the text pages that a publication has."""
    return [name for name, (file, _) in TEXTS.items() if (root / file).is_file()]


def render_text(root: Path, name: str) -> Markup:
    """Return one of the texts as HTML; HTML in it is shown, not obeyed."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    html = markdown.render((root / TEXTS[name][0]).read_text(encoding="utf-8"))
    return Markup(html.replace("<pre>", '<pre tabindex="0">'))  # what scrolls can be reached by keyboard
