"""An attacker whom everybody trusts: a signer and a time-stamp authority under one root, made for the run. What one of the
province's own signers can do to a letter that another one signed is what the verifier must see."""

import datetime
import hashlib
import os
import pathlib

from asn1crypto import algos, cms, core, pem, tsp, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .pdf import File, Name, Raw, write

ROOM = 4096
"""Bytes that a signature may have."""


class Identity:
    """Keys and certificates in memory; the root as a file for the verifier."""

    def __init__(self, folder: pathlib.Path):
        folder.mkdir(parents=True, exist_ok=True)
        root_key = ec.generate_private_key(ec.SECP256R1())
        root = _certificate("Forging Root", root_key, None, root_key, "authority")
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.leaf = _certificate("Forger", self.key, root, root_key, "signer")
        self.clock_key = ec.generate_private_key(ec.SECP256R1())
        self.clock = _certificate("Forger's clock", self.clock_key, root, root_key, "clock")
        self.trust = folder / "trust.pem"
        self.trust.write_bytes(_pem(root))
        (folder / "leaf.pem").write_bytes(_pem(self.leaf))
        (folder / "signer.pem").write_bytes(_pem(self.leaf) + _pem(root))
        (folder / "signer.key").write_bytes(self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))  # fmt: skip
        (folder / "signer.key").chmod(0o600)
        self.folder, self._root = folder, _load(root)

    def sign(self, data: bytes) -> bytes:
        """PAdES B-B over the bytes."""
        return _signed(self.leaf, self.key, [self._root], "data", None, hashlib.sha256(data).digest())

    def stamp(self, data: bytes) -> bytes:
        """A time-stamp token over the bytes, of now."""
        info = tsp.TSTInfo({
            "version": "v1",
            "policy": "1.3.6.1.4.1.99999.1",
            "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(data).digest()},
            "serial_number": int.from_bytes(os.urandom(8), "big"),
            "gen_time": datetime.datetime.now(datetime.UTC).replace(microsecond=0),
        }).dump()  # fmt: skip
        return _signed(self.clock, self.clock_key, [self._root], "tst_info", info, hashlib.sha256(info).digest())


def placeholder(stamp: bool = False) -> dict:
    """A signature dictionary whose /ByteRange and /Contents are put in by ``close``."""
    keys = {
        "Type": Name("DocTimeStamp" if stamp else "Sig"),
        "Filter": Name("Adobe.PPKLite"),
        "SubFilter": Name("ETSI.RFC3161" if stamp else "ETSI.CAdES.detached"),
        "ByteRange": Raw(b"[0 0000000000 0000000000 0000000000]"),
        "Contents": Raw(b"<" + b"0" * 2 * ROOM + b">"),
    }
    return keys if stamp else keys | {"M": datetime.datetime.now(datetime.UTC).strftime("D:%Y%m%d%H%M%SZ")}


def close(file: File, start: int, who: Identity, stamp: bool = False) -> None:
    """Signs the whole file; the signature dictionary stands at or after `start`."""
    hole = write(placeholder()["Contents"])
    begin = file.data.index(hole, start)
    end = begin + len(hole)
    ranges = b"[0 %010d %010d %010d]" % (begin, end, len(file.data) - end)
    at = file.data.index(b"[0 0000000000", start)
    file.data[at : at + len(ranges)] = ranges
    covered = bytes(file.data[:begin] + file.data[end:])
    contents = (who.stamp if stamp else who.sign)(covered)
    file.data[begin + 1 : begin + 1 + 2 * len(contents)] = contents.hex().encode()


def _signed(leaf, key, chain: list, kind: str, content: bytes | None, digest: bytes) -> bytes:
    own = _load(leaf)
    named = {"hash_algorithm": {"algorithm": "sha256"}, "cert_hash": hashlib.sha256(own.dump()).digest()}
    attributes = cms.CMSAttributes([
        cms.CMSAttribute({"type": "content_type", "values": [kind]}),
        cms.CMSAttribute({"type": "message_digest", "values": [digest]}),
        cms.CMSAttribute({"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [{"cert_hash": named["cert_hash"]}]})]}),
    ])  # fmt: skip
    info = cms.SignerInfo({
        "version": "v1",
        "sid": cms.SignerIdentifier("issuer_and_serial_number", {"issuer": own.issuer, "serial_number": own.serial_number}),
        "digest_algorithm": {"algorithm": "sha256"},
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        "signed_attrs": attributes,
        "signature": key.sign(attributes.untag().dump(force=True), ec.ECDSA(hashes.SHA256())),
    })  # fmt: skip
    inner = {"content_type": kind} | ({"content": core.ParsableOctetString(content)} if content else {})
    data = cms.SignedData({
        "version": "v3" if content else "v1",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": inner,
        "certificates": [cms.CertificateChoices("certificate", one) for one in [own, *chain]],
        "signer_infos": [info],
    })  # fmt: skip
    return cms.ContentInfo({"content_type": "signed_data", "content": data}).dump()


def _load(certificate) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _pem(certificate) -> bytes:
    return pem.armor("CERTIFICATE", certificate.public_bytes(serialization.Encoding.DER))


def _certificate(name: str, key, issuer, issuer_key, role: str):
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=30)
    subject = certificates.Name([certificates.NameAttribute(NameOID.COMMON_NAME, name)])
    is_authority = role == "authority"
    builder = (
        certificates.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(certificates.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=3650))
        .add_extension(certificates.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), True)
        .add_extension(
            certificates.KeyUsage(not is_authority, not is_authority, False, False, False, is_authority, is_authority, False, False),
            True,
        )
        .add_extension(certificates.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(certificates.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False)
    )  # fmt: skip
    if role == "clock":
        builder = builder.add_extension(certificates.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
    return builder.sign(issuer_key, hashes.SHA256())
