"""Forgeries for which programs read a file in different ways: objects that no cross-reference names wait for a reader that
goes through the whole file because something in it looks broken."""

import itertools
import random
import re
import zlib
from collections.abc import Iterator

from . import papers
from .identity import Identity, close
from .papers import CATALOG, CONTENTS, COVERS, FALSE, PAGE, TRUE, Case, letter, seal, signed
from .pdf import File, Name, Raw, Ref, Stream, bundle, write


def hidden(number: int = CONTENTS) -> bytes:
    return b"%d 0 obj\n" % number + write(Stream(FALSE)) + b"\nendobj\n"


# What makes a reader take the file for broken. Before signing (the letter was prepared), or in the update itself.

PREPARED = {
    "nothing": {},
    "an unused object elsewhere": {"entries": lambda unused: {unused: (b"n", 20, 0)}},
    "an unused object beyond the end": {"entries": lambda unused: {unused: (b"n", 9_999_999, 0)}},
    "an unused object at 0": {"entries": lambda unused: {unused: (b"n", 0, 0)}},
    "an unused object in no stream": {"entries": lambda unused: {unused: (b"o", 4, 0)}, "streams": True},
    "an unused object in nothing": {"entries": lambda unused: {unused: (b"o", 60, 0)}, "streams": True},
    "an unused object of another number": {"entries": lambda unused: {unused: (b"n", 15, 0)}},
}


def far_end(data: bytearray) -> None:
    at = data.rindex(b"startxref\n") + 10
    data[at:at] = b" " * 1200


def far_mark(data: bytearray) -> None:
    at = data.rindex(b"%%EOF")
    data[at:at] = b"\n" * 1200


def far_trailer(data: bytearray) -> None:
    at = data.rindex(b"%%EOF") + 5
    data[at:] = b"\n" * 1200


def plus(data: bytearray) -> None:
    at = data.rindex(b"/Prev ") + 6
    data[at:at] = b"+"


def many_zeros(data: bytearray) -> None:
    at = data.rindex(b"startxref\n") + 10
    data[at:at] = b"00000"


def comment(data: bytearray) -> None:
    at = data.rindex(b"/Prev ") + 5
    data[at:at] = b" %" + b" startxref\n"


def null_size(data: bytearray) -> None:
    at = data.rindex(b"/Size ") + 6
    data[at:at] = b"+"


def large_size(data: bytearray) -> None:
    at = data.rindex(b"/Size ") + 6
    data[at : data.index(b" ", at)] = b"9999999999"


def larger_size(data: bytearray) -> None:
    at = data.rindex(b"/Size ") + 6
    data[at : data.index(b" ", at)] = b"16000000"


def no_space(data: bytearray) -> None:
    at = data.rindex(b"trailer\n") if b"trailer\n" in data else None
    if at is not None:
        data[at + 7 : at + 8] = b""


def double_root(data: bytearray) -> None:
    at = data.rindex(b"/Root ") + 6
    data[at:at] = b"%c\n"


def spaces_in_table(data: bytearray) -> None:
    at = data.rindex(b"\nxref\n") + 5 if b"\nxref\n" in data else None
    if at is not None:
        data[at:at] = b"   \n \n"


def empty_run(data: bytearray) -> None:
    at = data.rindex(b"\nxref\n") + 6 if b"\nxref\n" in data else None
    if at is not None:
        data[at:at] = b"7 0\n"


def entry_ends(end: bytes):
    def change(data: bytearray) -> None:
        data[:] = re.sub(rb"(\d{10} \d{5} [nf]) \n", rb"\1" + end, bytes(data))

    return change


# Done to the update after it was written and before it is signed.
TAMPERED = {
    "nothing": None,
    "startxref far from its number": far_end,
    "end mark far away": far_mark,
    "white space after the end": far_trailer,
    "a sign before /Prev": plus,
    "zeros before the offset": many_zeros,
    "a comment in the trailer": comment,
    "a sign before /Size": null_size,
    "/Size of ten digits": large_size,
    "/Size of eight digits": larger_size,
    "no space after trailer": no_space,
    "an empty run first": empty_run,
    "entries that end in CR LF": entry_ends(b"\r\n"),
    "entries that end in CR": entry_ends(b" \r"),
    "a comment before /Root's value": double_root,
    "white space after xref": spaces_in_table,
}  # fmt: skip

HIDING = ("gap", "stream", "string", "comment", "picture", "after the table")

def first(pattern: bytes, replacement: bytes):
    """Another spelling of what comes first in an object."""
    return lambda text: re.sub(pattern, replacement, text, count=1)


