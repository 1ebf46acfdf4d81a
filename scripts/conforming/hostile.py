"""Hostile files before our signer and verifier, each with the verdict it must get."""

import json
import pathlib
import re

from corpora.limited import judge, run

from . import attacks
from .report import Row


class Hostile:
    def __init__(self, owner, fixtures: pathlib.Path):
        self._owner, self._fixtures = owner, fixtures
        self._folder = owner.folder / "hostile"
        self._folder.mkdir()
        self._count = 0

    def rows(self) -> tuple[list[Row], list[str]]:
        rows = [*self._kept(), *self._made()]
        return rows, [f"hostile: {row.name}: must be {row.wanted}, is {row.found}" for row in rows if not row.good]

    def _kept(self) -> list[Row]:
        """The fixtures: refused by the signer with a code, or, signed before, judged invalid."""
        rows = []
        for entry in json.loads((self._fixtures / "expected.json").read_text()):
            expected, path = entry["expected"], self._fixtures / entry["file"]
            if not entry["file"].startswith("hostile/"):
                continue
            name = pathlib.Path(entry["file"]).stem.replace("-", " ")
            if expected.get("verified"):
                rows.append(self._judged(name, path.read_bytes(), ()))
                continue
            wanted = expected["refused"] if isinstance(expected["refused"], list) else [expected["refused"]]
            codes = [re.sub(r"(?<=[a-z])([A-Z]+)", lambda m: "-" + m.group(1).lower(), code) for code in wanted]
            result = run([self._owner.congvan, "sign", path, "-o", self._folder / "none.pdf", "--language", "en",
                          *self._owner.authority.key("P-256")])  # fmt: skip
            code = re.search(r"\[([a-z-]+): ", result.errors)
            found = code.group(1) if code and result.status == 1 else result.died or f"exit {result.status}"
            rows.append(Row(name, "not signed: " + " or ".join(codes), found, found in codes, {}))
        return rows

    def _made(self) -> list[Row]:
        original = (self._fixtures / "pdf/table-1.4.pdf").read_bytes()
        found = attacks.all_of(self._sign(original), self._sign, original)
        certified = (self._fixtures / "pdf/certified-annotating-1.7.pdf").read_bytes()
        found += attacks.certified(self._sign(certified))
        return [self._judged(attack.name, attack.data, attack.codes) for attack in found]

    def _sign(self, data: bytes) -> bytes:
        self._count += 1
        source, target = self._folder / f"{self._count}.pdf", self._folder / "signed"
        source.write_bytes(data)
        refused = self._owner.sign([source], target, "B-B", "P-256")
        if refused:
            raise RuntimeError(f"the forger's file was not signed: {refused}")
        return (target / source.name).read_bytes()

    def _judged(self, name: str, data: bytes, codes: tuple[str, ...]) -> Row:
        path = self._folder / "attack.pdf"
        path.write_bytes(data)
        result = run([self._owner.congvan, "verify", "--json", "--trust", self._owner.trust, path])
        wanted = "invalid" + (f": {' or '.join(codes)}" if codes else "")
        others = {} if self._owner.quick else {"pdfsig": self._poppler(path), "pyHanko": self._hanko(path)}
        try:
            report = json.loads(result.output)[0]["report"]
        except (ValueError, LookupError):
            return Row(name, wanted, result.died or f"exit {result.status}", False, others)
        reasons = list(dict.fromkeys(f["code"] for f in report["reasons"] if f["isError"]))
        good = report["verdict"] == "invalid" and result.status == 1 and (not codes or bool(set(codes) & set(reasons)))
        return Row(name, wanted, f"{report['verdict']}: {', '.join(reasons)}", good, others)

    def _poppler(self, path: pathlib.Path) -> str:
        result = judge(["pdfsig", "-nocert", path])
        if result.died or "Signature #" not in result.output:
            return "no verdict"
        parts = result.output.split("Signature #")[1:]
        return "good" if all("Signature is Valid" in part for part in parts) else "not good"

    def _hanko(self, path: pathlib.Path) -> str:
        result = judge([self._owner.python, "-m", "pyhanko", "sign", "validate", "--trust", self._owner.trust, "--trust-replace",
                        "--no-revocation-check", path])  # fmt: skip
        if result.status == 0:
            return "good"
        return "not good" if "INVALID" in result.output else "no verdict"
