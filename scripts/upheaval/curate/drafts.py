"""A change of several files that has not been made yet: shown as a diff, tried out, then made at once."""

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from difflib import unified_diff
from pathlib import Path

from upheaval.check.checking import check
from upheaval.check.losses import LOST, UNCONCLUDED
from upheaval.curate.mentions import FOLDERS, Mention
from upheaval.faults import Fault, Severity, refuse
from upheaval.populate.assembly import assemble
from upheaval.schema.ledger import FILE as LEDGER
from upheaval.store.transactions import commit

_LOSSES = (LOST, UNCONCLUDED)


class Draft:
    """Files of a publication as they are, and as they are to be."""

    def __init__(self, root: Path) -> None:
        """Begin a draft that changes nothing."""
        self.root = root
        self.before: dict[str, bytes | None] = {}
        self.after: dict[str, bytes | None] = {}
        self.origins: dict[str, str] = {}

    def read(self, path: str) -> bytes | None:
        """Return the content that a file is to have, or None if there is to be no such file.

        Raises:
            Refusal: it cannot be read.

        """
        if path not in self.before:
            file = self.root / path
            try:
                self.before[path] = self.after[path] = file.read_bytes() if file.exists() else None
            except OSError as error:
                refuse(path, f"cannot be read: {error.strerror}", "check the file")
        return self.after[path]

    def put(self, path: str, content: bytes | None) -> None:
        """Give a file another content; None deletes it."""
        self.read(path)
        self.after[path] = content

    def move(self, old: str, new: str) -> None:
        """Rename a file, with the edits made to it so far."""
        self.put(new, self.read(old))
        self.put(old, None)
        self.origins[new] = old

    def edit(self, found: Iterable[Mention], renamed: Callable[[str], str]) -> None:
        """Write other IRIs in place of those that files mention.

        Args:
            found: where files mention them; the files are as they are on the disk.
            renamed: returns the other IRI of each.

        """
        for one in sorted(found, key=lambda one: (one.file, -one.start)):
            text = (self.read(one.file) or b"").decode()
            end = one.start + len(one.written)
            self.put(one.file, f"{text[: one.start]}{one.write(renamed(one.iri))}{text[end:]}".encode())

    @property
    def changed(self) -> list[str]:
        """The files that change, in order."""
        return sorted(path for path, content in self.after.items() if content != self.before[path])

    def diff(self) -> str:
        """Return the change as a patch that `git apply` accepts, with renamed files as such."""
        moved = set(self.origins.values())
        return "".join(self._patch(path) for path in self.changed if path not in moved)

    def _patch(self, path: str) -> str:
        origin = self.origins.get(path, path)
        before, after = self.before[origin], self.after[path]
        lines = [f"diff --git a/{origin} b/{path}"]
        if origin != path:
            kept = f"similarity index {100 if before == after else 90}%"
            lines += [kept, f"rename from {origin}", f"rename to {path}"]
        elif before is None:
            lines.append("new file mode 100644")
        elif after is None:
            lines.append("deleted file mode 100644")
        names = ("/dev/null" if before is None else f"a/{origin}", "/dev/null" if after is None else f"b/{path}")
        hunks = unified_diff(list(_lines(before)), list(_lines(after)), *names, n=3)
        return "\n".join(lines) + "\n" + "".join(map(_ended, hunks))

    def faults(self) -> list[Fault]:
        """Return what `upheaval check` would find wrong after the change, but for warnings and for names lost before.

        Were those to count, of two lost names neither could be accounted for.
        """
        with tempfile.TemporaryDirectory(prefix="upheaval-") as folder:
            place = Path(folder)
            for name in ("data", *FOLDERS, LEDGER):
                self._copy(self.root.resolve() / name, place / name)
            for path in self.changed:
                file, content = place / path, self.after[path]
                file.unlink(missing_ok=True)
                if content is not None:
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(content)
            found = _errors(place)
        if not any(fault.rule in _LOSSES for fault in found):
            return found
        before = {fault.message for fault in _errors(self.root) if fault.rule in _LOSSES}
        return [fault for fault in found if fault.rule not in _LOSSES or fault.message not in before]

    def _copy(self, source: Path, target: Path) -> None:
        """Copy a folder, its links as they are, by hard links where the file system can."""
        if source.is_symlink():
            target.symlink_to(source.readlink())
        elif source.is_file():
            try:
                target.hardlink_to(source)
            except OSError:
                shutil.copyfile(source, target)
        elif source.is_dir():
            target.mkdir()
            for inner in source.iterdir():
                self._copy(inner, target / inner.name)

    def commit(self) -> None:
        """Make the change.

        Raises:
            Refusal: a file has changed since the draft was begun, or cannot be written; nothing has changed then.

        """
        changed = self.changed
        commit(self.root, {path: self.before[path] for path in changed}, {path: self.after[path] for path in changed})


def _errors(root: Path) -> list[Fault]:
    return [fault for fault in check(assemble(root)) if fault.severity is Severity.ERROR]


def _lines(content: bytes | None) -> Iterator[str]:
    """Yield the lines of a file as Git counts them: a line ends with a line feed."""
    if content:
        *lines, last = content.decode(errors="surrogateescape").split("\n")
        yield from (f"{line}\n" for line in lines)
        if last:
            yield last


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
