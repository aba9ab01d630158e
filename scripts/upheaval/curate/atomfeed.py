"""Write the releases of a publication as an Atom feed (RFC 4287), with what each changed in words."""

import html
import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from upheaval.curate.differencereport import blocks, summary
from upheaval.curate.differences import Difference
from upheaval.curate.wording import Wording
from upheaval.schema.publication import Publication
from upheaval.store.releases import Release

FILE = "releases.atom"
_ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 documents cannot hold (section 2.2)."""


def atom_feed(publication: Publication, entries: Sequence[tuple[Release, str]]) -> bytes:
    """Write the feed.

    Args:
        publication: the publication.
        entries: the releases, oldest first, each with HTML about what it changed.

    Returns:
        The feed, the newest release first. A withdrawn release is updated on the day of its withdrawal.

    """
    feed = ET.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en"})
    _add(feed, "id", f"{publication.iri}{FILE}")
    _add(feed, "title", f"{publication.title}: releases")
    _add(feed, "updated", max(_updated(release) for release, _ in entries))
    for name in publication.creator:
        _add(ET.SubElement(feed, f"{{{_ATOM}}}author"), "name", name)
    _add(feed, "rights", publication.license)
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{publication.iri}{FILE}")
    _add(feed, "link", rel="alternate", href=publication.homepage or publication.iri)
    for release, content in reversed(entries):
        iri = f"{publication.iri}{release.version}"
        entry = ET.SubElement(feed, f"{{{_ATOM}}}entry")
        state = " (withdrawn)" if release.is_withdrawn else ""
        _add(entry, "id", iri)
        _add(entry, "title", f"{publication.title} {release.version}{state}")
        _add(entry, "published", _moment(release.date))
        _add(entry, "updated", _updated(release))
        _add(entry, "link", rel="alternate", href=iri)
        withdrawn = f"<p>Withdrawn: {html.escape(release.why)}</p>" if release.is_withdrawn else ""
        _add(entry, "content", withdrawn + content, type="html")
    ET.register_namespace("", _ATOM)
    ET.indent(feed)
    text: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def as_html(difference: Difference) -> str:
    """Write a difference as HTML in which no text of a record is markup."""
    wording = Wording(difference)
    parts = [f"<p>{html.escape(summary(difference))}</p>"]
    for heading, points in blocks(difference, wording):
        items = "".join(f"<li>{html.escape(point)}</li>" for point in points)
        parts.append(f"<p>{html.escape(heading)}</p>{f'<ul>{items}</ul>' if items else ''}")
    return "".join(parts)


def _updated(release: Release) -> str:
    return _moment(release.withdrawn or release.date)


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> None:
    element = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = _NOT_XML.sub("\ufffd", text) or None
