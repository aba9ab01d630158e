"""Write what a deployment needs, from templates."""

import os
import re
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from upheaval import __version__
from upheaval.build.citation import citation_files
from upheaval.build.mediatypes import MEDIA
from upheaval.deploy.acceptance import FORMS, greater
from upheaval.deploy.facts import Site
from upheaval.faults import refuse

_FILES = {
    "README.md": "README.md",
    "nginx.conf": "nginx/site.conf",
    "nginx-proxy.conf": "nginx/proxy.conf",
    "apache.conf": "apache/site.conf",
    "apache-proxy.conf": "apache/proxy.conf",
    "htaccess": "apache/htaccess",
    "service": "systemd/{name}.service",
    "Containerfile": "container/Containerfile",
    "compose.yaml": "container/compose.yaml",
    "pages.yml": "github/pages.yml",
}
_PERMANENT = {"w3id.htaccess": ".htaccess", "w3id.md": "README.md"}

_MEDIA = {
    **{suffix.removeprefix("."): media for suffix, media in MEDIA.items()},
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "wasm": "application/wasm",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
    "txt": "text/plain",
    "xml": "application/xml",
    "rq": "application/sparql-query",
}
_PACKED = ("text/html", "application/gzip", "image/png", "image/x-icon")
"""What nginx compresses without being told, and what is compressed already."""

_FOLDER = re.compile(r"(?:/[\w.,:@+=~-]+)+")


def deployment_files(
    site: Site, folder: str = "", listen: str = "80", contact: str = "", port: str = "", server: str = "127.0.0.1:8000"
) -> dict[str, str]:
    """Return the files of a deployment.

    Args:
        site: what is published, and where.
        folder: the folder on the server below which the pages stand; by default one in /srv.
        listen: where nginx listens.
        contact: whom the maintainers of a host that redirects can ask; by default the publisher.
        port: where Apache listens; by default that of `listen`.
        server: where `upheaval serve` listens, behind either.

    Returns:
        Their texts by path, relative to the folder of the deployment.

    Raises:
        Refusal: the folder or the contact cannot be written into a configuration.

    """
    publication = site.publication
    folder = folder.rstrip("/") or f"/srv/{publication.name}"
    if not _FOLDER.fullmatch(folder):
        message = f"`{folder}` is not the absolute path of a folder without spaces and quotation marks"
        refuse("--folder", message, f"write it as /srv/{publication.name}", rule="deploy/folder")
    if not contact.isprintable():
        refuse("--contact", "has characters that cannot be printed", "write one line", rule="deploy/contact")
    here = Path(__file__).parent / "templates"
    templates = Environment(
        loader=FileSystemLoader(here), undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False
    )
    templates.filters |= {"regex": re.escape, "plain": unquote}
    media = dict(sorted(_MEDIA.items()))
    values = {
        "site": site,
        "v": site.variable,
        "prefix": site.prefix,
        "name": publication.name,
        "folder": folder,
        "listen": listen,
        "port": port or listen,
        "server": server,
        "scheme": urlsplit(site.address).scheme,
        "contact": contact or publication.publisher,
        "forms": FORMS,
        "greater": greater(),
        "media": media,
        "compressed": sorted({one for one in media.values() if one not in _PACKED}),
        "package": __version__,
        "oxigraph": version("pyoxigraph"),
    }
    files = {
        path.format(name=publication.name): templates.get_template(template).render(values)
        for template, path in _FILES.items()
    }
    for one in site.permanent:
        for template, name in _PERMANENT.items():
            files[f"w3id/{one.path}/{name}"] = templates.get_template(template).render(values, one=one)
    return files | {f"archives/{name}": text.decode() for name, text in citation_files(publication).items()}


def write_deployment(target: Path, files: Mapping[str, str]) -> None:
    """Write the files of a deployment: all of them beside their places, and only then into them.

    Args:
        target: their folder.
        files: from `deployment_files`.

    Raises:
        Refusal: a file cannot be written.

    """
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".deploy-", dir=target) as beside:
            for path, text in files.items():
                file = Path(beside, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8", newline="\n")
                (target / path).parent.mkdir(parents=True, exist_ok=True)
            for path in files:
                os.replace(Path(beside, path), target / path)
    except OSError as error:
        message = f"the files cannot be written to {target}: {error.strerror}"
        refuse(str(target), message, "free up disk space, or check the permissions", rule="deploy/write")
