"""What is served: one build at a time, out of the store, and the next one once it is whole, verified and loaded."""

import asyncio
import contextlib
import fcntl
import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from cachetools import LRUCache

from upheaval.faults import Refusal
from upheaval.serve.app import Application
from upheaval.serve.channels import Crashed
from upheaval.serve.limits import Limits
from upheaval.serve.snapshot import SITE, BuildFiles, read_files
from upheaval.serve.versions import VersionAtHand, versions_of
from upheaval.serve.workers import Pool
from upheaval.store.integrity import PAGES, verify
from upheaval.store.snapshots import FOLDER, put

LOG = logging.getLogger(__name__)
_PAGES = ".upheaval/pages"
_LOADED = 2
"""The number of released versions that are held in memory; any other takes a second to load."""


class Generation:
    """A build that is served, with its workers and the answers that are kept.

    Attributes:
        files: its files.
        pool: its workers.
        answers: answers by request.
        ready: answers as bytes, by the bytes of the request.
        using: the number of requests that it is answering.

    """

    def __init__(self, files: BuildFiles, pool: Pool, limits: Limits, folders: tuple[Path, ...] = ()) -> None:
        self.files, self.pool = files, pool
        size = limits.cache * 1024 * 1024
        self.answers: LRUCache[Any, Any] = LRUCache(size, getsizeof=lambda answer: len(answer.body) + 2048)
        self.ready: LRUCache[bytes, Any] = LRUCache(size // 4, getsizeof=lambda ready: len(ready.rest) + 2048)
        self.using = 0
        self.name = files.name[:16].encode()
        self._held = [os.open(folder, os.O_RDONLY) for folder in folders]
        for handle in self._held:
            fcntl.flock(handle, fcntl.LOCK_SH)

    async def close(self, seconds: float = 0.0) -> None:
        """Wait for requests under way, at most so many seconds, then stop the workers."""
        end = asyncio.get_running_loop().time() + seconds
        while self.using and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.05)
        await self.pool.close()
        for handle in self._held:
            os.close(handle)


