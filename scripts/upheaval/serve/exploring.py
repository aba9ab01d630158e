"""The files of any selection of the Explore page, such as `/explore/select.csv?pair=china--russia`."""

import hashlib

from starlette.requests import Request
from starlette.responses import Response

from upheaval.explore.corpus import read_corpus
from upheaval.explore.selectionfiles import FILES
from upheaval.explore.states import read_state
from upheaval.serve.caching import validators
from upheaval.serve.policy import PICTURES
from upheaval.serve.problems import Problem
from upheaval.serve.snapshot import Snapshot

INDEX = "explore/records.json"


class Exploring:
    """Answers with the rows that an address selects.

    Args:
        served: the build; without pages it has no index of records, and every address is 404.

    """

    def __init__(self, served: Snapshot) -> None:
        self._served = served
        file = served.site.get(INDEX)
        content = file.path.read_bytes() if file else b""  # read at once: a worker can open no files
        whole = file is not None and hashlib.sha256(content).hexdigest() == file.sha256
        self._corpus = read_corpus(content) if whole else None

    async def select(self, request: Request) -> Response:
        """Answer with a file of a selection.

        Raises:
            Problem: 404 if there are no pages or no such file, 400 if the address names what there is not.

        """
        request.state.noted["route"] = "explore"
        ending = str(request.path_params["ending"])
        if self._corpus is None:
            raise Problem(404, "the pages are not built: run `upheaval site`")
        if ending not in FILES:
            raise Problem(404, f"there are {', '.join(f'select.{name}' for name in FILES)}")
        state, problems = read_state(self._corpus, str(request.scope["query_string"], "latin-1"))
        if problems:
            raise Problem(400, "; ".join(problems))
        media, write = FILES[ending]
        headers = validators(self._served.issued)
        if media == "image/svg+xml":
            headers["Content-Security-Policy"] = PICTURES
        text = f"{media}; charset=utf-8" if media.startswith("text/") else media
        return Response(write(self._corpus, state), headers=headers, media_type=text)