# How an object that the update has to rewrite may be spelt, so that a program stumbles.
SPELT = {
    "zeros before its number": first(rb"^", b"000"),
    "zeros before its generation": first(rb" 0 obj", b" 00000 obj"),
    "white space in its header": first(rb" 0 obj", b"\n\t 0\r\n\x0c obj"),
    "a zero byte in its header": first(rb" 0 obj", b"\x00 0 obj"),
    "a comment after obj": first(rb"obj\n", b"obj % 4 0 obj\n"),
    "nothing after obj": first(rb"obj\n<<", b"obj<<"),
    "nothing before endobj": first(rb"\nendobj", b"endobj"),
    "a long blank after obj": first(rb"obj\n", b"obj" + b" " * 5000),
    "comments in its dictionary": first(rb"<<", b"<<%endobj\n%>>\r%stream\n"),
    "a comment in a reference": first(rb"(\d+) 0 R", rb"\1 % 9\n0 %\n R"),
    "lines in a reference": first(rb"(\d+) 0 R", rb"\1\n0\nR"),
    "zeros in a reference": first(rb"(\d+) 0 R", rb"000\1 000 R"),
    "a name with numbers": first(rb"/Type", b"/#54#79pe"),
    "a null entry": first(rb"<<", b"<</Nothing null"),
    "an empty name": first(rb"<<", b"<</Nothing /"),
    "an empty key": first(rb"<<", b"<</ 5"),
    "a long name": first(rb"<<", b"<</" + b"N" * 300 + b" 1"),
    "a long string": first(rb"<<", b"<</Long (" + b"x" * 70_000 + b")"),
    "a string with endobj": first(rb"<<", b"<</Text (endobj endstream xref trailer startxref)"),
    "a string of unbalanced lines": first(rb"<<", b"<</Text (\\\r\n\\)\\(\r(\r))"),
    "odd hexadecimal digits": first(rb"<<", b"<</Text <4 1\n4>"),
    "a number with many digits": first(rb"<<", b"<</Number 0.00000000000000000000000000000000000000001"),
    "an integer beyond 32 bits": first(rb"<<", b"<</Number 123456789012345"),
    "a number with only a point": first(rb"<<", b"<</Number 5."),
    "a number with a plus": first(rb"<<", b"<</Number +5"),
    "a number with minus zero": first(rb"<<", b"<</Number -0"),
    "deep lists": first(rb"<<", b"<</Deep " + b"[" * 60 + b"]" * 60),
    "many lists": first(rb"<<", b"<</Wide [" + b"[]" * 30_000 + b"]"),
    "a stream's words": first(rb"<<", b"<</Words [/stream /endstream /obj]"),
    "a reference to nothing": first(rb"<<", b"<</Gone 8000000 0 R"),
    "a reference to object 0": first(rb"<<", b"<</Gone 0 0 R"),
}  # fmt: skip


def cases(who: Identity, generator: random.Random) -> Iterator[Case]:
    """Without end, each combination drawn at random, after each cause alone."""
    yield from linearised(who)
    yield from future(who)
    yield from straddling(who)
    yield shifted(who)
    alone = [(p, "nothing", h) for p in PREPARED for h in ("gap", "stream")]
    alone += [("nothing", t, h) for t in TAMPERED for h in ("gap", "stream")]
    drawn = ((generator.choice(list(PREPARED)), generator.choice(list(TAMPERED)), generator.choice(HIDING))
             for _ in iter(int, 1))  # fmt: skip
    generator.shuffle(alone)
    spelt = [*SPELT, *PACKED, *SECTIONS]
    generator.shuffle(spelt)
    alone = [row for pair in itertools.zip_longest(alone, spelt) for row in pair if row]
    while True:
        for row in alone:
            if isinstance(row, str):
                yield (spelling if row in SPELT else packing)(who, generator, row)
                continue
            yield from covered(who, generator, *row)
        alone = [*(next(drawn) for _ in range(200)), *SPELT, *PACKED, *SECTIONS]


def covered(who, generator, prepared: str, tampered: str, hiding: str) -> Iterator[Case]:
    for cover in generator.sample(["evidence", "signature", "time-stamp"], 1 if prepared != "nothing" else 2):
        yield one(who, generator, prepared, tampered, hiding, cover)


