"""pyHanko's judgement, as JSON. Run by the judges' own Python: hanko.py ROOT.pem CERTIFICATE.pem FILE.pdf

Each signature by its field: intact, valid, trusted, how much it covers, what was changed after it, and whether it is ours.
Ends with an error where any object that can be reached cannot be read.
"""

import json
import logging
import sys

from asn1crypto import pem, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext


def certificate(path: str) -> x509.Certificate:
    with open(path, "rb") as file:
        return x509.Certificate.load(pem.unarmor(file.read())[2])


def main() -> None:
    logging.disable(logging.CRITICAL)
    root, ours = certificate(sys.argv[1]), certificate(sys.argv[2])
    with open(sys.argv[3], "rb") as file:
        reader = PdfFileReader(file, strict=True)
        walk(reader)
        print(json.dumps({s.field_name: judged(s, root, ours) for s in reader.embedded_signatures}))


def walk(reader: PdfFileReader) -> None:
    pending, seen = [reader.trailer.raw_get("/Root")], set()
    while pending:
        value = pending.pop()
        if isinstance(value, generic.IndirectObject):
            if value.reference in seen:
                continue
            seen.add(value.reference)
            try:
                value = value.get_object()
            except PdfReadError as error:
                # A reference to nothing is null (ISO 32000-1 §7.3.10).
                if "not found in the current context" in str(error):
                    continue
                raise
        if isinstance(value, dict):
            pending += [value.raw_get(key) for key in value]
        elif isinstance(value, list):
            pending += [value.raw_get(index) for index in range(len(value))]


def judged(signature, root, ours) -> dict[str, object]:
    try:
        context = ValidationContext(trust_roots=[root], revocation_mode="soft-fail")
        is_stamp = signature.sig_object.get("/Type") == "/DocTimeStamp"
        status = (validate_pdf_timestamp if is_stamp else validate_pdf_signature)(signature, context)
        return {
            "intact": bool(status.intact),
            "valid": bool(status.valid),
            "trusted": bool(status.trusted),
            "coverage": status.coverage.name,
            "changed": str(getattr(status.modification_level, "name", status.modification_level)),
            "allowed": bool(status.docmdp_ok),
            "ours": status.signing_cert.dump() == ours.dump(),
        }
    except Exception as error:  # noqa: BLE001  (any exception is the judgement)
        return {"error": f"{type(error).__name__}: {error}"[:300], "ours": False}


if __name__ == "__main__":
    main()
