"""pyHanko as maker and renewer of long-term signatures, without a network.

longterm.py make LEVEL IN OUT FOLDER     signs at B-B, B-T, B-LT or B-LTA
longterm.py fix IN FOLDER                what `pyhanko sign ltvfix` does, in place
longterm.py update IN FOLDER             what `pyhanko sign ltaupdate` does, in place
longterm.py legacy DIGEST IN OUT FOLDER  signs with /SubFilter /adbe.pkcs7.detached (ISO 32000-1 12.8.3.3)
longterm.py stamp DIGEST IN OUT FOLDER   adds a document time-stamp over that digest
longterm.py certify IN OUT FOLDER        certifies against any change (DocMDP, P 1), at B-LTA

FOLDER holds root.pem, unit.pem, unit.key, clock.pem, clock.key and root.crl (DER).
"""

import sys

from asn1crypto import crl
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers, timestamps
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.validation import add_validation_info
from pyhanko_certvalidator import ValidationContext


def main():
    action, *rest = sys.argv[1:]
    folder = rest[-1]
    root = load_cert_from_pemder(f"{folder}/root.pem")

    def context(**more):
        with open(f"{folder}/root.crl", "rb") as file:
            lists = [crl.CertificateList.load(file.read())]
        return ValidationContext(
            trust_roots=[root], crls=lists, allow_fetching=False, revocation_mode="hard-fail", **more)

    def stamper():
        return timestamps.DummyTimeStamper(
            load_cert_from_pemder(f"{folder}/clock.pem"),
            load_private_key_from_pemder(f"{folder}/clock.key", passphrase=None))

    if action == "make":
        level, source, target = rest[:3]
        signer = signers.SimpleSigner.load(
            f"{folder}/unit.key", f"{folder}/unit.pem", ca_chain_files=[f"{folder}/root.pem"])
        long = level in ("B-LT", "B-LTA")
        meta = signers.PdfSignatureMetadata(
            field_name="Hanko", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES,
            embed_validation_info=long, use_pades_lta=level == "B-LTA",
            validation_context=context() if long else None)
        with open(source, "rb") as file, open(target, "wb") as out:
            signers.PdfSigner(meta, signer, timestamper=None if level == "B-B" else stamper()).sign_pdf(
                IncrementalPdfFileWriter(file), output=out)
    elif action in ("legacy", "certify"):
        digest, source, target = rest[:3] if action == "legacy" else ["sha256", *rest[:2]]
        signer = signers.SimpleSigner.load(
            f"{folder}/unit.key", f"{folder}/unit.pem", ca_chain_files=[f"{folder}/root.pem"])
        if action == "legacy":
            meta = signers.PdfSignatureMetadata(
                field_name="Old", md_algorithm=digest, subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED)
        else:
            meta = signers.PdfSignatureMetadata(
                field_name="Certified", md_algorithm=digest, subfilter=SigSeedSubFilter.PADES, certify=True,
                docmdp_permissions=MDPPerm.NO_CHANGES, embed_validation_info=True, use_pades_lta=True,
                validation_context=context())
        with open(source, "rb") as file, open(target, "wb") as out:
            signers.PdfSigner(meta, signer, timestamper=stamper() if action == "certify" else None).sign_pdf(
                IncrementalPdfFileWriter(file), output=out)
    elif action == "stamp":
        with open(rest[1], "rb") as file, open(rest[2], "wb") as out:
            signers.PdfTimeStamper(stamper()).timestamp_pdf(IncrementalPdfFileWriter(file), rest[0], output=out)
    elif action == "fix":
        with open(rest[0], "rb+") as file:
            add_validation_info(PdfFileReader(file).embedded_regular_signatures[0], context(), in_place=True)
    elif action == "update":
        with open(rest[0], "rb+") as file:
            signers.PdfTimeStamper(stamper()).update_archival_timestamp_chain(
                PdfFileReader(file), context(), in_place=True)
    else:
        sys.exit(__doc__)


main()
