"""Empty signature fields with demands and locks, written by hand (ISO 32000-2 §12.7.5.5)."""

from .handwritten import HAND, document, one_page
from .registry import fixture, refused

DEMANDS = refused("fieldDemands")


def with_field(extra: bytes, version: str = "1.7", **more: bytes) -> bytes:
    """A letter with one empty, visible signature field, its /T "Con dau"."""
    objects = one_page("signature field", catalog=b"/AcroForm << /Fields [6 0 R] >>", page=b"/Annots [6 0 R]")
    objects[6] = (
        b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Con dau) /Rect [300 80 500 180] /P 3 0 R /F 132 %s >>" % extra
    )
    return document(objects | {int(n[1:]): body for n, body in more.items()}, version)


def seed(keys: bytes) -> bytes:
    return with_field(b"/SV << /Type /SV %s >>" % keys)


@fixture("pdf/lock-some-1.7.pdf", HAND, "the empty signature field locks a text field once it is signed")
def lock_some() -> bytes:
    objects = one_page("a lock", catalog=b"/AcroForm << /Fields [6 0 R 7 0 R] >>", page=b"/Annots [6 0 R 7 0 R]")
    objects[6] = (
        b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Con dau) /Rect [300 80 500 180] /P 3 0 R /F 132 "
        b"/Lock 8 0 R >>"
    )
    objects[7] = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (So) /V (78) /Rect [72 600 300 620] /P 3 0 R /F 4 "
        b"/DA (/F1 10 Tf) >>"
    )
    objects[8] = b"<< /Type /SigFieldLock /Action /Include /Fields [(So)] >>"
    return document(objects, "1.7")


@fixture("pdf/lock-and-close-2.0.pdf", HAND, "the empty signature field locks all, and forbids any change after it")
def lock_and_close() -> bytes:
    return with_field(b"/Lock << /Type /SigFieldLock /Action /All /P 1 >>", "2.0")


@fixture("pdf/seed-met-1.7.pdf", HAND, "the empty signature field demands what a PAdES signature is anyway")
def seed_met() -> bytes:
    return seed(
        b"/Ff 67 /Filter /Adobe.PPKLite /SubFilter [/ETSI.CAdES.detached /adbe.pkcs7.detached] /V 2 "
        b"/DigestMethod [(SHA1) (SHA256)] /Reasons [(Approved) <FEFF%s>] /MDP << /P 0 >>"
        % "Phát hành văn bản".encode("utf-16-be").hex().encode()
    )


@fixture("pdf/seed-wishes-1.7.pdf", HAND, "wishes that are not mandatory (no /Ff) don't bind")
def seed_wishes() -> bytes:
    return seed(b"/SubFilter [/adbe.pkcs7.detached] /DigestMethod [(SHA512)] /Reasons [(Approved)] /AddRevInfo true")


@fixture("hostile/seed-sub-filter.pdf", HAND, "the field demands adbe.pkcs7.detached", DEMANDS)
def seed_sub_filter() -> bytes:
    return seed(b"/Ff 2 /SubFilter [/adbe.pkcs7.detached]")


@fixture("hostile/seed-digest.pdf", HAND, "the field demands SHA-512", DEMANDS)
def seed_digest() -> bytes:
    return seed(b"/Ff 64 /DigestMethod [(SHA512)]")


@fixture("hostile/seed-revocation.pdf", HAND, "the field demands revocation data inside the signature", DEMANDS)
def seed_revocation() -> bytes:
    return seed(b"/Ff 32 /AddRevInfo true")


@fixture("hostile/seed-certification.pdf", HAND, "the field is for a certification", DEMANDS)
def seed_certification() -> bytes:
    return seed(b"/MDP << /P 2 >>")


@fixture("hostile/seed-time-stamp.pdf", HAND, "the field demands the time-stamp of an authority of its own", DEMANDS)
def seed_time_stamp() -> bytes:
    return seed(b"/TimeStamp << /URL (http://tsa.example.vn/) /Ff 1 >>")


@fixture("hostile/seed-unknown.pdf", HAND, "the field demands something that no edition of the standard knows", DEMANDS)
def seed_unknown() -> bytes:
    return seed(b"/Ff 65536")


@fixture("hostile/field-read-only.pdf", HAND, "the only empty signature field is read-only", DEMANDS)
def field_read_only() -> bytes:
    return with_field(b"/Ff 1")


for _version in ("1.0", "1.1", "1.2", "1.3"):
    fixture(f"pdf/version-{_version}.pdf", HAND, f"a file that says it is PDF {_version}")(
        lambda version=_version: document(one_page(f"PDF {version}"), version)
    )
