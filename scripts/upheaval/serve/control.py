"""The server's end of the socket to the zygote: commands go there, process ids come back."""

import asyncio
import contextlib
import json
import multiprocessing
import socket
import struct
from collections.abc import AsyncIterator, Callable
from typing import Any

from upheaval.serve import zygote
from upheaval.serve.channels import Crashed

START_SECONDS = 300.0
_DEAD = -1


class Control:
    """A zygote and the socket to it.

    Args:
        method: `fork` or `spawn`.
        inherited: the sockets that a fork copies and must not keep.
        make: makes the handler, in the zygote.
        memory: the memory of a worker in MiB.

    """

    def __init__(
        self,
        method: str,
        inherited: tuple[socket.socket, ...],
        make: "Callable[[], zygote.Handler]",
        memory: int,
    ) -> None:
        ours, theirs = socket.socketpair()
        context: Any = multiprocessing.get_context(method)
        others = (ours, *inherited) if method == "fork" else ()
        self._process = context.Process(
            target=zygote.serve, args=(theirs, others, make, memory), name="zygote", daemon=True
        )
        self._process.start()
        theirs.close()
        ours.setblocking(False)
        self._socket = ours
        self._lock = asyncio.Lock()
        self._replies: asyncio.Queue[int] = asyncio.Queue()

    def close(self) -> None:
        """Close the socket, which ends the zygote."""
        self._socket.close()

    def end(self) -> None:
        """Close the socket and wait for the zygote to end."""
        self.close()
        self._process.join(5)
        self._process.kill()
        self._process.join()

    async def loaded(self) -> dict[str, Any]:
        """Wait for the dataset; return what the zygote says of it.

        Raises:
            Crashed: the dataset cannot be loaded; the argument says why.

        """
        try:
            async with asyncio.timeout(START_SECONDS):
                (length,) = struct.unpack("!I", await self._exactly(4))
                about: dict[str, Any] = json.loads(await self._exactly(length))
        except (OSError, TimeoutError):
            raise Crashed("the dataset cannot be loaded") from None
        if "error" in about:
            raise Crashed(about["error"])
        return about

    async def listen(self) -> AsyncIterator[None]:
        """Receive the replies; yield when everything is prepared, and return when the zygote has died."""
        with contextlib.suppress(OSError):
            while True:
                (number,) = struct.unpack("!i", await self._exactly(4))
                if number == zygote.WARM:
                    yield
                else:
                    self._replies.put_nowait(number)
        self._replies.put_nowait(_DEAD)

    async def command(self, command: bytes, pid: int, file: int | None = None) -> int:
        """Send a command and return the reply.

        Raises:
            ConnectionError: the zygote has died.

        """
        async with self._lock:
            try:
                socket.send_fds(self._socket, [struct.pack("!ci", command, pid)], [] if file is None else [file])
            except OSError as error:
                raise ConnectionError from error
            reply = await self._replies.get()
            if reply == _DEAD:
                self._replies.put_nowait(_DEAD)
                raise ConnectionError
            return reply

    async def _exactly(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            piece = await asyncio.get_running_loop().sock_recv(self._socket, length - len(data))
            if not piece:
                raise ConnectionError
            data += piece
        return data
