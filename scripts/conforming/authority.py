"""A throw-away authority, made by openssl: signers of four kinds of key, a live time-stamp authority, OCSP responder and
revocation list on loopback."""

import datetime
import http.server
import pathlib
import socket
import subprocess
import threading
import urllib.request

KEYS = {
    "RSA-2048": ("rsa:2048", []),
    "RSA-3072": ("rsa:3072", []),
    "P-256": ("ec", ["-pkeyopt", "ec_paramgen_curve:P-256"]),
    "P-384": ("ec", ["-pkeyopt", "ec_paramgen_curve:P-384"]),
}
SIGNER = "Conformance Signer"
PIN = "73519264"
MODULE = "/usr/lib/softhsm/libsofthsm2.so"

CONFIGURATION = """
[req]
distinguished_name = name
string_mask = utf8only
[name]
[root]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
extendedKeyUsage = 1.3.6.1.5.5.7.3.36
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
authorityInfoAccess = OCSP;URI:http://127.0.0.1:{http}/ocsp
[clock]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://127.0.0.1:{http}/clock.crl
[responder]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = ignored
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ca]
default_ca = house
[house]
database = {folder}/index.txt
crlnumber = {folder}/crlnumber
default_md = sha256
default_crl_days = 7
[tsa]
default_tsa = clock_service
[clock_service]
serial = {folder}/tsa-serial
signer_cert = {folder}/clock.pem
signer_key = {folder}/clock.key
certs = {folder}/clock-root.pem
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class Authority:
    """PEM files in a folder, and services while it is entered."""

    def __init__(self, folder: pathlib.Path):
        folder.mkdir(parents=True)
        self.folder = folder
        self._ports = {"ocsp": _free_port(), "http": _free_port()}
        self.tsa = f"http://127.0.0.1:{self._ports['http']}/tsa"
        # Signers are asked about by OCSP, the clock by its own authority's list: a list answers for all of its issuer's.
        self.root, self.clock_root = folder / "root.pem", folder / "clock-root.pem"
        self.trust = folder / "trust.pem"
        self._configuration = folder / "openssl.cnf"
        self._configuration.write_text(CONFIGURATION.format(folder=folder, **self._ports))
        (folder / "index.txt").write_text("")
        (folder / "index.txt.attr").write_text("unique_subject = no\n")
        (folder / "crlnumber").write_text("01\n")
        (folder / "tsa-serial").write_text("01\n")
        for name in ("root", "clock-root"):
            self._new_key("rsa:2048", [], f"{name}.key", "-x509", "-extensions", "root", "-subj",
                          f"/C=VN/O=Conformance/CN=Conformance {name}", "-days", 3650, "-out", folder / f"{name}.pem")  # fmt: skip
        self.trust.write_bytes(self.root.read_bytes() + self.clock_root.read_bytes())
        self._issue("clock", "rsa:2048", [], "clock", "Conformance Clock", "clock-root")
        self._openssl("ca", "-config", self._configuration, "-gencrl", "-cert", self.clock_root, "-keyfile",
                      folder / "clock-root.key", "-out", folder / "clock.crl.pem")  # fmt: skip
        self._openssl("crl", "-in", folder / "clock.crl.pem", "-outform", "DER", "-out", folder / "clock.crl")
        self._issue("responder", "rsa:2048", [], "responder", "Conformance Responder", "root")
        for name, (kind, options) in KEYS.items():
            self._issue(f"signer-{name}", kind, options, "signer", SIGNER, "root")

    def key(self, name: str) -> list[object]:
        """Options that name a signing key."""
        if name == "token RSA-2048":
            uri = f"pkcs11:token=Conformance;object=seal?module-path={MODULE}"
            return ["--pkcs11", uri, "--cert", self.folder / "signer-RSA-2048.pem", "--pin-file", self.folder / "pin"]
        return ["--key", self.folder / f"signer-{name}.key", "--cert", self.folder / f"signer-{name}.pem"]

    def make_token(self) -> dict[str, str]:
        """Puts the RSA-2048 key into a SoftHSM token. Returns what the environment must say."""
        tokens = self.folder / "tokens"
        tokens.mkdir()
        settings = self.folder / "softhsm2.conf"
        settings.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\n")
        environment = {"SOFTHSM2_CONF": str(settings), "XDG_STATE_HOME": str(self.folder / "state")}
        pin = self.folder / "pin"
        pin.write_text(PIN + "\n")
        pin.chmod(0o600)
        key = self.folder / "signer-RSA-2048.key"
        for arguments in (
            ["--init-token", "--free", "--label", "Conformance", "--so-pin", "11112222", "--pin", PIN],
            ["--import", key, "--token", "Conformance", "--label", "seal", "--id", "01", "--pin", PIN],
        ):
            subprocess.run(["softhsm2-util", *map(str, arguments)], check=True, stdin=subprocess.DEVNULL,
                           capture_output=True, env={"PATH": "/usr/bin:/bin", **environment})  # fmt: skip
        return environment

    def _new_key(self, kind: str, options: list[str], name: str, *request: object) -> None:
        self._openssl("req", "-config", self._configuration, "-newkey", kind, *options, "-nodes", "-keyout",
                      self.folder / name, *request)  # fmt: skip
        (self.folder / name).chmod(0o600)

    def _issue(self, name: str, kind: str, options: list[str], extensions: str, common_name: str, issuer: str) -> None:
        request, certificate = self.folder / f"{name}.csr", self.folder / f"{name}.pem"
        self._new_key(kind, options, f"{name}.key", "-subj", f"/C=VN/O=Conformance/CN={common_name}", "-out", request)
        serial = f"{len(list(self.folder.glob('*.csr'))) + 0x1000:X}"
        self._openssl("x509", "-req", "-in", request, "-CA", self.folder / f"{issuer}.pem", "-CAkey",
                      self.folder / f"{issuer}.key", "-set_serial",
                      f"0x{serial}", "-days", 365, "-extfile", self._configuration, "-extensions", extensions, "-out",
                      certificate)  # fmt: skip
        end = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=365)).strftime("%y%m%d%H%M%SZ")
        with (self.folder / "index.txt").open("a") as index:
            index.write(f"V\t{end}\t\t{serial}\tunknown\t/C=VN/O=Conformance/CN={common_name}\n")

    def _openssl(self, *arguments: object) -> None:
        done = subprocess.run(["openssl", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")

    def __enter__(self) -> "Authority":
        self._responder = subprocess.Popen(
            ["openssl", "ocsp", "-port", str(self._ports["ocsp"]), "-index", self.folder / "index.txt", "-CA", self.root,
             "-rsigner", self.folder / "responder.pem", "-rkey", self.folder / "responder.key", "-nmin", "60"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # fmt: skip
        # It says when it listens; a connection that asks nothing would stop it.
        while "waiting for OCSP client" not in (line := self._responder.stdout.readline()):
            if not line:
                raise RuntimeError("openssl ocsp does not start")
        threading.Thread(target=self._responder.stdout.read, daemon=True).start()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self._ports["http"]), _service(self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        # Not SIGTERM: whoever started us may have had it blocked, and children inherit that.
        self._responder.kill()
        self._responder.wait()


def _service(authority: Authority) -> type[http.server.BaseHTTPRequestHandler]:
    one_at_a_time = threading.Lock()  # openssl counts serial numbers in a file

    class Service(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer((authority.folder / "clock.crl").read_bytes(), "application/pkix-crl")

        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/ocsp":
                return self._answer(_ask_responder(authority, query), "application/ocsp-response")
            with one_at_a_time:
                request = authority.folder / "tsa-query"
                request.write_bytes(query)
                done = subprocess.run(
                    ["openssl", "ts", "-reply", "-config", authority._configuration, "-queryfile", request],
                    stdin=subprocess.DEVNULL, capture_output=True)  # fmt: skip
            self._answer(done.stdout, "application/timestamp-reply")

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Service


def _ask_responder(authority: Authority, query: bytes) -> bytes:
    """openssl's responder serves one connection after the other, and a client that keeps its own open (as pyHanko's) would
    stop it: each question goes over a connection of its own."""
    url = f"http://127.0.0.1:{authority._ports['ocsp']}/"
    request = urllib.request.Request(url, query, {"Content-Type": "application/ocsp-request"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
