"""What others say of a file before and after it was signed."""

import json
import pathlib
import re

from .identity import Identity
from .limited import judge

HERE = pathlib.Path(__file__).resolve().parent


class Judges:
    def __init__(self, congvan: pathlib.Path, python: pathlib.Path, identity: Identity):
        self._congvan, self._python, self._identity = congvan, python, identity

    def faults(self, original: pathlib.Path, signed: pathlib.Path) -> list[str]:
        """Every complaint about the signed file that the original does not earn by itself."""
        found = []
        if original.read_bytes() != signed.read_bytes()[: original.stat().st_size]:
            found.append("the original's bytes were changed")
        before, after = warnings(original), warnings(signed)
        found += [f"qpdf: {line}" for line in sorted(after - before)]
        found += self._poppler(signed)
        found += self._hanko(original, signed)
        found += self._own(original, signed)
        return found

    def _poppler(self, signed: pathlib.Path) -> list[str]:
        result = judge(["pdfsig", "-nocert", signed])
        whole = [part for part in result.output.split("Signature #")[1:] if "\n  - Total document signed" in part]
        if len(whole) != 1:
            return [f"pdfsig: {len(whole)} signatures over the total document"]
        return [] if "Signature is Valid" in whole[0] else ["pdfsig: " + _line(whole[0], "Signature Validation")]

    def _hanko(self, original: pathlib.Path, signed: pathlib.Path) -> list[str]:
        before, after = self.hanko(original), self.hanko(signed)
        if "" in after:
            return [f"pyHanko: {after['']['error']}"]
        found = []
        ours = [s for s in after.values() if s["ours"]]
        if len(ours) != 1:
            errors = [f"{name}: {s['error']}" for name, s in after.items() if "error" in s and name not in before]
            return [f"pyHanko: our signature is not found {'; '.join(errors)}"]
        for key, wanted in (("intact", True), ("valid", True), ("trusted", True), ("coverage", "ENTIRE_FILE")):
            if ours[0][key] != wanted:
                found.append(f"pyHanko: ours is {key}: {ours[0][key]}")
        if ours[0]["allowed"] is False:
            found.append("pyHanko: ours is against the document's certification")
        for name, old in before.items():
            new = after.get(name, {"error": "gone"})
            for key in ("error", "intact", "valid"):
                if old.get(key) != new.get(key):
                    found.append(f"pyHanko: earlier signature {name}: {key} was {old.get(key)}, is {new.get(key)}")
            if old.get("allowed") and not new.get("allowed"):
                found.append(f"pyHanko: earlier signature {name} does not allow ours ({new.get('changed')})")
        return found

    def hanko(self, path: pathlib.Path) -> dict[str, dict]:
        """By field; the empty name holds the error of a file that pyHanko does not read."""
        result = judge([self._python, HERE / "hanko.py", self._identity.root, self._identity.certificate, path])
        try:
            return json.loads(result.output)
        except ValueError:
            last = (result.errors.strip().splitlines() or [result.died or "no answer"])[-1]
            return {"": {"error": last[:300], "ours": False}}

    def _own(self, original: pathlib.Path, signed: pathlib.Path) -> list[str]:
        before, after = self._verdict(original), self._verdict(signed)
        if after is None or before is None:
            return ["congvan verify: no report"]
        ours = [s for s in after["signatures"] if s["coversWholeFile"]]
        if len(ours) != 1:
            return [f"congvan verify: {len(ours)} signatures cover the whole file"]
        found = [f"congvan verify: ours: {f['code']}: {f['detail']}" for f in ours[0]["findings"] if f["isError"]]
        known = {(f["code"], f["detail"]) for f in before["reasons"]}
        inner = {(f["code"], f["detail"]) for s in after["signatures"] for f in s["findings"]}
        for fault in after["reasons"]:
            key = (fault["code"], fault["detail"])
            if fault["isError"] and key not in known and key not in inner and before["signatures"]:
                found.append(f"congvan verify: {fault['code']}: {fault['detail']}")
        if not before["signatures"] and after["verdict"] not in ("valid", "valid-with-warnings", "validWithWarnings"):
            found.append(f"congvan verify: {after['verdict']}: {[f['code'] for f in after['reasons']]}")
        return found

    def _verdict(self, path: pathlib.Path) -> dict | None:
        result = judge([self._congvan, "verify", "--trust", self._identity.root, "--json", path])
        try:
            return json.loads(result.output)[0]["report"]
        except (ValueError, LookupError):
            return None


def warnings(path: pathlib.Path) -> set[str]:
    """qpdf's complaints, without names and places, which differ between two files."""
    result = judge(["qpdf", "--check", path])
    lines = set()
    for line in (result.output + result.errors).splitlines():
        if "WARNING" in line or line.startswith("qpdf:") or "ERROR" in line:
            text = line.replace(str(path), "FILE")
            if "operation succeeded with warnings" not in text:
                lines.add(re.sub(r"\d+", "N", text))
    if result.status not in (0, 2, 3):
        lines.add(result.died or f"ended with {result.status}")
    return lines


def _line(text: str, start: str) -> str:
    return next((line.strip(" -") for line in text.splitlines() if start in line), "no verdict")
