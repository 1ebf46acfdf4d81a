"""Letters to be forged: small documents in which one object plays two parts, and what a co-signer may add to any of them."""

import dataclasses
import itertools
import random
from collections.abc import Callable, Iterator

from .identity import Identity, close, placeholder
from .pdf import File, Name, Objects, Ref, Stream

TRUE, FALSE = b"BT /F1 14 Tf 20 100 Td (TRUE) Tj ET", b"BT /F1 14 Tf 20 100 Td (FORGED) Tj ET"
BLACK = b"0 0 1 rg 0 0 200 200 re f"
FORM = {"Type": Name("XObject"), "Subtype": Name("Form"), "BBox": [0, 0, 200, 200]}
CATALOG, PAGES, PAGE, CONTENTS, FONT = 1, 2, 3, 4, 5
METADATA = {"Type": Name("Metadata"), "Subtype": Name("XML")}
XMP = b"<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'/><?xpacket end='w'?>"


def letter(contents: bytes = TRUE) -> Objects:
    """One page of one word: catalog 1, pages 2, page 3, contents 4, font 5."""
    return {
        CATALOG: {"Type": Name("Catalog"), "Pages": Ref(PAGES)},
        PAGES: {"Type": Name("Pages"), "Kids": [Ref(PAGE)], "Count": 1},
        PAGE: {
            "Type": Name("Page"),
            "Parent": Ref(PAGES),
            "MediaBox": [0, 0, 200, 200],
            "Contents": Ref(CONTENTS),
            "Resources": {"Font": {"F1": Ref(FONT)}},
        },
        CONTENTS: Stream(contents),
        FONT: {"Type": Name("Font"), "Subtype": Name("Type1"), "BaseFont": Name("Helvetica")},
    }


@dataclasses.dataclass
class Case:
    """A file and what was made of it. Nothing but `shown` may look different."""

    family: str
    name: str
    before: bytes
    after: bytes
    # Rectangles of the first page, in points from its lower left corner, where the update may show something.
    shown: tuple[tuple[float, float, float, float], ...] = ()
    # Nobody forged anything: refusing it would be a fault of another kind.
    is_honest: bool = False


# What a later signer, or anybody, may add


def deref(file: File, value):
    """What a reference refers to."""
    return file.objects.get(value.number) if isinstance(value, Ref) else value


@dataclasses.dataclass
class Update:
    """An update under construction."""

    objects: Objects
    # The signature that closes it: none, a signer's, or a document time-stamp.
    closing: str | None = "signature"
    shown: tuple = ()
    trailer: dict = dataclasses.field(default_factory=dict)


def put(file: File, update: Update, holder, key: str, value, default: int):
    """Writes `value` in place of what the holder's key refers to, or into the holder."""
    number = holder.number if isinstance(holder, Ref) else default
    current = update.objects.get(number, file.objects.get(number))
    if isinstance(current.get(key), Ref) and deref(file, current[key]) is not None:
        update.objects[current[key].number] = value
    else:
        update.objects[number] = dict(current) | {key: value}


def field(file: File, *, rect=(0, 0, 0, 0), page: int = PAGE, stamp: bool = False, more: dict | None = None) -> Update:
    """A new signature field, in the form and on a page."""
    value, widget = file.new(2), 0
    widget = value + 1
    update = Update({}, "stamp" if stamp else "signature")
    update.objects[value] = placeholder(stamp)
    update.objects[widget] = {
        "Type": Name("Annot"), "Subtype": Name("Widget"), "FT": Name("Sig"), "T": f"Field{widget}", "F": 132,
        "Rect": list(rect), "P": Ref(page), "V": Ref(value), **(more or {}),
    }  # fmt: skip
    annotations = deref(file, file.objects[page].get("Annots")) or []
    put(file, update, Ref(page), "Annots", [*annotations, Ref(widget)], page)
    catalog = file.objects[CATALOG]
    form = deref(file, catalog.get("AcroForm"))
    if form is None:
        put(file, update, Ref(CATALOG), "AcroForm", {"Fields": [Ref(widget)], "SigFlags": 3}, CATALOG)
    else:
        fields = deref(file, form.get("Fields")) or []
        holder = catalog["AcroForm"]
        if isinstance(holder, Ref):
            put(file, update, holder, "Fields", [*fields, Ref(widget)], CATALOG)
            changed = update.objects.get(holder.number)
            if changed is not None and "SigFlags" not in changed and isinstance(changed, dict):
                changed["SigFlags"] = 3
        elif isinstance(form.get("Fields"), Ref):
            update.objects[form["Fields"].number] = [*fields, Ref(widget)]
        else:
            update.objects[CATALOG] = dict(update.objects.get(CATALOG, catalog)) | {
                "AcroForm": form | {"Fields": [*fields, Ref(widget)], "SigFlags": 3}
            }
    return update


