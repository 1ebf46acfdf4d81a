"""What each fixture is called, who made it, what it is for and what the program must do with it."""

import dataclasses
import pathlib
from collections.abc import Callable

ROOT = pathlib.Path(__file__).resolve().parent.parent
SIZE_LIMIT = 60_000  # bytes; fixtures are committed, so they stay small

SIGNED = "signed"


def refused(*codes: str) -> str:
    """Refused before signing, with one of these codes."""
    return "refused: " + " or ".join(codes)


def verdict(word: str) -> str:
    """What the verifier must say."""
    return "verified: " + word


@dataclasses.dataclass
class Fixture:
    path: str
    producer: str
    purpose: str
    expected: str
    make: Callable[[], bytes]
    repeatable: bool


FIXTURES: list[Fixture] = []


def fixture(path: str, producer: str, purpose: str, expected: str = SIGNED, repeatable: bool = True):
    """Registers a function that returns a fixture's bytes.

    `repeatable` is false where keys or random identifiers go into the file: such a file is made once and kept.
    """

    def register(make: Callable[[], bytes]) -> Callable[[], bytes]:
        FIXTURES.append(Fixture(path, producer, purpose, expected, make, repeatable))
        return make

    return register


def read(path: str) -> bytes:
    """An earlier fixture's bytes."""
    return (ROOT / path).read_bytes()
