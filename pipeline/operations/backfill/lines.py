"""A file's lines, each with the place where it ends; however long one is, little of it is held."""

import gzip
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from pipeline.operations.errors import NotAllowed

T = TypeVar("T")
LARGEST: Final = 1 << 20  # bytes of one line, or of one CSV record: an order has some kilobytes
KEPT: Final = 1 << 16  # of what is larger
BOM: Final = b"\xef\xbb\xbf"
_HEAD: Final = 1 << 16  # bytes that tell a file from another
_TAIL: Final = 1 << 12  # bytes before a place that tell whether what was read is still what is there
_STRANGE: Final = (
    (b"\xff\xfe", "is UTF-16; save it as UTF-8"),
    (b"\xfe\xff", "is UTF-16; save it as UTF-8"),
    (b"PK\x03\x04", "is a zip file (or a spreadsheet); unpack it, or save it as CSV"),
    (b"\x1f\x8b", "is compressed; give it a name that ends in .gz"),
)


class Unfit(Exception):
    """The file as a whole is not what was asked for: nothing is stored."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a file was read. Bytes are those of the text, also where the file is compressed."""

    bytes: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """`text` with its end of line; cut where it is `oversize`, and then `digest` is of the whole of it."""

    number: int  # from 1
    text: bytes
    end: Place
    oversize: bool = False
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A file, or standard input. Raises OSError."""

    name: str

    @property
    def is_stream(self) -> bool:
        """Standard input can be read once only."""
        return self.name == "-"

    @property
    def path(self) -> Path:
        """Where it is."""
        return Path(self.name)

    @property
    def title(self) -> str:
        """For messages."""
        return "standard input" if self.is_stream else self.path.name

    def print(self) -> str:
        """What tells it from another file under the same name: its size and how it begins."""
        with self.path.open("rb") as file:
            head = file.read(_HEAD)
        return f"{self.path.stat().st_size}:{sha256(head).hexdigest()[:16]}"

    def open(self) -> BinaryIO:
        """As text in bytes, from its beginning. Raises Unfit for what is no text of ours."""
        if self.is_stream:
            return sys.stdin.buffer
        zipped = self.path.suffix == ".gz"
        with self.path.open("rb") as file:
            head = file.read(4)
        for mark, words in _STRANGE:
            if head.startswith(mark) and not (zipped and mark == b"\x1f\x8b"):
                raise Unfit(f"{self.title} {words}")
        return gzip.open(self.path, "rb") if zipped else self.path.open("rb")  # type: ignore[return-value] # reads alike

    def tail(self, place: Place) -> str:
        """The digest of what stands just before the place; empty where that can't be read at once."""
        if self.is_stream or self.path.suffix == ".gz":
            return ""
        start = max(0, place.bytes - _TAIL)
        with self.path.open("rb") as file:
            file.seek(start)
            return sha256(file.read(place.bytes - start)).hexdigest()[:16]


class Lines:
    """Iterate from the place; `begin` goes there. Raises NotAllowed for what can't be decompressed."""

    def __init__(self, stream: BinaryIO, title: str, place: Place) -> None:
        self._stream = stream
        self._title = title
        self._at = place

    def begin(self) -> None:
        """A compressed file is read up to there."""
        if self._stream.seekable() and self._stream.tell() != self._at.bytes:
            self._whole(lambda: self._stream.seek(self._at.bytes))

    def __iter__(self) -> Iterator[Line]:
        while (line := self._whole(self._next)) is not None:
            yield line

    def _whole(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise NotAllowed(
                f"{self._title} is damaged after line {self._at.lines:,}: what stands before is stored; "
                "mend the file, then begin anew with --restart (what is known is not sent twice)"
            ) from None

    def _next(self) -> Line | None:
        text = self._stream.readline(LARGEST + 1)
        if not text:
            return None
        size, digest = len(text), ""
        oversize = size > LARGEST
        if oversize:
            sha, piece = sha256(text), text
            while not piece.endswith(b"\n") and (piece := self._stream.readline(KEPT)):
                sha.update(piece)
                size += len(piece)
            text, digest = text[:KEPT], sha.hexdigest()
        if not self._at.bytes:
            text = text.removeprefix(BOM)
        self._at = Place(self._at.bytes + size, self._at.lines + 1)
        return Line(self._at.lines, text, self._at, oversize, digest)
