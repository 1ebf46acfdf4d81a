#!/usr/bin/env python3
"""Makes the fixtures of the tests and the table in README.md. The results are committed; nothing of this runs in a test.

    python3 -m venv /tmp/fixtures && /tmp/fixtures/bin/pip install -r Tests/Fixtures/requirements.txt
    /tmp/fixtures/bin/python Tests/Fixtures/make.py            makes what is missing and what can be made again bit by bit
    /tmp/fixtures/bin/python Tests/Fixtures/make.py --again    also makes new keys and what they sign
    /tmp/fixtures/bin/python Tests/Fixtures/make.py --check    changes nothing; fails where a committed file is out of step

Debian packages: fonts-dejavu-core, libpango-1.0-0, libpangoft2-1.0-0.
"""

import json
import logging
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from making import handwritten, fields, producers, signed, hostile  # noqa: E402, F401  (importing registers the fixtures, in this order)
from making.registry import FIXTURES, ROOT, SIZE_LIMIT, SIGNED  # noqa: E402

INTRODUCTION = """# Fixtures

`dispatches/` holds ten official letters made up after real ones; `truth.json` says what a reader should find in each.
`letters/` holds more, made by `making/letters.py` with the variety of real ones, with a `truth.json` too.
`letters-heldout/` holds a second set, made by `making/heldout.py` without looking at the rules of reading; `ScoreTests` says
how many of its fields were read at first.
`pdf/` holds files that must be signed; `hostile/` holds files that must be refused, or, where they were signed before, must
be judged invalid. `attacks/` holds signed files that were changed afterwards so that another text is shown, two that weren't,
and the roots that their signers have; `attacks-roles/` the same by objects that play two parts (/Info, the catalog or a field
is also a table of drawings; the page tree looks like a field), seals over whole small pages, and references to other files:
both made for these tests by hand; `attacks-readers/` by files that other programs take for broken, or for what they were before an
update, and pictures that leave their rectangle, made by `scripts/forging --write-known`. A refusal is written as the name of a case of `PDFRefusal.Code`.

All were made by `make.py`, which says how to run it, and are committed, because keys and identifiers in some can't be made
twice. `expected.json` is the table below for programs. Some keep their reason to exist in their last bytes: don't open and
save them.

`pdf/signed-root.pem` is the root of the certificates that signed `pdf/signed-*.pdf`, `pdf/certified-root.pem` of those of the
certified and locked ones. Their keys no longer exist.

| file | producer | for | expected |
|---|---|---|---|
"""


def main() -> int:
    again, check = "--again" in sys.argv, "--check" in sys.argv
    logging.disable(logging.CRITICAL)
    stale = []
    for fixture in FIXTURES:
        path = ROOT / fixture.path
        if not fixture.repeatable and path.exists() and not again:
            continue
        data = fixture.make()
        if len(data) > SIZE_LIMIT:
            raise SystemExit(f"{fixture.path} has {len(data)} bytes, more than {SIZE_LIMIT}")
        if not path.exists() or path.read_bytes() != data:
            stale.append(fixture.path)
            if not check:
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(data)
    rows = sorted(FIXTURES, key=lambda f: (not f.path.startswith("pdf/"), f.path))
    table = "".join(f"| `{f.path}` | {f.producer} | {f.purpose} | {f.expected} |\n" for f in rows)
    entries = [{"file": f.path, "expected": _expectation(f.expected)} for f in rows]
    texts = {"README.md": INTRODUCTION + table, "expected.json": json.dumps(entries, indent=1) + "\n"}
    for name, text in texts.items():
        path = ROOT / name
        if not path.exists() or path.read_text() != text:
            stale.append(name)
            if not check:
                path.write_text(text)
    print(f"{len(FIXTURES)} fixtures; {'out of step' if check else 'written'}: {', '.join(stale) or 'none'}")
    return 1 if check and stale else 0


def _expectation(text: str) -> dict[str, object]:
    """For programs: {"signed": true}, {"refused": [codes]} or {"verified": word}."""
    if text == SIGNED:
        return {"signed": True}
    kind, _, rest = text.partition(": ")
    return {"refused": rest.split(" or ")} if kind == "refused" else {"verified": rest}


if __name__ == "__main__":
    sys.exit(main())
