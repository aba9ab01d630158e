"""The server's limits: set by options, and listed in the service description."""

from collections.abc import Iterator
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on requests and answers; each is an option of `upheaval serve`.

    Attributes:
        seconds: the time that a query may run before its process is killed.
        rows: the number of solutions or triples in an answer; truncation is declared.
        answer_bytes: the size of an answer; truncation is declared.
        query_bytes: the length of a query in UTF-8, and of any other request body.
        header_bytes: the total length of a request's header fields.
        workers: the number of requests that run at a time.
        waiting: the number of requests that may wait for a worker; more are refused.
        per_client: the number of requests per address that may run or wait at a time; 0 means no limits by address.
        budget: the processor seconds that an address may use a minute; 0 means no limit.
        memory: the memory that a request may use in addition to the dataset, in MiB.
        receive_seconds: the time in which a request must arrive, and in which a client must read part of an answer.
        connections: the number of open connections; one address may have a quarter of them.
        cache: the memory for answers that may be asked for again, in MiB.

    """

    seconds: float = 10.0
    rows: int = 10_000
    answer_bytes: int = 16 * 1024 * 1024
    query_bytes: int = 64 * 1024
    header_bytes: int = 16 * 1024
    workers: int = 2
    waiting: int = 128
    per_client: int = 8
    budget: float = 60.0
    memory: int = 512
    receive_seconds: float = 10.0
    connections: int = 512
    cache: int = 64

    def described(self) -> Iterator[tuple[str, float, str, str]]:
        """Yield the name, value, unit and meaning of each limit, in order."""
        for field in fields(self):
            unit, meaning = MEANING[field.name]
            yield field.name.replace("_", "-"), getattr(self, field.name), unit, meaning


ASSISTANT = Limits(seconds=10.0, rows=500, answer_bytes=1024 * 1024, workers=1, budget=0.0)
"""The limits for AI assistants, which read the answers whole."""

MEANING = {
    "seconds": ("s", "running time of a request; after it the request is stopped and the answer is 503"),
    "rows": ("1", "solutions or triples per answer; a truncated answer says so in Upheaval-Truncated"),
    "answer_bytes": ("byte", "size of an answer; a truncated answer says so in Upheaval-Truncated"),
    "query_bytes": ("byte", "length of a query or a request body; longer ones get 413 or 414"),
    "header_bytes": ("byte", "total length of a request's header fields; longer ones get 431"),
    "workers": ("1", "requests running at a time; one address has at most one fewer"),
    "waiting": ("1", "requests waiting for a worker; more get 503 with Retry-After"),
    "per_client": ("1", "requests per address at a time; more get 429 with Retry-After; 0: no limits by address"),
    "budget": ("s", "processor time per address and minute, twice that of what was stopped; beyond it 429; 0: none"),
    "memory": ("MiB", "memory of a request; beyond it the request is stopped and the answer is 503"),
    "receive_seconds": ("s", "time for a request to arrive, or to read part of an answer; after it 408, or the end"),
    "connections": ("1", "open connections, a quarter of them per address; more get 503"),
    "cache": ("MiB", "memory for answers that are asked for again; 0: none"),
}
