"""Compares folders, journals and the hub's ledger once all is at rest: what the promise says, and what of it is broken."""

import hashlib
import pathlib
import sqlite3
from collections.abc import Iterator

from benchmarks.province import OFFICE

_SENT_FINAL, _IN_FINAL = {"sent", "rejected"}, {"filed"}
REASON = ".reason.txt"
# The document to which the link in the outbox leads.
FOREIGN = "foreign.pdf"


def violations(live: pathlib.Path, papers: pathlib.Path, letters: tuple[str, ...], scrap: str, link: str) -> list[str]:
    """Every sentence that isn't true. The programs are stopped."""
    return list(_violations(live, papers, letters, scrap, link))


def _violations(
    live: pathlib.Path, papers: pathlib.Path, letters: tuple[str, ...], scrap: str, link: str
) -> Iterator[str]:
    shared, inbox = live / "union/shared", live / "office/shared/inbox"
    yield from (f"left behind: {path}" for path in leftovers(live))
    yield from (f"still in the outbox: {path.name}" for path in (shared / "outbox").iterdir())
    # The clerk's side: what was dropped stands in sent/, or in rejected/ with its reason, and nothing else does.
    sent = {path: path.read_bytes() for path in _files(shared / "sent")}
    arrived = {path: path.read_bytes() for path in _files(inbox)}
    for name in letters:
        dropped = (papers / name).read_bytes()
        copies = [data for data in sent.values() if data.startswith(dropped)]
        if len(copies) != 1:
            yield f"{name} stands {len(copies)} times in sent/"
        got = [data for data in arrived.values() if data.startswith(dropped)]
        if len(got) != 1:
            yield f"{name} stands {len(got)} times in the recipient's inbox/"
        if len(copies) == len(got) == 1 and copies[0] != got[0]:
            yield f"{name} in the inbox isn't byte for byte the one in sent/"
    if len(sent) != len(letters):
        yield f"sent/ holds {sorted(str(path.relative_to(shared)) for path in sent)}"
    if len(arrived) != len(letters):
        yield f"inbox/ holds {sorted(path.name for path in arrived)}"
    rejected = {path.name: path.read_bytes() for path in _files(shared / "rejected")}
    if set(rejected) != {scrap, scrap + REASON, link + REASON}:
        codes = {name: data.decode(errors="replace").split()[-1] for name, data in rejected.items() if name.endswith(REASON)}
        yield f"rejected/ holds {sorted(rejected)}: {codes}"
    elif not (shared / "rejected" / link).is_symlink() or len(rejected[link + REASON]) < 50:
        yield "the link isn't in rejected/, or its reason is empty"
    elif rejected[scrap] != (papers / scrap).read_bytes() or len(rejected[scrap + REASON]) < 50:
        yield "the refused file or its reason was changed"
    # What the link led to is none of the unit's.
    foreign = (live / FOREIGN).read_bytes()
    yield from (f"{path.relative_to(live)} holds what a link led to" for place in ("hub", "union", "office")
                for path in _files(live / place, hidden=True) if foreign in path.read_bytes())  # fmt: skip
    yield from _books(live, sent)


def _books(live: pathlib.Path, sent: dict[pathlib.Path, bytes]) -> Iterator[str]:
    """The sender's journal, the ledger and the recipient's journal say the same, of the same bytes."""
    outgoing = _rows(live / "union/state/journal.sqlite",
                     "SELECT document, state, signedDigest, receipt, receiptNumber, target, leftBehind FROM outgoing")  # fmt: skip
    done = {row["document"]: row for row in outgoing if row["state"] == "sent"}
    for row in outgoing:
        if row["state"] not in _SENT_FINAL or row["leftBehind"]:
            yield f"journal: {row['document']} is {row['state']}, left behind: {row['leftBehind']}"
    if len(outgoing) != len(done) + 2:
        yield f"the sender's journal has {len(outgoing)} documents, {len(done)} of them sent"
    digests = {str(path): hashlib.sha256(data).hexdigest() for path, data in sent.items()}
    ledger = live / "hub/ledger.sqlite"
    documents = {row["id"]: row for row in _rows(ledger, "SELECT id, digest, receipt, receiptNumber FROM document")}
    if set(documents) != set(done):
        yield f"the ledger has {sorted(documents)}, the sender's journal {sorted(done)}"
    for name, row in done.items():
        known = documents.get(name)
        if digests.get(row["target"]) != row["signedDigest"]:
            yield f"{name}: sent/ doesn't hold what the journal says was sent"
        if known and (bytes(known["receipt"]), known["receiptNumber"]) != (bytes(row["receipt"]), row["receiptNumber"]):
            yield f"{name}: the sender's receipt isn't the hub's"
        if known and known["digest"] != row["signedDigest"]:
            yield f"{name}: the hub's digest isn't the sender's"
        delivered = [each for each in _rows(ledger, "SELECT recipient, event FROM evidence WHERE document = ?", name)
                     if each["recipient"] == OFFICE]  # fmt: skip
        if len(delivered) != 1:
            yield f"{name}: {len(delivered)} pieces of evidence at the hub"
        if len(_rows(live / "union/state/journal.sqlite", "SELECT 1 FROM delivery WHERE document = ?", name)) != 1:
            yield f"{name}: its sender wasn't told of the delivery exactly once"
    objects = {path.name: path for path in _files(live / "hub/objects")}
    if set(objects) != {row["digest"] for row in documents.values()}:
        yield f"the hub keeps {len(objects)} objects for {len(documents)} documents, or others"
    for name, path in objects.items():
        if hashlib.sha256(path.read_bytes()).hexdigest() != name:
            yield f"the hub's object {name} has other bytes"
    incoming = _rows(live / "office/state/journal.sqlite", "SELECT document, state, number FROM incoming WHERE unit = ?", OFFICE)
    if {row["document"] for row in incoming} != set(documents):
        yield f"the recipient's journal has {len(incoming)} documents, the ledger {len(documents)}"
    if any(row["state"] not in _IN_FINAL for row in incoming):
        yield f"the recipient's journal: {[row['state'] for row in incoming]}"
    numbers = sorted(row["number"] or 0 for row in incoming)
    if numbers != list(range(1, len(incoming) + 1)):
        yield f"incoming numbers are {numbers}"
    if _rows(live / "office/state/journal.sqlite", "SELECT 1 FROM acknowledgement WHERE done = 0"):
        yield "an acknowledgement is open"


