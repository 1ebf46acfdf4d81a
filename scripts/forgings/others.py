"""What honest programs write: letters signed by congvan and by pyHanko, and each by the other again."""

import io
import pathlib
import subprocess
from collections.abc import Iterator

from .identity import Identity
from .papers import CATALOG, Case, letter
from .pdf import File, Ref
from .plain import rich


def cases(congvan: pathlib.Path, who: Identity, folder: pathlib.Path) -> Iterator[Case]:
    folder.mkdir()
    signers = {"congvan": lambda data, field: ours(congvan, who, folder, data), "pyHanko": lambda data, field: hanko(who, data, field)}
    for kind, objects, streams in (("a letter", letter(), False), ("a rich letter", rich(), True)):
        file = File(streams=streams)
        file.revise(objects, {"Root": Ref(CATALOG)})
        for first, sign_first in signers.items():
            for second, sign_second in signers.items():
                before = sign_first(bytes(file.data), "First")
                after = sign_second(before, "Second")
                yield Case("honest", f"{kind} signed by {first}, then by {second}", before, after, is_honest=True)


def ours(congvan: pathlib.Path, who: Identity, folder: pathlib.Path, data: bytes) -> bytes:
    source, target = folder / "in.pdf", folder / "out.pdf"
    source.write_bytes(data)
    target.unlink(missing_ok=True)
    command = [congvan, "sign", source, "-o", target, "--key", who.folder / "signer.key", "--certificate", who.folder / "signer.pem",
               "--no-sync"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return target.read_bytes()


def hanko(who: Identity, data: bytes, field: str) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import PdfSignatureMetadata, sign_pdf, signers
    from pyhanko.sign.fields import SigSeedSubFilter

    signer = signers.SimpleSigner.load(who.folder / "signer.key", who.folder / "leaf.pem", ca_chain_files=[who.trust])
    details = PdfSignatureMetadata(field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    return sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), details, signer).getvalue()