def one(who, generator, prepared: str, tampered: str, hiding: str, cover: str, **fixed) -> Case:
    """`fixed` says what else is drawn by chance: `streams`, whether cross-references are one, and `unused`, the unused object."""
    preparation = PREPARED[prepared]
    streams = fixed.get("streams", preparation.get("streams", generator.random() < 0.3))
    objects = letter()
    # PDFium looks at the first object.
    unused = fixed.get("unused", 6 if generator.random() < 0.5 else CATALOG)
    how = {}
    if "entries" in preparation and unused == 6:
        objects[6] = {"Unused": True}
        how["entries"] = preparation["entries"](6)
        file = signed(objects, who, streams=streams, **how)
    elif "entries" in preparation:
        file = moved(objects, who, streams, preparation["entries"])
    else:
        file = signed(objects, who, streams=streams)
    before = bytes(file.data)
    update = COVERS[cover](file, who)
    revise: dict = {}
    match hiding:
        case "gap":
            revise["loose"] = hidden()
        case "stream":
            number = papers.grow_store(file, update, who)
            update.objects[number] = Stream(b"\n" + hidden() + b"\n")
        case "string":
            number = papers.grow_store(file, update, who)
            inside = Raw(b"(\n" + hidden().replace(b"(FORGED)", b"<464f52474544>") + b"\n)")
            update.objects[number].keys["Note"] = inside
        case "comment":
            number = papers.grow_store(file, update, who)
            update.objects[number].keys["Note"] = Raw(b"1 %\n%" + hidden().replace(b"\n", b"\r%") + b"\n")
        case "picture" if update.closing == "signature":
            widget = max(n for n, v in update.objects.items() if isinstance(v, dict) and v.get("T"))
            picture = file.new()
            update.objects[widget]["AP"] = {"N": Ref(picture)}
            update.objects[picture] = Stream(b"\n" + hidden() + b"\n", {"Subtype": Name("Form"), "BBox": [0, 0, 1, 1]})
        case _:
            revise["loose"] = b"% a comment\n" + hidden()
    start = len(file.data)
    file.revise(update.objects, **revise)
    if hiding == "after the table":
        at = file.data.rindex(b"startxref")
        file.data[at:at] = hidden()
    if TAMPERED[tampered]:
        tail = bytearray(file.data[start:])
        TAMPERED[tampered](tail)
        file.data[start:] = tail
    if update.closing:
        close(file, start, who, update.closing == "stamp")
    return Case("readers", f"{cover}; {prepared}; {tampered}; in a {hiding}; {'stream' if streams else 'table'}",
                before, bytes(file.data), update.shown)  # fmt: skip


FORGED_PAGE = write(letter()[PAGE] | {"Contents": Ref(CONTENTS), "Rotate": 90})

# How the update's object stream may be made.
PACKED = {
    "as usual": bundle,
    "backwards": lambda parts: bundle(parts, backwards=True),
    "with a blank": lambda parts: bundle(parts, blank=3000),
    "with an object that no cross-reference names": lambda parts: bundle(parts, more=((2, b"<</Type/Pages/Kids[]/Count 0>>"),)),
    "with the page twice": lambda parts: bundle(parts, more=((PAGE, FORGED_PAGE),)),
    "with an extension": lambda parts: bundle(parts, Extends=Ref(2)),
    "with too large a number of objects": lambda parts: bundle(parts, more=tuple((900 + n, b"null") for n in range(300))),
    "with null objects between": lambda parts: bundle(parts, more=((0, b"null"), (8_000_000, b"null"))),
    "with comments": lambda parts: bundle([(n, b"% 3 0 obj\n" + t + b"%\n") for n, t in parts]),
    "with a filter of the wrong kind": lambda parts: bundle(parts, Filter=[]),
    "with parameters": lambda parts: bundle(parts, DecodeParms=None),
}  # fmt: skip


def wide(widths: tuple[int, int, int]):
    def section(data: bytes, keys: dict) -> Stream:
        rows = [data[at : at + 10] for at in range(0, len(data), 10)]
        parts = [(row[:1], row[1:6], row[6:]) for row in rows]
        packed = b"".join(int.from_bytes(part, "big").to_bytes(width, "big") for row in parts for part, width in zip(row, widths) if width)
        return Stream(zlib.compress(packed), keys | {"W": list(widths)})

    return section


