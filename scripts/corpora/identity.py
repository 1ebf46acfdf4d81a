"""A throw-away root and signing key, made by openssl."""

import pathlib
import subprocess

CONFIGURATION = """
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
extendedKeyUsage = 1.3.6.1.5.5.7.3.36
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


class Identity:
    """Three PEM files in a folder."""

    def __init__(self, folder: pathlib.Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.root, self.key, self.certificate = folder / "root.pem", folder / "key.pem", folder / "certificate.pem"
        if self.certificate.exists():
            return
        configuration, root_key, request = folder / "openssl.cnf", folder / "root-key.pem", folder / "request.pem"
        configuration.write_text(CONFIGURATION)
        options = ["-config", configuration, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        _openssl("req", "-x509", *options, "-extensions", "root", "-subj", "/CN=Corpus Root", "-days", 3650,
                 "-keyout", root_key, "-out", self.root)  # fmt: skip
        _openssl("req", *options, "-subj", "/C=VN/O=Corpus/CN=Corpus Signer", "-keyout", self.key, "-out", request)
        _openssl("x509", "-req", "-in", request, "-CA", self.root, "-CAkey", root_key, "-CAcreateserial", "-days", 3650,
                 "-extfile", configuration, "-extensions", "leaf", "-out", self.certificate)  # fmt: skip
        self.key.chmod(0o600)


def _openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, stdin=subprocess.DEVNULL, capture_output=True)
