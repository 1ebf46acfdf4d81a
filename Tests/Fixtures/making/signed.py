"""Files with signature fields and signatures of another program, pyHanko.

The key is made for the run and thrown away; its root certificate is kept as pdf/signed-root.pem, or pdf/certified-root.pem
for the certified ones, so that the files of one root are made only together (make.py --again).
"""

import datetime
import io

from .handwritten import document, one_page
from .registry import ROOT, fixture, read, refused

PYHANKO = "pyHanko"
_signers: dict[str, object] = {}


def _certificate(name: str, key, issuer, issuer_key, authority: bool):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID

    subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"), x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=36500))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not authority,
                content_commitment=not authority,
                key_cert_sign=authority,
                crl_sign=authority,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    return builder.sign(issuer_key, hashes.SHA256())


def signer(algorithm: str, family: str = "signed"):
    """A signer under a root made for this run."""
    wanted, rooted = f"{family}-{algorithm}", f"{family}-root"
    if wanted in _signers:
        return _signers[wanted]
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    if rooted not in _signers:
        root_key = ec.generate_private_key(ec.SECP256R1())
        root = _certificate("Fixtures Root", root_key, None, root_key, True)
        _signers[rooted] = (root, root_key)
        (ROOT / f"pdf/{rooted}.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    root, root_key = _signers[rooted]
    key = ec.generate_private_key(ec.SECP256R1()) if algorithm == "p256" else rsa.generate_private_key(65537, 2048)
    leaf = _certificate("Trần Trung Hòa", key, root, root_key, False)
    store = SimpleCertificateStore()
    store.register(x509.Certificate.load(root.public_bytes(serialization.Encoding.DER)))
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _signers[wanted] = SimpleSigner(
        signing_cert=x509.Certificate.load(leaf.public_bytes(serialization.Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(der),
        cert_registry=store,
    )
    return _signers[wanted]


def sign(
    source: bytes, algorithm: str = "p256", field: str = "Signature1", family: str = "signed", **metadata
) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import PdfSignatureMetadata, sign_pdf
    from pyhanko.sign.fields import SigSeedSubFilter

    writer = IncrementalPdfFileWriter(io.BytesIO(source))
    new_field = metadata.pop("new_field", None)
    details = PdfSignatureMetadata(
        field_name=field, name="Trần Trung Hòa", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256", **metadata
    )
    return sign_pdf(writer, details, signer(algorithm, family), new_field_spec=new_field).getvalue()


def add_field(source: bytes, **specification) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    writer = IncrementalPdfFileWriter(io.BytesIO(source))
    append_signature_field(writer, SigFieldSpec("Signature1", **specification))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@fixture("pdf/empty-field-1.4.pdf", PYHANKO, "an empty visible signature field to be filled", repeatable=False)
def empty_field() -> bytes:
    return add_field(document(one_page("78/LDLD")), on_page=0, box=(300, 80, 500, 180))


@fixture("pdf/empty-field-streams-2.0.pdf", PYHANKO, "the same in a file of object streams", repeatable=False)
def empty_field_streams() -> bytes:
    return add_field(read("pdf/object-stream-2.0.pdf"), on_page=0, box=(300, 80, 500, 180))


@fixture(
    "pdf/signed-once-1.4.pdf",
    PYHANKO,
    "already signed once (P-256): the first signature must stay good",
    repeatable=False,
)
def signed_once() -> bytes:
    return sign(document(one_page("78/LDLD")))


@fixture(
    "pdf/signed-once-rsa-1.7.pdf",
    PYHANKO,
    "already signed once (RSA-2048), linearised with object streams",
    repeatable=False,
)
def signed_once_rsa() -> bytes:
    return sign(read("pdf/linearised-streams-1.7.pdf"), "rsa")


@fixture("pdf/signed-twice-1.4.pdf", PYHANKO, "already signed by two", repeatable=False)
def signed_twice() -> bytes:
    return sign(read("pdf/signed-once-1.4.pdf"), field="Signature2")


@fixture(
    "hostile/certified-no-changes.pdf",
    PYHANKO,
    "certified with DocMDP 1: nothing may be added",
    refused("certified"),
    repeatable=False,
)
def certified() -> bytes:
    from pyhanko.sign.fields import MDPPerm

    return sign(document(one_page("certified"), "1.7"), certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)


@fixture(
    "hostile/locked-by-signature.pdf",
    PYHANKO,
    "signed with FieldMDP over all fields",
    refused("locked"),
    repeatable=False,
)
def locked() -> bytes:
    from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, SigFieldSpec

    specification = SigFieldSpec("Signature1", on_page=0, field_mdp_spec=FieldMDPSpec(FieldMDPAction.ALL))
    return sign(document(one_page("locked"), "1.7"), new_field=specification)


# Certifications and locks that leave room for another signature


def certified_with_field(level: str) -> bytes:
    from pyhanko.sign.fields import MDPPerm

    empty = b"<< /FT /Sig /T (Con dau) /Type /Annot /Subtype /Widget /Rect [300 80 500 180] /P 3 0 R /F 132 >>"
    objects = one_page(f"certified, {level}", catalog=b"/AcroForm << /Fields [6 0 R] >>", page=b"/Annots [6 0 R]")
    source = document(objects | {6: empty}, "1.7")
    return sign(source, family="certified", certify=True, docmdp_permissions=MDPPerm[level])


@fixture(
    "pdf/certified-form-filling-1.7.pdf",
    PYHANKO,
    "certified with DocMDP 2, with an empty signature field: that field is filled, none is added",
    repeatable=False,
)
def certified_2() -> bytes:
    return certified_with_field("FILL_FORMS")


@fixture(
    "pdf/certified-annotating-1.7.pdf", PYHANKO, "the same with DocMDP 3, which also allows notes", repeatable=False
)
def certified_3() -> bytes:
    return certified_with_field("ANNOTATE")


@fixture(
    "hostile/certified-without-field.pdf",
    PYHANKO,
    "certified with DocMDP 2 and without an empty signature field: a new one would break it",
    refused("certified"),
    repeatable=False,
)
def certified_without_field() -> bytes:
    from pyhanko.sign.fields import MDPPerm

    source = document(one_page("certified"), "1.7")
    return sign(source, family="certified", certify=True, docmdp_permissions=MDPPerm.FILL_FORMS)


@fixture(
    "pdf/locked-but-one-1.7.pdf",
    PYHANKO,
    "signed with FieldMDP over all fields but the empty signature field",
    repeatable=False,
)
def locked_but_one() -> bytes:
    from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, SigFieldSpec

    empty = b"<< /FT /Sig /T (Con dau) /Type /Annot /Subtype /Widget /Rect [300 80 500 180] /P 3 0 R /F 132 >>"
    objects = one_page("locked", catalog=b"/AcroForm << /Fields [6 0 R] >>", page=b"/Annots [6 0 R]")
    specification = SigFieldSpec(
        "Signature1", on_page=0, field_mdp_spec=FieldMDPSpec(FieldMDPAction.EXCLUDE, fields=["Con dau"])
    )
    return sign(document(objects | {6: empty}, "1.7"), family="certified", new_field=specification)
