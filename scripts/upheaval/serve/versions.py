"""The released versions of a publication over HTTP, each below its own number, beside the build that is served."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from upheaval.faults import Refusal
from upheaval.schema.publication import FILE, open_publication
from upheaval.schema.termpaths import TermPaths
from upheaval.serve.caching import validators
from upheaval.serve.html import render
from upheaval.serve.limits import Limits
from upheaval.serve.names import Names, ascii_iri
from upheaval.serve.negotiation import HTML, JSON_LD, TURTLE, accepted, choose
from upheaval.serve.problems import Problem
from upheaval.serve.resources import OFFERS, Resources
from upheaval.serve.snapshot import Snapshot
from upheaval.store.integrity import MANIFEST, listed_files
from upheaval.store.releases import FOLDER, Release, latest, read_releases, release_folder

_CATALOGUES = (TURTLE, JSON_LD)


@dataclass(frozen=True, slots=True)
class VersionAtHand:
    """A released version.

    Attributes:
        release: what is known of it.
        folder: its files, or None if they are not at hand.

    """

    release: Release
    folder: Path | None

    @property
    def notice(self) -> str:
        """Why it was withdrawn, as a sentence, or an empty string."""
        gone = self.release
        return f"Withdrawn on {gone.withdrawn}: {gone.why}" if gone.is_withdrawn else ""


def versions_of(root: Path, build: Path) -> dict[str, VersionAtHand]:
    """Find the released versions of the publication that a build is of.

    Args:
        root: the publication's folder; if it is that of another publication, or of none, there are no versions.
        build: the build.

    Returns:
        The versions by number, the newest first. If the build is a released version, its files are those.

    Raises:
        Refusal: what is known of the releases is malformed.

    """
    if not (root / FOLDER).is_dir() or not (root / FILE).is_file():
        return {}
    releases = read_releases(root)
    text = (build / MANIFEST).read_bytes()
    if open_publication(root).iri != json.loads(text)["publication"]:
        return {}
    own = hashlib.sha256(text).hexdigest()
    found = {}
    for version, release in reversed(releases.items()):
        folder: Path | None = build
        if release.manifest_sha256 != own:
            try:
                folder = release_folder(root, version)
            except Refusal:
                folder = None
        found[version] = VersionAtHand(release, folder)
    return found


class Versions:
    """Answers for the released versions."""

    def __init__(
        self, found: Mapping[str, VersionAtHand], served: Snapshot, base: str, limits: Limits, shown: str = ""
    ) -> None:
        """Prepare the answers.

        Args:
            found: the versions, by number.
            served: the build that this process holds.
            base: the public address, with a trailing slash.
            limits: the limits on answers.
            shown: the version that the build is served as, or an empty string for the current build.

        """
        self.found, self.served, self.limits = found, served, limits
        self.own = Names(served.iri, base, TermPaths(served.iri, served.vocabulary))
        newest = latest({version: one.release for version, one in found.items()})
        self.latest = newest.version if newest else ""
        self._files = {
            version: listed_files((one.folder / MANIFEST).read_bytes(), MANIFEST)
            for version, one in found.items()
            if one.folder
        }
        self._shown = shown
        if shown:
            names = Names(served.iri, f"{base}{shown}/", TermPaths(served.iri, served.vocabulary))
            notice = found[shown].notice
            without_pages = replace(served, site={})
            self._resources = Resources(without_pages, names, limits, lambda name: self.links(name, shown), notice)

    def __contains__(self, version: str) -> bool:
        return version in self.found

    async def respond(self, request: Request) -> Response:
        """Answer a request for a path whose first segment is a version.

        Raises:
            Problem: 404 if there is no such thing in the version or its files are not at hand, and whatever
                `Resources.respond` raises.

        """
        version, slash, path = str(request.path_params["path"]).partition("/")
        request.state.noted["route"] = "version"
        if not path:
            answer = self._page(request, version) if slash else self._redirect(request, version)
        else:
            if version != self._shown:
                message = f"the files of version {version} are not on this server; /{version}/ says what it is"
                raise Problem(404, message)
            request.path_params["path"] = path
            answer = await self._resources.respond(request)
            request.state.noted["route"] = "version"
        answer.headers.update(self._headers(version, answer.headers.get("link", "")))
        return answer

    def vocabulary(self, path: str) -> str | None:
        """Return where a vocabulary is that was published at a path, by its version IRI, with a release; or None."""
        for version, one in self.found.items():
            for iri in one.release.vocabularies:
                if urlsplit(iri).path.strip("/") == path and iri not in self.served.versions:
                    return self.own.own(f"{version}/{quote(path.rpartition('/')[0])}")
        return None

    def links(self, path: str, shown: str = "") -> list[tuple[str, str, str]]:
        """Return a link to the same thing in each version: its address, the version and a remark.

        Args:
            path: the name of a record, or an empty string for the dataset.
            shown: the version of the page that has the links, or an empty string for the current build.

        """
        name = quote(path)
        others = [(self.own.own(name), "now", "")]
        for version, one in self.found.items():
            if one.folder is not None:
                others.append((self.own.own(f"{version}/{name}"), version, "withdrawn" if one.notice else ""))
        return [link if link[1] != (shown or "now") else ("", *link[1:]) for link in others]

    def _redirect(self, request: Request, version: str) -> Response:
        """Redirect from the IRI of a version, which names a dataset, to what describes it."""
        offer = choose(accepted(request), OFFERS)
        if offer is None:
            raise Problem(406, f"accept {', '.join(one.media for one in OFFERS)}", {"Vary": "Accept"})
        if offer is HTML or self.found[version].folder is None:
            place = ""
        else:
            place = f"catalog.{offer.name}" if offer in _CATALOGUES else f"doc/{version}.{offer.name}"
        return RedirectResponse(self.own.own(f"{version}/{place}"), 303, {"Vary": "Accept"})

    def _page(self, request: Request, version: str) -> Response:
        one = self.found[version]
        issued = datetime.fromisoformat(one.release.withdrawn or one.release.date).replace(tzinfo=UTC)
        headers = validators(issued)
        files = self._files.get(version, {})
        body = render(
            "version.html",
            served=replace(self.served, version=version),
            names=self.own,
            release=one.release,
            notice=one.notice,
            at_hand=one.folder is not None,
            files=sorted(files.items()),
            others=self.links("", version),
            latest=self.latest,
        )
        return Response(body, headers=headers, media_type=HTML.content_type)

    def _headers(self, version: str, links: str) -> dict[str, str]:
        """Return the links between versions (RFC 5829), and for a withdrawn one the day (RFC 9745)."""
        one = self.found[version]
        more = [f'<{ascii_iri(self.served.iri)}>; rel="version-history"']
        if self.latest and self.latest != version:
            more.append(f'<{ascii_iri(self.served.iri + self.latest)}>; rel="latest-version"')
        headers = {}
        if one.release.is_withdrawn:
            day = datetime.fromisoformat(one.release.withdrawn).replace(tzinfo=UTC)
            headers["Deprecation"] = f"@{int(day.timestamp())}"
            more.append(f'<{self.own.own(version)}/>; rel="deprecation"; type="text/html"')
        return headers | {"Link": ", ".join(filter(None, [links, *more]))}