# How its stream of cross-references may be made.
SECTIONS = {
    "of eight bytes": wide((8, 8, 8)),
    "of four and eight bytes": wide((4, 8, 8)),
    "of two bytes for the kind": wide((2, 4, 2)),
    "of little": wide((1, 3, 2)),
    "of large generations": wide((1, 5, 8)),
    "without a filter": lambda data, keys: Stream(data, {k: v for k, v in keys.items() if k != "Filter"}),
    "with a list of filters": lambda data, keys: Stream(zlib.compress(data), keys | {"Filter": [Name("FlateDecode")]}),
    "with empty runs": lambda data, keys: Stream(zlib.compress(data), keys | {"Index": [5, 0, *keys["Index"], 4, 0]}),
    "with more than it lists": lambda data, keys: Stream(zlib.compress(data + b"\1" + b"\0" * 9), keys),
    "with a hole": lambda data, keys: Stream(zlib.compress(data), keys | {"DecodeParms": {"Predictor": 1}}),
    "with columns": lambda data, keys: Stream(
        zlib.compress(b"".join(b"\0" + data[at : at + 10] for at in range(0, len(data), 10))),
        keys | {"DecodeParms": {"Predictor": 12, "Columns": 10}}),
    "that ends early": lambda data, keys: Stream(zlib.compress(data)[:-4], keys),
}  # fmt: skip


def packing(who, generator, name: str) -> Case:
    """An object stream or a stream of cross-references as other programs may not take it."""
    file = signed(letter(), who, streams=True)
    before = bytes(file.data)
    update = COVERS["signature"](file, who)
    number = papers.grow_store(file, update, who)
    update.objects[number] = Stream(b"\n" + hidden() + b"\n")
    packed = tuple(n for n, v in update.objects.items() if isinstance(v, dict) and "ByteRange" not in v)
    if name in SECTIONS:
        seal(file, update, who, section=SECTIONS[name], packed=generator.choice([packed, ()]))
    else:
        seal(file, update, who, packed=packed, pack=PACKED[name])
    return Case("readers", f"a stream {name}", before, bytes(file.data))


def shifted(who) -> Case:
    """A table that begins with a free object 1: poppler takes it for the list's head, and each number for one less."""
    file = moved(letter(), who, False, lambda unused: {unused: (b"f", 0, 65535)})
    before = bytes(file.data)
    update = COVERS["signature"](file, who)
    update.objects[2] = file.objects[2]
    seal(file, update, who, loose=hidden(), entries={1: (b"f", 0, 65535)})
    return Case("readers", "a table that begins with object 1", before, bytes(file.data))


def spelling(who, generator, name: str) -> Case:
    """An odd way to write one of the update's objects, with the forgery inside a stream of evidence."""
    file = signed(letter(), who, streams=generator.random() < 0.3)
    before = bytes(file.data)
    update = COVERS["signature"](file, who)
    number = papers.grow_store(file, update, who)
    update.objects[number] = Stream(b"\n" + hidden() + b"\n")
    chosen = generator.choice([n for n, v in update.objects.items() if isinstance(v, dict) and "ByteRange" not in v])
    seal(file, update, who, spell=lambda n, text: SPELT[name](text) if n == chosen else text)
    what = {CATALOG: "the catalog", PAGE: "the page"}.get(chosen, "the field")
    return Case("readers", f"{what} with {name}", before, bytes(file.data))


def moved(objects, who, streams, entries) -> File:
    """The same letter with object 1 unused and the catalog as object 9; the covers still find it."""
    file = File(streams=streams)
    swapped = {(9 if n == CATALOG else n): v for n, v in objects.items()}
    swapped[1] = {"Unused": True}
    file.revise(swapped, {"Root": Ref(9)}, entries=entries(1))
    file.objects[CATALOG] = file.objects[9]
    papers_catalog(file)
    seal(file, papers.field(file), who)
    return file


def papers_catalog(file: File) -> None:
    """From now on what is written as object 1 becomes object 9."""
    inner = file.revise

    def revise(objects, *args, **how):
        result = inner({(9 if n == CATALOG else n): v for n, v in objects.items()}, *args, **how)
        file.objects[CATALOG] = file.objects[9]
        return result

    file.revise = revise  # type: ignore[method-assign]


def linearised(who: Identity) -> Iterator[Case]:
    """Written for the web: /L says how long the file is. Who believes that it is what it was takes its first
    cross-references, and none of what was added. The author has the length say so once the letter is signed."""
    for streams, more in ((False, 0), (False, 1)):
        length = 10_000
        for _ in range(3):
            file = web(length, FALSE)
            file.revise({CONTENTS: Stream(TRUE)})
            shown = bytes(file.data)
            seal(file, papers.field(file), who)
            for _ in range(more):
                shown = bytes(file.data)
                seal(file, papers.field(file), who)
            if len(file.data) == length:
                break
            length = len(file.data)
        yield Case("readers", f"linearised as long as with {1 + more} signatures", shown, bytes(file.data))


