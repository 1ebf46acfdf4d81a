"""PDF objects and revisions as a forger writes them: every byte on purpose."""

import dataclasses
import re
import zlib
from collections.abc import Callable


class Name(str):
    """A name, without its slash."""


@dataclasses.dataclass(frozen=True)
class Ref:
    """A reference to an object of generation 0."""

    number: int


class Raw(bytes):
    """Bytes that go into the file as they are."""


class Stream:
    """A stream: a dictionary, and bytes."""

    def __init__(self, data: bytes, keys: dict | None = None, length=None):
        self.data, self.keys, self.length = data, dict(keys or {}), length


def write(value) -> bytes:
    """A value as it stands in a file."""
    match value:
        case Raw():
            return bytes(value)
        case Name():
            return b"/" + value.encode()
        case Ref():
            return b"%d 0 R" % value.number
        case bool():
            return b"true" if value else b"false"
        case None:
            return b"null"
        case int() | float():
            return str(value).encode()
        case bytes():
            return b"<" + value.hex().encode() + b">"
        case str():
            return b"(" + re.sub(rb"([()\\])", rb"\\\1", value.encode()) + b")"
        case list() | tuple():
            return b"[" + b" ".join(write(item) for item in value) + b"]"
        case dict():
            return b"<<" + b" ".join(b"/" + key.encode() + b" " + write(item) for key, item in value.items()) + b">>"
        case Stream():
            length = value.length if value.length is not None else len(value.data)
            return write(value.keys | {"Length": length}) + b"\nstream\n" + value.data + b"\nendstream"
    raise TypeError(type(value))


Objects = dict[int, object]


class File:
    """A file that grows by revisions; what each object is in the newest one."""

    def __init__(self, version: str = "1.7", streams: bool = False):
        self.data = bytearray(b"%PDF-" + version.encode() + b"\n%\xe2\xe3\xcf\xd3\n")
        self.streams = streams
        self.objects: Objects = {}
        self.trailer: dict = {}
        self.last_xref: int | None = None
        self.size = 1

    def copy(self) -> "File":
        other = File.__new__(File)
        other.__dict__ |= self.__dict__
        other.data, other.objects, other.trailer = bytearray(self.data), dict(self.objects), dict(self.trailer)
        return other

    def new(self, count: int = 1) -> int:
        """The first of so many numbers that nobody has."""
        number = self.size
        self.size += count
        return number

    def revise(
        self,
        objects: Objects,
        trailer: dict | None = None,
        packed: tuple[int, ...] = (),
        entries: dict[int, tuple[bytes, int, int]] | None = None,
        loose: bytes = b"",
        unlisted: tuple[int, ...] = (),
        end: bytes = b"%%EOF\n",
        spell: Callable[[int, bytes], bytes] | None = None,
        pack: Callable[[list[tuple[int, bytes]]], "Stream"] | None = None,
        section: Callable[[bytes, dict], "Stream"] | None = None,
    ) -> dict[int, int]:
        """Appends a revision.

        `packed` go into an object stream; `entries` replaces what the cross-references say of a number; `loose` are bytes
        between the objects; `unlisted` are in the file and in no cross-reference; `spell` writes an object in another way, `pack` an
        object stream, and `section` a stream of cross-references.
        """
        self.trailer |= trailer or {}
        self.size = max([self.size, *(number + 1 for number in objects)])
        rows: dict[int, tuple[bytes, int, int]] = {}
        if self.last_xref is None:
            rows[0] = (b"f", 0, 65535)
        offsets = {}
        plain = {n: v for n, v in objects.items() if n not in packed}
        if packed:
            container = self.new()
            for index, number in enumerate(packed):
                rows[number] = (b"o", container, index)
            plain[container] = (pack or bundle)([(number, write(objects[number])) for number in packed])
        self.data += loose
        for number, value in plain.items():
            offsets[number] = len(self.data)
            if number not in unlisted:
                rows[number] = (b"n", len(self.data), 0)
            text = b"%d 0 obj\n" % number + write(value) + b"\nendobj\n"
            self.data += spell(number, text) if spell else text
        self.objects |= {n: v for n, v in objects.items() if n not in unlisted}
        rows |= entries or {}
        if self.streams:
            own = self.new()
            rows[own] = (b"n", len(self.data), 0)
        at = len(self.data)
        keys = self.trailer | {"Size": self.size}
        if self.last_xref is not None:
            keys["Prev"] = self.last_xref
        if self.streams:
            kinds = {b"f": 0, b"n": 1, b"o": 2}
            data = b"".join(bytes([kinds[k]]) + a.to_bytes(5, "big") + b.to_bytes(4, "big")
                            for _, (k, a, b) in sorted(rows.items()))  # fmt: skip
            index = [part for start, run in runs(rows) for part in (start, len(run))]
            keys |= {"Type": Name("XRef"), "W": [1, 5, 4], "Index": index, "Filter": Name("FlateDecode")}
            stream = section(data, keys) if section else Stream(zlib.compress(data), keys)
            self.data += b"%d 0 obj\n" % own + write(stream) + b"\nendobj\n"
        else:
            self.data += b"xref\n"
            for start, run in runs(rows):
                self.data += b"%d %d\n" % (start, len(run))
                for kind, offset, generation in run:
                    self.data += b"%010d %05d %s \n" % (offset, generation, kind)
            self.data += b"trailer\n" + write(keys) + b"\n"
        self.last_xref = at
        self.data += b"startxref\n%d\n" % at + end
        return offsets


def bundle(parts: list[tuple[int, bytes]], backwards: bool = False, blank: int = 0, more: tuple = (), **keys) -> Stream:
    """An object stream: its objects from the last to the first, with white space before them, with others besides."""
    head, body = b"", b""
    places = {}
    for index, (_, text) in sorted(enumerate([*parts, *more]), reverse=backwards):
        places[index] = len(body)
        body += text + b" "
    for index, (number, _) in enumerate([*parts, *more]):
        head += b"%d %d " % (number, places[index])
    head += b" " * blank
    return Stream(head + body, {"Type": Name("ObjStm"), "N": len(parts) + len(more), "First": len(head)} | keys)


def runs(rows: dict) -> list[tuple[int, list]]:
    """Rows of numbers that follow each other."""
    found: list[tuple[int, list]] = []
    for number, row in sorted(rows.items()):
        if found and found[-1][0] + len(found[-1][1]) == number:
            found[-1][1].append(row)
        else:
            found.append((number, [row]))
    return found
