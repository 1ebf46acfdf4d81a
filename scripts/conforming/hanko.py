"""pyHanko as judge and as signer, in one warm process. Run by the judges' own Python; reads one JSON job, prints JSON.

judge  {"roots": [...], "files": [{"path", "level", "folder"}]}   per file what pyHanko says of our signature; what other
                                                                judges need is written into `folder`
make   {"roots", "key", "certificate", "tsa", "files": [{"source", "target", "level"}]}   signs, with evidence fetched live
"""

import asyncio
import dataclasses
import json
import logging
import pathlib
import sys

from asn1crypto import cms, pem, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfStrictReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers, timestamps
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.ades import (
    _dss_to_local_knowledge,
    ades_basic_validation,
    ades_lta_validation,
    ades_with_time_validation,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.policy_decl import LocalKnowledge, PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, REQUIRE_REVINFO, CertRevTrustPolicy, FreshnessReqType
from pyhanko_certvalidator.registry import SimpleTrustManager

SIGNER = "Conformance Signer"


def certificates(paths: list[str]) -> list[x509.Certificate]:
    found = []
    for path in paths:
        data = pathlib.Path(path).read_bytes()
        found += [x509.Certificate.load(der) for _, _, der in pem.unarmor(data, multiple=True)]
    return found


def judge(job: dict) -> list[dict]:
    roots = certificates(job["roots"])
    results = []
    for file in job["files"]:
        try:
            try:
                results.append(judge_file(file, roots, strict=True))
            except PdfStrictReadError as error:
                # A reference to nothing is null (ISO 32000-1 §7.3.10); pyHanko's strict reader takes it for damage.
                if "not found in the current context" not in str(error):
                    raise
                results.append(judge_file(file, roots, strict=False))
        except Exception as error:  # noqa: BLE001  (any exception is the judgement)
            results.append({"error": f"{type(error).__name__}: {error}"[:300]})
    return results


def judge_file(file: dict, roots: list, strict: bool) -> dict:
    with open(file["path"], "rb") as opened:
        reader = PdfFileReader(opened, strict=strict)
        ours = [s for s in reader.embedded_regular_signatures if s.signer_cert.subject.native["common_name"] == SIGNER]
        stamps = reader.embedded_timestamp_signatures
        result: dict = {"ours": len(ours), "stamps": []}
        if len(ours) != 1:
            return result
        signature = ours[0]
        long_term = file["level"] in ("B-LT", "B-LTA")

        def context() -> ValidationContext:
            # The document's own evidence must speak for every certificate; none is fetched.
            if long_term:
                return store(reader).as_validation_context({"trust_roots": roots, "revocation_mode": "hard-fail"})
            return ValidationContext(trust_roots=roots, revocation_mode="soft-fail")

        status = validate_pdf_signature(signature, context(), ts_validation_context=context())
        result |= {
            "good": bool(status.bottom_line),
            "coverage": status.coverage.name,
            "changed": str(getattr(status.modification_level, "name", status.modification_level)),
        }
        for stamp in stamps:
            # The last one's authority is spoken for by the next revision, which is not there yet.
            verdict = validate_pdf_timestamp(stamp, ValidationContext(trust_roots=roots, revocation_mode="soft-fail"))
            result["stamps"].append({"good": bool(verdict.intact and verdict.valid and verdict.trusted),
                                     "coverage": verdict.coverage.name})  # fmt: skip
        revocation = CertRevTrustPolicy(
            REQUIRE_REVINFO if long_term else NO_REVOCATION, freshness=None,
            freshness_req_type=FreshnessReqType.MAX_DIFF_REVOCATION_VALIDATION)  # fmt: skip
        specification = PdfSignatureValidationSpec(
            signature_validation_spec=SignatureValidationSpec(
                cert_validation_policy=CertValidationPolicySpec(SimpleTrustManager.build(roots), revocation)),
            diff_policy=DEFAULT_DIFF_POLICY)  # fmt: skip
        result["ades"] = asyncio.run(ades(file, signature, specification, strict))
        extract(opened, reader, signature, stamps, pathlib.Path(file["folder"]), result)
        return result


def store(reader) -> DocumentSecurityStore:
    return DocumentSecurityStore.read_dss(reader)


async def ades(file: dict, signature, specification: PdfSignatureValidationSpec, strict: bool) -> str:
    """EN 319 102-1 as the level allows: basic signatures (§5.3), with time (§5.5), with evidence and for the archive (§5.6)."""
    plain = specification.signature_validation_spec
    if file["level"] == "B-LTA":
        with open(file["path"], "rb") as opened:
            fresh = PdfFileReader(opened, strict=strict).embedded_regular_signatures
            same = [s for s in fresh if s.field_name == signature.field_name]
            verdict = await ades_lta_validation(same[0], specification)
    elif file["level"] in ("B-T", "B-LT"):
        # Without a document time-stamp pyHanko's §5.6 does not look into /DSS: it is given the evidence.
        knowledge = _dss_to_local_knowledge(signature.reader) if file["level"] == "B-LT" else LocalKnowledge()
        plain = dataclasses.replace(plain, local_knowledge=knowledge)
        verdict = await ades_with_time_validation(signature.signed_data, plain, raw_digest=signature.compute_digest())
    else:
        verdict = await ades_basic_validation(signature.signed_data, plain, raw_digest=signature.compute_digest())
    if verdict.ades_subindic == AdESPassed.OK:
        return "passed"
    return f"{verdict.ades_subindic} {verdict.failure_msg or ''}"[:200]


def extract(opened, reader, signature, stamps, folder: pathlib.Path, result: dict) -> None:
    """What the openssl tool is shown: CMS and content, tokens and what they are over, the store's lists and responses."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cms.der").write_bytes(without_padding(signature))
    (folder / "content").write_bytes(covered(opened, signature))
    attributes = signature.signer_info["unsigned_attrs"]
    token = [a for a in attributes or () if a["type"].native == "signature_time_stamp_token"]
    result["tokens"] = []
    if token:
        (folder / "token-0").write_bytes(token[0]["values"][0].dump())
        (folder / "over-0").write_bytes(signature.signer_info["signature"].native)
        result["tokens"].append(0)
    for index, stamp in enumerate(stamps, 1):
        (folder / f"token-{index}").write_bytes(without_padding(stamp))
        (folder / f"over-{index}").write_bytes(covered(opened, stamp))
        result["tokens"].append(index)
    evidence = reader.root["/DSS"] if "/DSS" in reader.root else {}
    for key, name in (("/CRLs", "crl"), ("/OCSPs", "ocsp"), ("/Certs", "certificate")):
        items = evidence[key] if key in evidence else []
        result[name] = len(items)
        for index in range(len(items)):
            (folder / f"{name}-{index}").write_bytes(items[index].data)


def without_padding(signature) -> bytes:
    return cms.ContentInfo.load(signature.pkcs7_content).dump()


def covered(opened, signature) -> bytes:
    data = b""
    ranges = [int(number) for number in signature.byte_range]
    for start, length in zip(ranges[::2], ranges[1::2]):
        opened.seek(start)
        data += opened.read(length)
    return data


def make(job: dict) -> list[dict]:
    roots = certificates(job["roots"])
    signer = signers.SimpleSigner.load(job["key"], job["certificate"], ca_chain_files=job["roots"][:1])
    results = []
    for file in job["files"]:
        level = file["level"]
        long_term = level in ("B-LT", "B-LTA")
        try:
            context = ValidationContext(trust_roots=roots, allow_fetching=True, revocation_mode="hard-fail")
            meta = signers.PdfSignatureMetadata(
                field_name="Hanko", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES,
                embed_validation_info=long_term, use_pades_lta=level == "B-LTA",
                validation_context=context if long_term else None)  # fmt: skip
            stamper = None if level == "B-B" else timestamps.HTTPTimeStamper(job["tsa"])
            with open(file["source"], "rb") as source, open(file["target"], "wb") as target:
                signers.PdfSigner(meta, signer, timestamper=stamper).sign_pdf(IncrementalPdfFileWriter(source), output=target)
            results.append({})
        except Exception as error:  # noqa: BLE001
            causes = [f"{type(e).__name__}: {e}" for e in (error, error.__cause__) if e]
            results.append({"error": ", because ".join(causes)[:300]})
    return results


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    print(json.dumps({"judge": judge, "make": make}[sys.argv[1]](json.load(sys.stdin))))