class Generations:
    """The build that is served, and the released versions.

    Args:
        folder: the output of `upheaval build`.
        root: the publication's folder.
        store: the folder that has the store.
        base: the public address.
        limits: the limits on requests and answers.

    Attributes:
        current: what is served now.
        released: the released versions, by number.
        reloads: the number of builds taken and refused since the start.
        failed: called if the dataset's process has died and cannot be replaced.

    """

    def __init__(self, folder: Path, root: Path, store: Path, base: str, limits: Limits) -> None:
        self.folder, self.root, self.store, self.base, self.limits = folder, root, store, base, limits
        self.reloads = {"taken": 0, "refused": 0}
        self.failed: Callable[[], None] = lambda: None
        self.released: dict[str, VersionAtHand] = {}
        self.current = self._open()
        self._versions: OrderedDict[str, Generation] = OrderedDict()
        self._loading = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()

    def _open(self) -> Generation:
        """Put the build into the store, whole and verified, and return it, not yet loaded.

        Raises:
            Refusal: it is not a build, or not whole.

        """
        read_files(self.folder)
        folder = self.folder.resolve()
        if folder.parent != (self.store / FOLDER).resolve():
            folder = put(self.store, self.folder).folder.resolve()
        pages = _keep_pages(self.store, self.folder / SITE)
        self.released = versions_of(self.root, folder)
        make = partial(Application, folder, self.root, self.base, self.limits, pages)
        pool = Pool(make, self.limits)
        pool.failed = self._fail
        return Generation(read_files(folder, pages), pool, self.limits, (folder,))

    async def reload(self) -> bool:
        """Serve the build that is in the folder now; if it is not whole, go on with the one before.

        Returns:
            Whether another build is served now.

        """
        async with self._loading:
            before, released = self.current, self.released
            try:
                found = await asyncio.to_thread(self._open)
                if found.files.name == before.files.name and found.files.site == before.files.site:
                    await found.close()
                    return False
                found.pool.launch()
                await found.pool.start()
            except (Refusal, Crashed, OSError) as error:
                self.released = released
                self.reloads["refused"] += 1
                LOG.warning(json.dumps({"event": "build refused", "reason": str(error)}))
                return False
            self.current = found
            self.reloads["taken"] += 1
            LOG.info(json.dumps({"event": "build taken", "snapshot": found.files.name}))
        self._later(self._retire(before))
        return True

    async def of(self, version: str) -> Generation:
        """Return a released version, loaded and verified at its first request.

        Raises:
            Crashed: its files are damaged.

        """
        async with self._loading:
            found = self._versions.get(version)
            if found is None:
                folder = self.released[version].folder
                assert folder is not None
                if [fault for fault in await asyncio.to_thread(verify, folder) if fault.rule != "snapshot/extra"]:
                    raise Crashed
                nowhere = folder / ".no-pages"
                make = partial(Application, folder, self.root, self.base, self.limits, nowhere, version)
                found = Generation(read_files(folder, nowhere), Pool(make, self.limits), self.limits)
                found.pool.launch()
                try:
                    await found.pool.start()
                except Crashed:
                    await found.close()
                    raise
                self._versions[version] = found
                while len(self._versions) > _LOADED:
                    self._later(self._versions.popitem(last=False)[1].close(self.limits.seconds))
            self._versions.move_to_end(version)
            return found

    async def watch(self, seconds: float = 1.0) -> None:
        """Follow the folder: take each new build once its manifest has stood still for a moment."""
        tried = _stamp(self.folder)
        while True:
            await asyncio.sleep(seconds)
            stamp = _stamp(self.folder)
            if stamp != tried and None not in stamp:
                await asyncio.sleep(seconds / 2)
                if stamp == _stamp(self.folder):
                    tried = stamp
                    await self.reload()

    async def close(self) -> None:
        """Stop all workers."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*(one.close() for one in (self.current, *self._versions.values())))

    async def _retire(self, generation: Generation) -> None:
        await generation.close(self.limits.seconds + 5)
        self._forget(generation)

    def _forget(self, generation: Generation) -> None:
        """Remove a build from the store that is neither served nor a release."""
        kept = {one.release.manifest_sha256 for one in self.released.values()} | {self.current.files.name}
        folder = (self.store / FOLDER / generation.files.name).resolve()
        if generation.files.name in kept or folder == self.folder.resolve() or not folder.is_dir():
            return
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # another server may hold it
                shutil.rmtree(folder)
            finally:
                os.close(handle)

    def _fail(self) -> None:
        self.failed()

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _stamp(folder: Path) -> tuple[Any, ...]:
    """Return what changes when a build or its pages do."""
    found: list[Any] = []
    for file, needed in ((folder / "manifest.json", True), (folder / SITE / PAGES, False)):
        try:
            stat = file.stat()
            found.append((stat.st_ino, stat.st_mtime_ns, stat.st_size))
        except OSError:
            found.append(None if needed else ())
    return tuple(found)


def _keep_pages(store: Path, folder: Path) -> Path:
    """Link the web pages into the store, so that the next ones do not replace them while they are served.

    `upheaval site` writes new files and renames them, so a link keeps the page as it was.
    """
    try:
        text = (folder / PAGES).read_bytes()
        listed = json.loads(text)["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return folder
    target = store / _PAGES / hashlib.sha256(text).hexdigest()
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    try:
        for path, digest in listed.items():
            if digest and not os.path.isabs(path) and ".." not in Path(path).parts:
                (new / path).parent.mkdir(parents=True, exist_ok=True)
                try:
                    os.link(folder / path, new / path, follow_symlinks=False)
                except OSError:
                    shutil.copyfile(folder / path, new / path, follow_symlinks=False)
        (new / PAGES).write_bytes(text)
        new.chmod(0o755)
        os.rename(new, target)
    except OSError:
        shutil.rmtree(new, ignore_errors=True)
        return target if target.is_dir() else folder
    return target