def missing(live: pathlib.Path, papers: pathlib.Path) -> list[str]:
    """At any moment: what was dropped and can't be found anywhere in the unit's folder."""
    shared = live / "union/shared"
    standing = []
    for path in shared.rglob("*"):
        try:
            if path.is_file() and not path.is_symlink():
                standing.append((path.parts[len(shared.parts)], path.read_bytes()))
        except FileNotFoundError:
            continue  # moved meanwhile: by hand of the test
    lost = []
    for paper in papers.iterdir():
        dropped = paper.read_bytes()
        if (live / f"dropped-{paper.name}").exists() and not any(data.startswith(dropped) for _, data in standing):
            lost.append(f"{paper.name} stood nowhere in the unit's folder when the program had ended")
    if not any(path.is_symlink() for path in shared.rglob("*")):
        lost.append("the link stood nowhere in the unit's folder when the program had ended")
    return lost


def leftovers(live: pathlib.Path) -> list[str]:
    """Temporary files, and copies that nobody needs any more."""
    found = []
    for place in ("union", "office"):
        for folder in ("spool/in", "spool/out", "quarantine"):
            found += _files(live / place / "state" / folder)
        found += [path for path in _files(live / place / "shared", hidden=True) if path.name.startswith(".")
                  and path.name != ".congvan-unit"]  # fmt: skip
        found += [path for path in _files(live / place / "state", hidden=True) if path.name.endswith((".tmp", ".part"))]
    return sorted({str(path.relative_to(live)) for path in found})


def is_quiet(live: pathlib.Path) -> bool:
    """Whether nothing is left to be done, by folders and books."""
    if any((live / "union/shared/outbox").iterdir()):
        return False
    try:
        states = [row["state"] for row in _rows(live / "union/state/journal.sqlite", "SELECT state FROM outgoing")]
        if len(states) < 4 or not set(states) <= _SENT_FINAL:
            return False
        sent = states.count("sent")
        office = live / "office/state/journal.sqlite"
        done = _rows(office, "SELECT count(*) n FROM incoming WHERE state IN ('filed', 'quarantined', 'withdrawn')")
        open_ = _rows(office, "SELECT count(*) n FROM acknowledgement WHERE done = 0")
        told = _rows(live / "union/state/journal.sqlite", "SELECT count(*) n FROM delivery")
        known = _rows(live / "hub/ledger.sqlite", "SELECT count(*) n FROM document")
        return done[0]["n"] >= known[0]["n"] >= sent and told[0]["n"] >= sent and open_[0]["n"] == 0
    except sqlite3.Error:
        return False


def standing(live: pathlib.Path) -> str:
    """Where all stands, for whoever looks at a journey that doesn't end."""
    try:
        journal, office = live / "union/state/journal.sqlite", live / "office/state/journal.sqlite"
        outgoing = [(row["state"], row["attempts"]) for row in _rows(journal, "SELECT state, attempts FROM outgoing")]
        incoming = [(row["state"], row["attempts"]) for row in _rows(office, "SELECT state, attempts FROM incoming")]
        told = _rows(journal, "SELECT count(*) n FROM delivery")[0]["n"]
        open_ = _rows(office, "SELECT count(*) n FROM acknowledgement WHERE done = 0")[0]["n"]
        outbox = sorted(path.name for path in (live / "union/shared/outbox").iterdir())
        return f"outbox {outbox}, outgoing {outgoing}, incoming {incoming}, told {told}, open acknowledgements {open_}"
    except sqlite3.Error as error:
        return f"{error}"


def _files(folder: pathlib.Path, hidden: bool = False) -> list[pathlib.Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink() and (hidden or not path.name.startswith("."))]


def _rows(path: pathlib.Path, query: str, *values: str) -> list[sqlite3.Row]:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=2)
    try:
        connection.row_factory = sqlite3.Row
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()