def future(who: Identity) -> Iterator[Case]:
    """Cross-references that name a place beyond the end of what was signed, where the update then puts the object."""
    for what, cover in (("contents", "signature"), ("contents", "evidence"), ("length", "time-stamp")):
        place = 9_999
        for _ in range(3):
            objects = letter()
            if what == "contents":
                objects[PAGE] = dict(objects[PAGE]) | {"Contents": [Ref(CONTENTS), Ref(50)]}
                value = Stream(b"0 0 1 rg 0 0 200 200 re f")
            else:
                longer = TRUE + b" 0 0 1 rg 0 0 200 200 re f"
                objects[CONTENTS] = Stream(longer, length=Ref(50))
                value = len(longer)
            file = File()
            file.size = 60
            file.revise(objects, {"Root": Ref(CATALOG)}, entries={50: (b"n", place, 0)})
            seal(file, papers.field(file), who)
            before = bytes(file.data)
            update = COVERS[cover](file, who)
            update.objects[50] = value
            seal(file, update, who)
            at = file.data.rindex(b"\n50 0 obj") + 1
            if at == place:
                break
            place = at
        yield Case("readers", f"{what} in a later revision, {cover}", before, bytes(file.data))


def straddling(who: Identity) -> Iterator[Case]:
    """A stream that was signed with a length beyond the end of the file, so that it ends inside a stream of the update."""
    for cover in ("evidence", "evidence and signature"):
        length = 9_999
        for _ in range(3):
            objects = letter()
            objects[CONTENTS] = Stream(TRUE, length=Raw(b"%010d" % length))
            file = signed(objects, who)
            before = bytes(file.data)
            update = COVERS[cover](file, who)
            number = max(n for n, v in update.objects.items() if isinstance(v, Stream))
            inside = b"\n] >> ) ET Q 0 0 1 rg 0 0 200 200 re f\nendstream\nendobj\n"
            update.objects[number] = Stream(inside)
            seal(file, update, who)
            begin = file.data.index(TRUE)
            wanted = file.data.index(inside) + inside.index(b"\nendstream") - begin
            if wanted == length:
                break
            length = wanted
        yield Case("readers", f"a stream that ends in the update, {cover}", before, bytes(file.data))


def web(length: int, contents: bytes, at_main: int = 0) -> File:
    """A linearised file: the first page's cross-references stand first, and name those of the rest."""
    file = File()
    # Poppler takes the entries of the rest by their place alone: there must be one for each number.
    parameters = b"8 0 obj\n<</Linearized 1/L %010d/H [400 10]/O 3/E 0000001000/N 1/T %010d>>\nendobj\n" % (length, at_main)
    at_parameters = len(file.data)
    file.data += parameters
    objects = letter(contents)
    first = {CATALOG: objects[CATALOG], PAGE: objects[PAGE], CONTENTS: objects[CONTENTS]}
    rest = {n: v for n, v in objects.items() if n not in first}
    numbers = [*first, 8]
    table = len(file.data)
    room = 20 * (len(numbers) + 1) + 200
    body = table + room
    bodies, offsets = b"", {8: at_parameters}
    for number, value in first.items():
        offsets[number] = body + len(bodies)
        bodies += b"%d 0 obj\n" % number + write(value) + b"\nendobj\n"
    main_bodies, main_offsets = b"", {}
    begin = body + len(bodies)
    for number, value in rest.items():
        main_offsets[number] = begin + len(main_bodies)
        main_bodies += b"%d 0 obj\n" % number + write(value) + b"\nendobj\n"
    main = begin + len(main_bodies)
    text = b"xref\n"
    for number in sorted(numbers):
        text += b"%d 1\n%010d 00000 n \n" % (number, offsets[number])
    text += b"trailer\n<</Size 9/Root 1 0 R/Prev %d>>\nstartxref\n0\n%%%%EOF\n" % main
    file.data += text.ljust(room, b" ") + bodies + main_bodies
    file.data += b"xref\n0 %d\n" % (max(objects) + 1)
    entries = len(file.data)
    if at_main != entries:
        return web(length, contents, entries)
    file.data += b"0000000000 65535 f \n"
    for number in sorted(objects):
        file.data += b"%010d 00000 %s \n" % (main_offsets.get(number, 0), b"n" if number in main_offsets else b"f")
    file.data += b"trailer\n<</Size 9>>\nstartxref\n%d\n%%%%EOF\n" % table
    file.objects, file.trailer, file.last_xref, file.size = objects, {"Root": Ref(CATALOG)}, table, 9
    return file
