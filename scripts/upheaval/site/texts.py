"""The pages made from a publication's own texts, such as its changelog."""

from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup

TEXTS = {
    "changelog": ("CHANGELOG.md", "Changes"),
    "contributing": ("CONTRIBUTING.md", "How to add a record"),
    "reproductions": ("docs/reproductions.md", "Published figures, and ours"),
}
"""The path, file and title of each page; there is no page if the publication does not have the file."""


def texts(root: Path) -> list[str]:
    """Return the paths of a publication's text pages."""
    return [name for name, (file, _) in TEXTS.items() if (root / file).is_file()]


def render_text(root: Path, name: str) -> Markup:
    """Render a text as HTML; HTML inside it is escaped."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    html = markdown.render((root / TEXTS[name][0]).read_text(encoding="utf-8"))
    return Markup(html.replace("<pre>", '<pre tabindex="0">'))  # scrollable elements must be reachable by keyboard
