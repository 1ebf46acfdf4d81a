"""pyHanko signing in one warm process: hanko_signing.py KEY CERTIFICATE FOLDER SECONDS < JSON list of files

Prints documents per second. The key is loaded once and the first document doesn't count.
"""

import json
import logging
import pathlib
import sys
import time

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter


def main() -> None:
    logging.disable(logging.CRITICAL)
    key, certificate, folder, seconds = sys.argv[1:]
    files = [pathlib.Path(name) for name in json.load(sys.stdin)]
    signer = signers.SimpleSigner.load(key, certificate)
    meta = signers.PdfSignatureMetadata(field_name="Bench", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    pdf_signer = signers.PdfSigner(meta, signer)

    def sign(number: int) -> None:
        file = files[number % len(files)]
        with file.open("rb") as source, (pathlib.Path(folder) / f"{number}.pdf").open("wb") as target:
            pdf_signer.sign_pdf(IncrementalPdfFileWriter(source), output=target)

    sign(0)
    start, count = time.monotonic(), 0
    while time.monotonic() - start < float(seconds):
        count += 1
        sign(count)
    print(count / (time.monotonic() - start))


if __name__ == "__main__":
    main()