def visible(file: File, who: Identity) -> Update:
    picture = file.new()
    rect = (120, 20, 160, 60)
    update = field(file, rect=rect, more={"AP": {"N": Ref(picture)}})
    update.objects[picture] = Stream(b"1 0 0 rg 0 0 40 40 re f", {**FORM, "BBox": [0, 0, 40, 40]})
    update.shown = (rect,)
    return update


def evidence(file: File, who: Identity) -> Update:
    """Nothing but certificates in /DSS, which anybody may add."""
    update = Update({}, None)
    grow_store(file, update, who)
    return update


def grow_store(file: File, update: Update, who: Identity) -> int:
    from cryptography.hazmat.primitives.serialization import Encoding

    one = file.new()
    update.objects[one] = Stream(who.leaf.public_bytes(Encoding.DER))
    catalog = update.objects.get(CATALOG, file.objects[CATALOG])
    store = deref(file, catalog.get("DSS"))
    if store is None:
        update.objects[CATALOG] = dict(catalog) | {"DSS": {"Certs": [Ref(one)]}}
        return one
    certificates = [*(deref(file, store.get("Certs")) or []), Ref(one)]
    if isinstance(catalog["DSS"], Ref):
        put(file, update, catalog["DSS"], "Certs", certificates, CATALOG)
    elif isinstance(store.get("Certs"), Ref):
        update.objects[store["Certs"].number] = certificates
    else:
        update.objects[CATALOG] = dict(catalog) | {"DSS": store | {"Certs": certificates}}
    return one


def evidence_signed(file: File, who: Identity) -> Update:
    update = field(file)
    grow_store(file, update, who)
    return update


def metadata(file: File, who: Identity) -> Update:
    update = field(file)
    one = file.new()
    update.objects[one] = Stream(XMP, METADATA)
    catalog = update.objects.get(CATALOG, file.objects[CATALOG])
    update.objects[CATALOG] = dict(catalog) | {"Metadata": Ref(one)}
    return update


def extensions(file: File, who: Identity) -> Update:
    update = field(file)
    catalog = update.objects.get(CATALOG, file.objects[CATALOG])
    added = {"ESIC": {"BaseVersion": Name("1.7"), "ExtensionLevel": 2}}
    update.objects[CATALOG] = dict(catalog) | {"Extensions": added, "Version": Name("2.0")}
    return update


def info(file: File, who: Identity) -> Update:
    update = field(file)
    known = file.trailer.get("Info")
    if known and known.number != CATALOG and isinstance(file.objects.get(known.number), dict):
        before = update.objects.get(known.number, file.objects[known.number])
        update.objects[known.number] = before | {"ModDate": "D:20261125000000Z"}
    return update


Cover = Callable[[File, Identity], Update]
COVERS: dict[str, Cover] = {
    "signature": lambda file, who: field(file),
    "visible": visible,
    "time-stamp": lambda file, who: field(file, stamp=True),
    "evidence": evidence,
    "evidence and signature": evidence_signed,
    "metadata": metadata,
    "extensions": extensions,
    "info": info,
}  # fmt: skip


def seal(file: File, update: Update, who: Identity, **how) -> None:
    """Writes the update and closes it."""
    start = len(file.data)
    file.revise(update.objects, update.trailer, **how)
    if update.closing:
        close(file, start, who, update.closing == "stamp")


def signed(objects: Objects, who: Identity, trailer: dict | None = None, streams: bool = False, **how) -> File:
    """The letter with its first, honest signature."""
    file = File(streams=streams)
    file.revise(objects, {"Root": Ref(CATALOG)} | (trailer or {}), **how)
    seal(file, field(file), who)
    return file


def honest(who: Identity) -> Iterator[Case]:
    """Each cover without a forgery under it: these must be accepted."""
    for (name, cover), streams in itertools.product(COVERS.items(), (False, True)):
        file = signed(letter(), who, streams=streams)
        before = bytes(file.data)
        update = cover(file, who)
        seal(file, update, who)
        kind = "stream" if streams else "table"
        yield Case("honest", f"{name}, {kind}", before, bytes(file.data), update.shown, is_honest=True)


def pick(generator: random.Random, options: dict):
    key = generator.choice(list(options))
    return key, options[key]
