"""Who judges our signatures, and what each must say of one."""

import json
import pathlib
import subprocess

from corpora.judges import warnings
from corpora.limited import judge

from .authority import SIGNER, Authority

HERE = pathlib.Path(__file__).resolve().parent
COLUMNS = ("qpdf", "pdfsig", "pyHanko", "pyHanko AdES", "openssl cms", "openssl ts", "openssl crl, ocsp", "congvan")


def versions(congvan: pathlib.Path, python: pathlib.Path) -> list[str]:
    def first(command: list[object], line: int = 0) -> str:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        return (done.stdout + done.stderr).splitlines()[line].strip()

    code = "import importlib.metadata as m; print('pyHanko', m.version('pyHanko'), '/ certvalidator', m.version('pyhanko-certvalidator'))"
    return [first([python, "-c", code]), "poppler " + first(["pdfsig", "-v"]), first(["qpdf", "--version"]), first(["openssl", "version"])]


def hanko(python: pathlib.Path, action: str, job: dict) -> list[dict]:
    done = subprocess.run([python, HERE / "hanko.py", action], input=json.dumps(job, default=str), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"pyHanko: {done.stderr[-500:]}")
    return json.loads(done.stdout)


class Judges:
    """Their verdicts by column: empty for good, else what is wrong. A column that has nothing to judge is absent."""

    def __init__(self, congvan: pathlib.Path, python: pathlib.Path, authority: Authority, trust: pathlib.Path):
        self._congvan, self._python, self._authority, self._trust = congvan, python, authority, trust

    def verdicts(self, files: list[dict]) -> list[dict[str, str]]:
        """`files` as `hanko.py judge` takes them, with the original beside."""
        answers = hanko(self._python, "judge", {"roots": [self._trust], "files": files})
        reports = self.reports([file["path"] for file in files])
        return [self._all(file, answer, reports[str(file["path"])]) for file, answer in zip(files, answers, strict=True)]

    def reports(self, paths: list[pathlib.Path]) -> dict[str, dict]:
        reports = {}
        for start in range(0, len(paths), 200):
            part = paths[start : start + 200]
            result = judge([self._congvan, "verify", "--json", "--trust", self._trust, *part])
            reports |= {entry["file"]: entry["report"] for entry in json.loads(result.output)}
        return reports

    def _all(self, file: dict, answer: dict, report: dict) -> dict[str, str]:
        verdict = {
            "qpdf": "; ".join(sorted(warnings(file["path"]) - warnings(file["original"]))),
            "pdfsig": self._poppler(file),
            "congvan": _own(file, report),
        }
        if "error" in answer or answer["ours"] != 1:
            return verdict | {"pyHanko": answer.get("error", f"{answer.get('ours')} signatures of ours")}
        verdict["pyHanko"] = _hanko(file, answer)
        verdict["pyHanko AdES"] = "" if answer["ades"] == "passed" else answer["ades"]
        folder = pathlib.Path(file["folder"])
        verdict["openssl cms"] = self._openssl(
            "CAdES Verification successful", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", folder / "cms.der",
            "-content", folder / "content", "-CAfile", self._authority.trust, "-purpose", "any", "-out", "/dev/null")  # fmt: skip
        stamped = {"B-B": 0, "B-T": 1, "B-LT": 1, "B-LTA": 2}[file["level"]]
        if stamped:
            # An archived file that was renewed has more of them.
            faults = [] if len(answer["tokens"]) >= stamped else [f"{len(answer['tokens'])} tokens"]
            for number in answer["tokens"]:
                faults.append(self._openssl("Verification: OK", "ts", "-verify", "-token_in", "-in", folder / f"token-{number}",
                                            "-data", folder / f"over-{number}", "-CAfile", self._authority.trust))  # fmt: skip
            verdict["openssl ts"] = "; ".join(fault for fault in faults if fault)
        if file["level"] in ("B-LT", "B-LTA"):
            verdict["openssl crl, ocsp"] = self._evidence(folder, answer, file["key"])
        return verdict

    def _poppler(self, file: dict) -> str:
        result = judge(["pdfsig", "-nocert", file["path"]])
        ours = [part for part in result.output.split("Signature #")[1:] if f"Certificate Common Name: {SIGNER}\n" in part]
        if len(ours) != 1:
            return f"{len(ours)} signatures of ours"
        if "Signature is Valid" not in ours[0]:
            return next((line.strip(" -") for line in ours[0].splitlines() if "Signature Validation" in line), "no verdict")
        whole = "\n  - Total document signed" in ours[0]
        return "" if whole == (file["level"] in ("B-B", "B-T")) else f"total document signed: {whole}"

    def _evidence(self, folder: pathlib.Path, answer: dict, key: str) -> str:
        """The list speaks for the clock, the responder for the signer; both are in the document."""
        authority = self._authority
        if not answer["crl"] or not answer["ocsp"]:
            return f"{answer['crl']} lists, {answer['ocsp']} responses"
        faults = [self._openssl("verify OK", "crl", "-inform", "DER", "-in", folder / "crl-0", "-CAfile", authority.clock_root,
                                "-noout"),
                  self._openssl("", "crl", "-inform", "DER", "-in", folder / "crl-0", "-out", folder / "crl.pem"),
                  self._openssl(": OK", "verify", "-crl_check", "-CAfile", authority.clock_root, "-CRLfile", folder / "crl.pem",
                                "-purpose", "any", authority.folder / "clock.pem"),
                  self._openssl(": good", "ocsp", "-respin", folder / "ocsp-0", "-issuer", authority.root, "-cert",
                                authority.folder / f"signer-{key.split()[-1]}.pem", "-CAfile", authority.root, "-no_nonce")]  # fmt: skip
        return "; ".join(fault for fault in faults if fault)

    def _openssl(self, wanted: str, *arguments: object) -> str:
        result = judge(["openssl", *arguments])
        if result.status == 0 and wanted in result.output + result.errors:
            return ""
        return f"openssl {arguments[0]}: {(result.errors.strip().splitlines() or ['no word'])[0][:150]}"


def _hanko(file: dict, answer: dict) -> str:
    if not answer["good"]:
        return "not valid"
    alone = file["level"] in ("B-B", "B-T")
    if answer["coverage"] != ("ENTIRE_FILE" if alone else "ENTIRE_REVISION"):
        return f"coverage {answer['coverage']}"
    if answer["changed"] != ("NONE" if alone else "LTA_UPDATES"):
        return f"changed: {answer['changed']}"
    if file["level"] == "B-LTA" and not answer["stamps"]:
        return "no document time-stamp"
    return "" if all(stamp["good"] for stamp in answer["stamps"]) else "a document time-stamp is not good"


def _own(file: dict, report: dict) -> str:
    ours = [s for s in report["signatures"] if s.get("signer") == SIGNER and s["level"] != "doc-time-stamp"]
    if len(ours) != 1:
        return f"{len(ours)} signatures of ours"
    if report["verdict"] not in ("valid", "valid-with-warnings", "validWithWarnings"):
        return f"{report['verdict']}: {[f['code'] for f in report['reasons'] if f['isError']]}"
    return "" if ours[0]["level"] == file["level"] else f"level {ours[0]['level']}"
