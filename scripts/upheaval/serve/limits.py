"""The limits of a server: what one caller may take, as options set them and as the service description prints them."""

from collections.abc import Iterator
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Limits:
    """What a caller may take; each is an option of `upheaval serve`.

    Attributes:
        seconds: the time that a query may run before its process is killed.
        rows: the solutions or triples of one answer; what is left out is declared.
        answer_bytes: the size of one answer; what is left out is declared.
        query_bytes: the length of a query in UTF-8, and of any other request body.
        header_bytes: the length of all header fields of a request together.
        workers: how many queries run at a time.
        waiting: how many more may wait for a worker before callers are sent away.
        per_client: how many queries of one address may run or wait at a time; 0 for no limit.
        memory: the MiB that one query may take beyond the dataset.
        receive_seconds: the time in which a request must have arrived, and in which a client must take some of an
            answer.
        connections: how many connections may be open.

    """

    seconds: float = 10.0
    rows: int = 10_000
    answer_bytes: int = 16 * 1024 * 1024
    query_bytes: int = 64 * 1024
    header_bytes: int = 16 * 1024
    workers: int = 2
    waiting: int = 16
    per_client: int = 8
    memory: int = 512
    receive_seconds: float = 10.0
    connections: int = 512

    def described(self) -> Iterator[tuple[str, float, str, str]]:
        """Yield name, value, unit and meaning of each limit, in order."""
        for field in fields(self):
            unit, meaning = MEANING[field.name]
            yield field.name.replace("_", "-"), getattr(self, field.name), unit, meaning


MEANING = {
    "seconds": ("s", "time that a query may run; past it the query is stopped and the answer is 503"),
    "rows": ("1", "solutions or triples of one answer; a truncated answer says so in Upheaval-Truncated"),
    "answer_bytes": ("byte", "size of one answer; a truncated answer says so in Upheaval-Truncated"),
    "query_bytes": ("byte", "length of a query or a request body; longer ones get 413 or 414"),
    "header_bytes": ("byte", "length of all header fields of a request; longer ones get 431"),
    "workers": ("1", "queries that run at a time"),
    "waiting": ("1", "queries that wait for a worker; more get 503 with Retry-After"),
    "per_client": ("1", "queries of one address at a time; more get 429 with Retry-After"),
    "memory": ("MiB", "memory that one query may take; past it the query is stopped and the answer is 503"),
    "receive_seconds": ("s", "time in which a request must arrive; past it the answer is 408"),
    "connections": ("1", "connections that may be open; more get 503"),
}
