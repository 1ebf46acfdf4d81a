#!/usr/bin/env python3
"""Files made to cost memory or time, each given to `congvan verify` and `congvan sign`: a line of JSON for each run.

usage: bounds.py [--programs FOLDER] [--keep FOLDER] [--large] [NAME...]
       bounds.py measure COMMAND...    (runs it; its peak of memory and its processor time, as JSON)

A line holds name, command, size of the file, exit status, codes of the refusal, peak of resident memory (KiB) and seconds of
processor time. The limits are those of the caller: Tests/JourneyTests/BoundsTests.swift says what is promised.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import re
import resource
import subprocess
import sys
import tempfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
from conforming.attacks import Signed  # noqa: E402

PAGES = b"<</Type /Pages/Kids [3 0 R]/Count 1>>"
PAGE = b"<</Type /Page/Parent 2 0 R/MediaBox [0 0 595 842]>>"
# A signature that is none: the verifier looks through the whole file all the same.
FORM = b"/AcroForm <</Fields [6 0 R]>>"
FIELD = b"<</FT /Sig/T (f)/Type /Annot/Subtype /Widget/Rect [0 0 0 0]/P 3 0 R/V 7 0 R>>"
SIGNATURE = b"<</Type /Sig/Filter /X/SubFilter /ETSI.CAdES.detached/ByteRange [0 1 2 3]/Contents <3000>>>"


def build(objects, streams=None, root=1):
    """A file with a table; with `streams` (object: container and index) one with a cross-reference stream."""
    result = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(result)
        result += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(result)
    size = max([*objects, *(streams or {})]) + 1
    if streams is None:
        table = [b"0000000000 65535 f \n"] + [
            b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 00000 f \n"
            for number in range(1, size)
        ]
        result += b"xref\n0 %d\n" % size + b"".join(table)
        return bytes(result + b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, root, start))
    rows = bytearray()
    for number in range(size):
        if number in streams:
            rows += b"\2" + streams[number][0].to_bytes(5, "big") + streams[number][1].to_bytes(3, "big")
        elif number in places:
            rows += b"\1" + places[number].to_bytes(5, "big") + bytes(3)
        else:
            rows += bytes(9)
    rows += b"\1" + start.to_bytes(5, "big") + bytes(3)
    packed = zlib.compress(bytes(rows))
    result += b"%d 0 obj\n<</Type /XRef/W [1 5 3]/Size %d/Root 1 0 R/Filter /FlateDecode/Length %d>>\nstream\n" % (
        size, size + 1, len(packed))  # fmt: skip
    return bytes(result + packed + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start)


def letter(catalog=b"", more=None, page=PAGE, pages=PAGES, signed=True):
    objects = {1: b"<</Type /Catalog/Pages 2 0 R%s%s>>" % (catalog, FORM if signed else b""), 2: pages, 3: page}
    if signed:
        objects |= {6: FIELD, 7: SIGNATURE}
    return objects | (more or {})


def many(bodies, first=10):
    """Objects, and a key of the catalog that names them all."""
    objects = {first + index: body for index, body in enumerate(bodies)}
    return b"/X [%s]" % b" ".join(b"%d 0 R" % number for number in objects), objects


def packed_objects(bodies, number):
    """An object stream."""
    head, data = b"", bytearray()
    for own, body in bodies.items():
        head += b"%d %d " % (own, len(data))
        data += body + b" "
    packed = zlib.compress(head + bytes(data), 9)
    body = b"<</Type /ObjStm/N %d/First %d/Filter /FlateDecode/Length %d>>\nstream\n%s\nendstream" % (
        len(bodies), len(head), len(packed), packed)  # fmt: skip
    return body, {own: (number, index) for index, own in enumerate(bodies)}


def update(data, count, body):
    """So many further revisions, each with a new catalog and whatever `body` gives for it."""
    signed = Signed(data)
    result = bytearray(data)
    number, catalog = signed.object(b"/Type /Catalog")
    previous, size = signed.xref, signed.size
    for index in range(count):
        objects = {number: catalog[:-2] + b"/DSS <</Certs []>>>>"} | body(index)
        entries = []
        for own, text in sorted(objects.items()):
            entries.append((own, len(result)))
            result += b"%d 0 obj\n%s\nendobj\n" % (own, text)
        start = len(result)
        size = max(size, *(own + 1 for own in objects))
        result += b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % entry for entry in entries)
        result += b"trailer\n<</Size %d/Root %s/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (size, signed.root, previous, start)
        previous = start
    return bytes(result)


class Bombs:
    """Methods named after what they make; `signed` gives whether there should be a signature in the file."""

    def __init__(self, tool, scale):
        self.tool = tool
        # 1 in a test; larger comes nearer to 100 MB.
        self.scale = scale

    def numbers(self, signed):
        key, more = many([b"[%s]" % (b"0 " * 450_000)] * (20 * self.scale))
        return build(letter(key, more, signed=signed))

    def one_array(self, signed):
        return build(letter(b"/X 10 0 R", {10: b"[%s]" % (b"0 " * 7_000_000)}, signed=signed))

    def nested_arrays(self, signed):
        key, more = many([b"[%s]" % (b"[0]" * 110_000)] * (20 * self.scale))
        return build(letter(key, more, signed=signed))

    def reals(self, signed):
        key, more = many([b"[%s]" % (b".1 " * 120_000)] * (20 * self.scale))
        return build(letter(key, more, signed=signed))

    def keys(self, signed):
        body = b"<<%s>>" % b"".join(b"/K%d 1" % index for index in range(100_000))
        key, more = many([body] * (4 * self.scale))
        return build(letter(key, more, signed=signed))

    def keys_of_catalog(self, signed):
        return build(letter(b"".join(b"/K%d 1" % index for index in range(150_000)), signed=signed))

    def missing_objects(self, signed):
        key, more = many([b"[%s]" % b" ".join(b"%d 0 R" % number for number in range(start, start + 250_000))
                          for start in range(100_000, 16_000_000, 8_000_000 // self.scale)])  # fmt: skip
        return build(letter(key, more, signed=signed))

    def tiny_objects(self, signed):
        key, more = many([b"[%d 0 R]" % (number + 1) for number in range(10, 100_000 * self.scale)])
        return build(letter(b"/X 10 0 R", more, signed=signed))

    @staticmethod
    def packable():
        """Numbers that deflate to a little less than a two-hundredth: more is refused for that alone."""
        luck = random.Random(1)
        return b"0 " * 39_400 + b"".join(b"%d " % luck.randrange(10) for _ in range(600))

    def object_stream(self, signed):
        part = self.packable()
        body, places = packed_objects({10: b"[%s]" % (part * 190)}, 9)
        return build(letter(b"/X 10 0 R", {9: body}, signed=signed), places)

    def object_stream_named_often(self, signed):
        part = self.packable()
        body, places = packed_objects({10: b"[%s]" % (part * 8)}, 9)
        return build(letter(b"/X [%s]" % (b"<</Annots 10 0 R>>" * 3000), {9: body}, signed=signed), places)

    def object_streams(self, signed):
        objects, places = letter(b"/X 1000 0 R", signed=signed), {}
        for number in range(9 + 10, 9 + 10 + 40 * self.scale):
            own = 1000 + number * 300
            bodies = {own + index: b"[%d 0 R%s]" % (own + index + 300, b" 1 2 3" * 800) for index in range(300)}
            objects[number], some = packed_objects(bodies, number)
            places |= some
        objects[10], some = packed_objects({1000: b"[%s]" % b" ".join(b"%d 0 R" % own for own in places)}, 10)
        return build(objects, places | some)

    def xref_stream(self, signed):
        rows = zlib.compress(b"\1" * 17 * 999_999, 9)
        return b"%%PDF-1.7\n1 0 obj\n<</Type /XRef/W [1 8 8]/Size 999999/Filter /FlateDecode/Root 1 0 R/Length %d>>\n" \
            b"stream\n%s\nendstream\nendobj\nstartxref\n9\n%%%%EOF\n" % (len(rows), rows)  # fmt: skip

    def xref_index(self, signed):
        index = b"0 0 " * 2_000_000
        return b"%%PDF-1.7\n1 0 obj\n<</Type /XRef/W [1 1 1]/Size 9/Index [%s]/Root 1 0 R/Length 0>>\nstream\n\n" \
            b"endstream\nendobj\nstartxref\n9\n%%%%EOF\n" % index  # fmt: skip

    def subsections(self, signed):
        return b"%PDF-1.7\nxref\n" + b"0 0\n" * 2_000_000 + b"trailer\n<</Size 1>>\nstartxref\n9\n%%EOF\n"

    def scattered_numbers(self, signed):
        head = b"%PDF-1.7\n1 0 obj\n<</Type /Catalog/Pages 2 0 R>>\nendobj\n"
        start = len(head)
        rows = b"".join(b"%d 1\n0000000009 00000 n \n" % (number * 330) for number in range(1, 99_000))
        return head + b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n" + rows + \
            b"trailer\n<</Size 33000000/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start

    def long_names(self, signed):
        body = b"<</Type /Annot/Subtype /%s>>" % (b"N" * 8_000_000)
        return build(letter(page=PAGE[:-2] + b"/Annots [10 0 R]>>", more={10: body}, signed=signed))

    def comment(self, signed):
        return b"%PDF-1.7\n" + b"%" * 15_000_000 + b"\nstartxref\n9\n%%EOF\n"

    def unending_objects(self, signed):
        """A thousand evidence streams that each begin another run through the same bytes."""
        heads = b"".join(b"%d 0 obj\n(" % number for number in range(10, 260))
        data = build(letter(b"/DSS <</Certs [%s]>>" % b" ".join(b"%d 0 R" % number for number in range(10, 260)),
                            {9: b"<<>>", 300: b"(%s)" % (b"x" * 15_000_000)}, signed=signed))  # fmt: skip
        table = bytearray(data)
        start = data.index(b"300 0 obj\n(") + 11
        table[start : start + len(heads)] = heads
        xref = data.rindex(b"xref\n0 301\n") + 11
        for number in range(10, 260):
            offset = bytes(table).index(b"%d 0 obj\n(" % number)
            table[xref + 20 * number : xref + 20 * number + 20] = b"%010d 00000 n \n" % offset
        return bytes(table)

    def fields(self, signed):
        kids = {number: b"<</FT /Sig/T (f%d)/Type /Annot/Subtype /Widget/Rect [0 0 0 0]/P 3 0 R/V 7 0 R/X [%s]>>" % (
            number, b"0 " * 2000) for number in range(10, 3000 * self.scale)}  # fmt: skip
        form = b"/AcroForm <</Fields [%s]>>" % b" ".join(b"%d 0 R" % number for number in kids)
        return build(letter(form, kids | {7: SIGNATURE}, signed=False))

    def field_names(self, signed):
        kids = {number: b"<</T (%s)/Kids [%d 0 R]>>" % (b"n" * 30_000, number + 1) for number in range(10, 60)}
        kids |= {60: b"<</T (x)/Kids [%s]>>" % b" ".join(b"%d 0 R" % number for number in range(61, 20_000))}
        kids |= {number: b"<</T (a)/FT /Sig>>" for number in range(61, 20_000)}
        return build(letter(b"/AcroForm <</Fields [10 0 R]>>", kids, signed=False))

    def locks(self, signed):
        """Many empty fields, and a signature that locks very many names."""
        kids = {number: b"<</FT /Sig/T (f%d)>>" % number for number in range(10, 5000)}
        form = b"/AcroForm <</Fields [6 0 R %s]>>" % b" ".join(b"%d 0 R" % number for number in kids)
        lock = SIGNATURE[:-2] + b"/Reference [<</TransformMethod /FieldMDP/TransformParams 8 0 R>>]>>"
        names = b"<</Action /Include/Fields [%s]>>" % (b"(some name)" * 100_000)
        return build(letter(form, kids | {6: FIELD, 7: lock, 8: names}, signed=False))

    def revocation_lists(self, signed):
        """Evidence of few bytes that libcrypto makes much of."""
        def der(tag, *parts):
            body = b"".join(parts)
            length = len(body).to_bytes(4, "big").lstrip(b"\0") or b"\0"
            return bytes([tag]) + (length if len(body) < 128 else bytes([0x80 | len(length)]) + length) + body

        time = der(0x17, b"261125000000Z")
        algorithm = der(0x30, der(6, bytes.fromhex("2a8648ce3d040302")))
        name = der(0x30, der(0x31, der(0x30, der(6, b"\x55\4\3"), der(12, b"A"))))
        revoked = der(0x30, *[der(0x30, der(2, b"\1"), time)] * 390_000)
        number = der(0xA0, der(0x30, der(0x30, der(6, b"\x55\x1d\x14"), der(4, der(2, b"\1")))))
        listed = der(0x30, der(2, b"\1"), algorithm, name, time, time.replace(b"2611", b"2711"), revoked, number)
        data = der(0x30, listed, algorithm, der(3, b"\0\0"))
        lists = {number: b"<</Length %d>>\nstream\n%s\nendstream" % (len(data), data) for number in range(10, 13)}
        return build(letter(b"/DSS <</CRLs [10 0 R 11 0 R 12 0 R]>>", lists, signed=signed))

    def pages_as_graph(self, signed):
        more = {number: b"<</Type /Pages/Kids [%d 0 R %d 0 R]>>" % (number + 1, number + 1) for number in range(10, 60)}
        return build(letter(more=more | {60: PAGE}, pages=b"<</Type /Pages/Kids [10 0 R]>>", signed=signed))

    def pages_wide(self, signed):
        more = {number: b"<</Type /Pages/Kids [%d 0 R%s]/Resources <</A [%s]>>>>" % (
            number + 1, b" 99 0 R" * 100_000, b"0 " * 100_000) for number in range(10, 60)}  # fmt: skip
        return build(letter(more=more | {60: PAGE}, pages=b"<</Type /Pages/Kids [10 0 R]>>", signed=signed))

    def long_annotations(self, signed):
        """What the signer has to write anew."""
        return build(letter(page=PAGE[:-2] + b"/Annots [%s]>>" % (b"null " * 400_000), signed=signed))

    def long_updates(self, signed):
        """Each revision replaces a list that many pages name."""
        listed = b"[%s]" % (b"null " * 100_000)
        pages = {number: b"<</Type /Page/Parent 2 0 R/Annots 9 0 R>>" for number in range(10, 4000)}
        kids = b"<</Type /Pages/MediaBox [0 0 9 9]/Kids [3 0 R %s]>>" % b" ".join(b"%d 0 R" % number for number in pages)
        data = self.sign(build(letter(more=pages | {9: listed}, pages=kids, signed=False)))
        other = {number: b"<</Type /Page/Parent 2 0 R/Annots  8 0 R>>" for number in pages}
        return update(data, 3, lambda index: other | {8: listed})

    def signatures_in_one_revision(self, signed):
        """Hundreds of signatures over nearly the whole file, each with a gap of its own."""
        count = 400
        objects = letter(more={number: FIELD.replace(b"(f)", b"(f%d)" % number).replace(b"7 0 R", b"%d 0 R" % (number + count))
                               for number in range(10, 10 + count)}, signed=False)  # fmt: skip
        objects[1] = b"<</Type /Catalog/Pages 2 0 R/AcroForm <</Fields [%s]>>>>" % b" ".join(
            b"%d 0 R" % number for number in range(10, 10 + count))
        body = b"<</Type /Sig/Filter /X/SubFilter /ETSI.CAdES.detached/ByteRange [0 %010d %010d %010d]/Contents <3000>>>"
        for number in range(10 + count, 10 + 2 * count):
            objects[number] = body % (0, 0, 0)
        objects[9000] = b"<</Length %d>>\nstream\n%s\nendstream" % (20_000_000 * self.scale, bytes(20_000_000 * self.scale))
        data = bytearray(build(objects))
        for match in list(re.finditer(rb"\[0 0{10} 0{10} 0{10}\]/Contents <3000>", bytes(data[:400_000]))):
            end = match.end()
            data[match.start() : end - 16] = b"[0 %010d %010d %010d]" % (end - 6, end, len(data) - 1 - end)
        return bytes(data[:-1])

    def sign(self, data):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "in.pdf"
            path.write_bytes(data)
            self.tool.run("sign", path, "-o", path.with_name("out.pdf"), check=True)
            return path.with_name("out.pdf").read_bytes()


class Honest:
    """What is large or deep without harm: signed, and then valid."""

    def __init__(self, tool, scale):
        self.tool, self.scale = tool, scale

    def deep_pages(self, signed):
        more = {number: b"<</Type /Pages/Count 1/Kids [%d 0 R]/Parent %d 0 R>>" % (number + 1, number - 1)
                for number in range(10, 2010)}  # fmt: skip
        page = b"<</Type /Page/Parent 2009 0 R>>"
        pages = b"<</Type /Pages/Count 1/MediaBox [0 0 595 842]/Kids [10 0 R]>>"
        return build(letter(more=more | {2010: page}, pages=pages, signed=False))

    def many_objects(self, signed, count=50_000):
        key, more = many([b"<</A %d 0 R/B [1 2 3 4 5 6 7 8 9]>>" % (number % count + 10) for number in range(count * self.scale)])
        return build(letter(key, more, signed=False))

    def many_pages(self, signed):
        more = {number: b"<</Type /Page/Parent 2 0 R/Resources <</Font <</F1 4 0 R>>>>>>" for number in range(10, 5010)}
        kids = b" ".join(b"%d 0 R" % number for number in more)
        pages = b"<</Type /Pages/Count 5000/MediaBox [0 0 595 842]/Kids [%s]>>" % kids
        return build(letter(more=more | {4: b"<</Type /Font>>"}, pages=pages, signed=False))

    def many_updates(self, signed):
        """Signed, then forty updates that change nothing."""
        key, more = many([b"[%s]" % b" ".join(b"%d 0 R" % (10 + (own * 7 + step) % 20_000) for step in range(20))
                          for own in range(20_000)])  # fmt: skip
        data = build(letter(key, more, signed=False))
        return update(Bombs(self.tool, 1).sign(data), 40, lambda index: {})

    def twenty_signatures(self, signed):
        data = self.many_objects(False, 10_000)
        bombs = Bombs(self.tool, 1)
        for _ in range(20):
            data = bombs.sign(data)
        return data


class Tool:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
             folder / "key.pem", "-out", folder / "trust.pem", "-subj", "/CN=Bounds", "-days", "30", "-addext",
             "keyUsage=critical,digitalSignature,nonRepudiation"],
            check=True, capture_output=True)  # fmt: skip

    def command(self, verb, *arguments):
        more = ["--json", "--trust", self.folder / "trust.pem"] if verb == "verify" else [
            "--key", self.folder / "key.pem", "--cert", self.folder / "trust.pem", "--level", "B-B"]
        return [str(part) for part in (self.program, verb, *arguments, *more, "--config", "/nonexistent", "--language", "en")]

    def run(self, verb, *arguments, check=False):
        """Runs by way of a small process: the peak that is told of a child is at least that of its parent."""
        run = subprocess.run(
            [sys.executable, __file__, "measure", *self.command(verb, *arguments)], capture_output=True, text=True)
        measured = json.loads(run.stdout.splitlines()[-1])
        if check and measured["status"] != 0:
            raise RuntimeError(f"{verb} failed: {measured} {run.stdout}")
        codes = re.findall(r'"code"\s*:\s*"([^"]+)"', run.stdout) + re.findall(r"\[([a-z-]+): ", run.stderr)
        return measured | {"codes": sorted(set(codes))}


def measure(command):
    # What has no bounds shall not take the machine with it.
    resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    line = {"status": os.waitstatus_to_exitcode(status), "peak": usage.ru_maxrss, "seconds": usage.ru_utime + usage.ru_stime}
    print("\n" + json.dumps(line))


def main():
    if sys.argv[1:2] == ["measure"]:
        return measure(sys.argv[2:])
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / ".build/debug")
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--large", action="store_true", help="files of four times the size")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or pathlib.Path(temporary)
        folder.mkdir(exist_ok=True)
        tool = Tool(options.programs / "congvan", folder)
        kinds = [(kind, kind(tool, 4 if options.large else 1)) for kind in (Bombs, Honest)]
        cases = [
            (kind, maker, name)
            for kind, maker in kinds
            for name in vars(kind)
            if not name.startswith("_") and name not in ("sign", "packable") and name in (options.names or [name])
        ]
        # A process each: what is measured is its own.
        with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            for lines in pool.map(lambda case: judge(tool, folder, options.keep, *case), cases):
                print(*map(json.dumps, lines), sep="\n", flush=True)


def judge(tool, folder, keep, kind, maker, name):
    path, out = folder / f"{name}.pdf", folder / f"{name}.out.pdf"
    lines = []
    for verb in ("verify", "sign"):
        path.write_bytes(getattr(maker, name)(verb == "verify"))
        if kind is Honest and verb == "verify":
            tool.run("sign", path, "-o", out, check=True)
            path.write_bytes(out.read_bytes())
            out.unlink()
        result = tool.run(verb, path, *(["-o", out] if verb == "sign" else []))
        out.unlink(missing_ok=True)
        lines.append({"name": name, "command": verb, "honest": kind is Honest, "size": path.stat().st_size} | result)
    if not keep:
        path.unlink()
    return lines


if __name__ == "__main__":
    main()
