"""Known bugs, planted so that the harness must find them: what it can't see proves nothing where it sees nothing.

No program carries them: the shim does wrong what it passes on (`TORTURE_PLANT`, see faults.c), or the programs' memory is
tampered with while they are dead.
"""

import contextlib
import dataclasses
import pathlib
import sqlite3
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Plant:
    # At which faults it is looked for, as VICTIM:KIND; `count` is a journey without a fault.
    where: str
    # What must be among the violations then: a bug that is seen by its delay alone isn't understood.
    shows: str
    # What the victim's shim does wrong.
    shim: str = ""
    # What is undone once a program has died.
    undo: Callable[[pathlib.Path], None] | None = None
    # When the sender is killed, though no fault struck.
    kills_sender: Callable[[pathlib.Path], bool] | None = None
    # Seconds after which a journey that doesn't end counts as broken.
    patience: float = 8

    @property
    def without(self) -> "Plant | None":
        """The same journey without the bug: None where that is any journey."""
        return dataclasses.replace(self, undo=lambda live: None, patience=45) if self.kills_sender else None


def _forget_journal(live: pathlib.Path) -> None:
    for suffix in ("-wal", "-shm"):
        (live / f"union/state/journal.sqlite{suffix}").unlink(missing_ok=True)


def _lose_spool(live: pathlib.Path) -> None:
    for path in [*(live / "union/state/spool/out").iterdir(), *(live / "union/shared/outbox").iterdir()]:
        path.unlink()


def _lose_objects(live: pathlib.Path) -> None:
    for path in (live / "hub/objects").glob("*/*"):
        path.unlink()


def _is_taken_unawares(live: pathlib.Path) -> bool:
    """Whether the hub has a document whose receipt its sender doesn't know yet."""
    with contextlib.suppress(sqlite3.Error), _database(live / "hub/ledger.sqlite") as ledger:
        taken = [row[0] for row in ledger.execute("SELECT id FROM document")]
        if taken:
            with _database(live / "union/state/journal.sqlite") as journal:
                known = {row[0] for row in journal.execute("SELECT document FROM outgoing WHERE receipt IS NOT NULL")}
            return not set(taken) <= known
    return False


def _rename_documents(live: pathlib.Path) -> None:
    spool = live / "union/state/spool/out"
    with _database(live / "union/state/journal.sqlite") as journal, journal:
        for (name,) in journal.execute("SELECT document FROM outgoing WHERE receipt IS NULL AND state = 'signed'").fetchall():
            other = name[:-4] + f"{int(name[-4:], 16) ^ 0xFFFF:04x}"
            journal.execute("UPDATE outgoing SET document = ?, upload = NULL WHERE document = ?", (other, name))
            for path in spool.glob(f"{name}*"):
                path.rename(path.with_name(path.name.replace(name, other)))


def _database(path: pathlib.Path):
    return contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=2))


PLANTS = {
    # The sender's commits since its start are gone: as if it acted first and wrote afterwards.
    "forgotten journal": Plant("sender:kill", "sender's journal", undo=_forget_journal),
    # Its private copies are gone, and what stands in the outbox with them: as if the original were removed first.
    "lost spool": Plant("sender:kill", "stands 0 times in sent/", undo=_lose_spool),
    # As if the hub gave receipts before it kept the bytes.
    "lost objects": Plant("hub:kill", "the hub keeps", undo=_lose_objects),
    # fsync and fdatasync of all files but SQLite's do nothing.
    "fsync skipped": Plant("sender:cut", "stood nowhere", shim="unsynced"),
    # The sender dies while the hub's answer is on its way, and tries again under another identifier.
    "new identifier on retry": Plant(
        "hub:count", "stands 2 times in the recipient's inbox", shim="late", undo=_rename_documents,
        kills_sender=_is_taken_unawares, patience=45),
    # Links in the outbox are opened like files.
    "links followed": Plant("sender:count", "holds what a link led to", shim="follow"),
    # A document is kept as long as was announced, though only half of it came.
    "Content-Length trusted by the hub": Plant("hub:count", "has other bytes", shim="length"),
    "Content-Length trusted by the recipient": Plant("recipient:count", "stands 0 times in the recipient's inbox", shim="length"),
}
