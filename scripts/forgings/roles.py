"""Forgeries by an object that plays two parts: something that a page draws with, and something that an update may change."""

import random
from collections.abc import Iterator

from .identity import Identity
from .papers import BLACK, CATALOG, CONTENTS, COVERS, FORM, METADATA, PAGE, TRUE, XMP, Case, Update, letter, seal, signed
from .pdf import Name, Objects, Ref, Stream

SHARED = 20
"""Number of the object with two parts."""
SPARE = 30
"""Numbers from here on are of what surrounds it."""

# Part one: what a page draws with. Each takes the letter, the shared object and the key under which the update will write,
# and has the page use it; and says what must be written there to be seen.


def _resource(objects: Objects, category: str, value, operators: bytes) -> None:
    page = dict(objects[PAGE])
    page["Resources"] = {**page["Resources"], category: value}
    objects[PAGE] = page
    objects[CONTENTS] = Stream(TRUE + b"\n" + operators)


def external(objects, key):
    _resource(objects, "XObject", Ref(SHARED), b"q /%s Do Q" % key.encode())
    return Stream(BLACK, FORM)


def font(objects, key):
    objects[PAGE]["Resources"]["Font"] = {"F1": Ref(5)}
    _resource(objects, "Font", Ref(SHARED), b"")
    objects[CONTENTS] = Stream(b"BT /%s 20 Tf 20 100 Td (TRUE) Tj ET" % key.encode())
    return {"Type": Name("Font"), "Subtype": Name("Type1"), "BaseFont": Name("ZapfDingbats")}


def colour(objects, key):
    _resource(objects, "ColorSpace", Ref(SHARED), b"/%s cs 0.7 sc 0 0 200 50 re f" % key.encode())
    function = {"FunctionType": 2, "Domain": [0, 1], "C0": [1, 0, 0], "C1": [0, 1, 0], "N": 1}
    return [Name("Separation"), Name("Spot"), Name("DeviceRGB"), function]


def state(objects, key):
    _resource(objects, "ExtGState", Ref(SHARED), b"/%s gs 0 0 200 50 re f" % key.encode())
    return {"Type": Name("ExtGState"), "ca": 0.1, "LW": 20}


def pattern(objects, key):
    _resource(objects, "Pattern", Ref(SHARED), b"/Pattern cs /%s scn 0 0 200 50 re f" % key.encode())
    tile = {"Type": Name("Pattern"), "PatternType": 1, "PaintType": 1, "TilingType": 1, "BBox": [0, 0, 9, 9], "XStep": 9, "YStep": 9, "Resources": {}}
    return Stream(b"0 1 0 rg 0 0 9 9 re f", tile)


def shading(objects, key):
    _resource(objects, "Shading", Ref(SHARED), b"/%s sh" % key.encode())
    function = {"FunctionType": 2, "Domain": [0, 1], "C0": [1, 0, 0], "C1": [0, 1, 0], "N": 1}
    return {"ShadingType": 2, "ColorSpace": Name("DeviceRGB"), "Coords": [0, 0, 200, 200], "Function": function, "Extend": [True, True]}


def glyph(objects, key):
    kind = {"Type": Name("Font"), "Subtype": Name("Type3"), "FontBBox": [0, 0, 10, 10], "FontMatrix": [0.1, 0, 0, 0.1, 0, 0],
            "CharProcs": Ref(SHARED), "Encoding": {"Type": Name("Encoding"), "Differences": [65, Name(key)]},
            "FirstChar": 65, "LastChar": 65, "Widths": [10], "Resources": {}}  # fmt: skip
    objects[SPARE] = kind
    page = dict(objects[PAGE])
    page["Resources"] = {"Font": {"F1": Ref(5), "T3": Ref(SPARE)}}
    objects[PAGE] = page
    objects[CONTENTS] = Stream(TRUE + b" BT /T3 90 Tf 20 20 Td (A) Tj ET")
    return Stream(b"10 0 d0 0 0 10 10 re f")


def layer(objects, key):
    _resource(objects, "Properties", Ref(SHARED), b"/OC /%s BDC 0 0 200 50 re f EMC" % key.encode())
    objects[SPARE] = {"Type": Name("OCG"), "Name": "Off"}
    objects[CATALOG] = dict(objects[CATALOG]) | {"OCProperties": {"OCGs": [Ref(SPARE)], "D": {"OFF": [Ref(SPARE)]}}}
    return Ref(SPARE)


def appearance_state(objects, key):
    """A link's or a button's appearances, of which /AS names one."""
    objects[SPARE] = {"Type": Name("Annot"), "Subtype": Name("Widget"), "FT": Name("Btn"), "T": "Box", "Rect": [10, 10, 150, 150],
                      "F": 4, "AS": Name(key), "AP": {"N": Ref(SHARED)}, "P": Ref(PAGE)}  # fmt: skip
    page = dict(objects[PAGE])
    page["Annots"] = [*page.get("Annots", []), Ref(SPARE)]
    objects[PAGE] = page
    return Stream(BLACK, FORM)


def resources(objects, key):
    """The page's resources as a whole; only /Font and its like count."""
    page = dict(objects[PAGE])
    page["Resources"] = Ref(SHARED)
    objects[PAGE] = page
    objects[SHARED] = {"Font": {"F1": Ref(5)}}
    return None


DRAWN = {
    "drawings": external, "fonts": font, "colours": colour, "states": state, "patterns": pattern, "shadings": shading,
    "glyphs": glyph, "layers": layer, "appearances": appearance_state,
}  # fmt: skip

# Part two: what the update may change. Each gives the shared object its part, and the keys that may change.


def as_form(objects, shared):
    objects[CATALOG] = dict(objects[CATALOG]) | {"AcroForm": Ref(SHARED)}
    return {"Fields": [], "SigFlags": 3}


def as_catalog(objects, shared):
    return None


def as_page(objects, shared):
    return None


def as_field(objects, shared):
    objects[CATALOG] = dict(objects[CATALOG]) | {"AcroForm": {"Fields": [Ref(SHARED)], "SigFlags": 3}}
    page = dict(objects[PAGE])
    page["Annots"] = [*page.get("Annots", []), Ref(SHARED)]
    objects[PAGE] = page
    return {"Type": Name("Annot"), "Subtype": Name("Widget"), "FT": Name("Sig"), "T": "Empty", "Rect": [0, 0, 0, 0], "F": 132, "P": Ref(PAGE)}


def as_parent(objects, shared):
    """A field with a widget of its own under it."""
    objects[SPARE + 1] = {"Type": Name("Annot"), "Subtype": Name("Widget"), "Rect": [0, 0, 0, 0], "F": 132, "P": Ref(PAGE), "Parent": Ref(SHARED)}
    objects[CATALOG] = dict(objects[CATALOG]) | {"AcroForm": {"Fields": [Ref(SHARED)], "SigFlags": 3}}
    page = dict(objects[PAGE])
    page["Annots"] = [*page.get("Annots", []), Ref(SPARE + 1)]
    objects[PAGE] = page
    return {"FT": Name("Sig"), "T": "Empty", "Kids": [Ref(SPARE + 1)]}


def as_widget(objects, shared):
    objects[SPARE + 1] = {"FT": Name("Sig"), "T": "Empty", "Kids": [Ref(SHARED)]}
    objects[CATALOG] = dict(objects[CATALOG]) | {"AcroForm": {"Fields": [Ref(SPARE + 1)], "SigFlags": 3}}
    page = dict(objects[PAGE])
    page["Annots"] = [*page.get("Annots", []), Ref(SHARED)]
    objects[PAGE] = page
    return {"Type": Name("Annot"), "Subtype": Name("Widget"), "Rect": [0, 0, 0, 0], "F": 132, "P": Ref(PAGE), "Parent": Ref(SPARE + 1)}


def as_store(objects, shared):
    objects[CATALOG] = dict(objects[CATALOG]) | {"DSS": Ref(SHARED)}
    return {}


def as_records(objects, shared):
    objects[CATALOG] = dict(objects[CATALOG]) | {"DSS": {"VRI": Ref(SHARED)}}
    return {}


def as_record(objects, shared):
    objects[CATALOG] = dict(objects[CATALOG]) | {"DSS": {"VRI": {"A" * 40: Ref(SHARED)}}}
    return {}


def as_info(objects, shared):
    return {"Producer": "forging"}


def as_extensions(objects, shared):
    objects[CATALOG] = dict(objects[CATALOG]) | {"Extensions": Ref(SHARED)}
    return {}


def as_nothing(objects, shared):
    """Only drawn with, and referred to from the update's new objects."""
    return {}


CHANGED = {
    "form": (as_form, ("Fields", "SigFlags")),
    "catalog": (as_catalog, ("AcroForm", "DSS", "Metadata", "Extensions", "Version")),
    "page": (as_page, ("Annots",)),
    "empty field": (as_field, ("V", "AP", "M")),
    "parent": (as_parent, ("V", "AP", "M", "Kids")),
    "widget": (as_widget, ("V", "AP", "M")),
    "store": (as_store, ("Certs", "CRLs", "OCSPs", "VRI", "Type")),
    "records": (as_records, ("Type", "B" * 40)),
    "record": (as_record, ("Cert", "CRL", "OCSP", "TU", "TS", "Type")),
    "/Info": (as_info, ("ModDate", "Producer", "Title")),
    "extensions": (as_extensions, ("ESIC", "Type")),
    "nothing": (as_nothing, ("Any",)),
}


def decoys(objects: Objects, generator: random.Random) -> None:
    """Other harmless places that name the shared object, in the hope that it is taken for that alone."""
    extra: dict = {}
    if generator.random() < 0.3:
        objects[SPARE + 5] = {"Type": Name("OBJR"), "Obj": Ref(SHARED)}
        extra["StructTreeRoot"] = {"Type": Name("StructTreeRoot"), "K": Ref(SPARE + 5)}
    if generator.random() < 0.3:
        objects[SPARE + 6] = {"Type": Name("Sig"), "Reference": [{"Type": Name("SigRef"), "Data": Ref(SHARED)}]}
        extra["Old"] = Ref(SPARE + 6)
    if generator.random() < 0.2:
        objects[SPARE + 7] = {"Parent": Ref(SHARED), "Kids": [Ref(SHARED)], "Fields": [Ref(SHARED)], "Type": Name("Annot")}
        extra["Stray"] = Ref(SPARE + 7)
    if generator.random() < 0.3 and "Names" not in objects[CATALOG]:
        extra["Names"] = {"Dests": {"Names": ["a", Ref(SHARED)]}}
    entries = list((objects[CATALOG] | extra).items())
    generator.shuffle(entries)
    objects[CATALOG] = dict(entries)


def cases(who: Identity, generator: random.Random) -> Iterator[Case]:
    table = [(drawn, part, key) for drawn in DRAWN for part, (_, keys) in CHANGED.items() for key in keys]
    while True:
        generator.shuffle(table)
        for drawn, part, key in table:
            case = dictionary(who, generator, drawn, part, key)
            if case:
                yield case
            yield array(who, generator)
            yield stream(who, generator)


def target(objects: Objects, part: str) -> int:
    return {"catalog": CATALOG, "page": PAGE}.get(part, SHARED)


def dictionary(who, generator, drawn: str, part: str, key: str) -> Case | None:
    objects = letter()
    picture = DRAWN[drawn](objects, key)
    own = CHANGED[part][0](objects, SHARED)
    number = target(objects, part)
    if own is not None:
        entries = list((objects.get(SHARED) or {} | own).items()) or list(own.items())
        generator.shuffle(entries)
        objects[SHARED] = dict(entries)
    else:
        # The catalog or the page itself is the table of what is drawn with.
        objects = {n: rename(v, number) for n, v in objects.items()}
    decoys(objects, generator)
    trailer = {"Info": Ref(SHARED)} if part == "/Info" else {}
    file = signed(objects, who, trailer, streams=generator.random() < 0.3)
    before = bytes(file.data)
    name = generator.choice(list(COVERS))
    update = COVERS[name](file, who)
    put_in(file, update, number, key, picture, generator)
    if part in ("empty field", "parent", "widget"):
        fill(file, update, part)
    seal(file, update, who)
    return Case("roles", f"{drawn} that are the {part} by /{key[:8]}, {name}", before, bytes(file.data), update.shown)


def rename(value, number: int):
    """The same with references to the shared object leading to another."""
    match value:
        case Ref():
            return Ref(number) if value.number == SHARED else value
        case list():
            return [rename(item, number) for item in value]
        case dict():
            return {key: rename(item, number) for key, item in value.items()}
        case Stream():
            return Stream(value.data, rename(value.keys, number), value.length)
    return value


def put_in(file, update: Update, number: int, key: str, picture, generator) -> None:
    """What is drawn, under the key; where the key's place asks for a form, in that form."""
    value = picture
    one = file.new()
    if isinstance(picture, Stream) and key == "Metadata" and generator.random() < 0.7:
        picture = Stream(picture.data, METADATA | {"BBox": [0, 0, 200, 200]})
    if isinstance(picture, Stream) or generator.random() < 0.5:
        update.objects[one] = picture
        value = Ref(one)
    elif key in ("Certs", "CRLs", "OCSPs", "Cert", "CRL", "OCSP", "Annots", "Fields") and generator.random() < 0.5:
        value = [value]
    base = update.objects.get(number, file.objects.get(number)) or {}
    if isinstance(base, dict):
        update.objects[number] = base | {key: value}


def fill(file, update: Update, part: str) -> None:
    """Fills the empty field with the update's own signature."""
    value = next((n for n, v in update.objects.items() if isinstance(v, dict) and "ByteRange" in v), None)
    widget = next((n for n, v in update.objects.items() if isinstance(v, dict) and v.get("V") == Ref(value or 0)), None)
    if value is None or widget is None:
        return
    holder = SHARED if part != "widget" else SPARE + 1
    base = update.objects.get(holder, file.objects[holder])
    if base.get("V") is None or part == "widget":
        # No new field then.
        for number in [n for n, v in update.objects.items() if n in (PAGE, CATALOG) or n == widget]:
            del update.objects[number]
        update.objects[holder] = base | {"V": Ref(value)}


def array(who, generator) -> Case:
    """A list that is two things, and grows."""
    objects = letter()
    kinds = ["contents", "pages", "two pages", "colour", "layers off", "fonts", "differences"]
    drawn = generator.choice(kinds)
    part = generator.choice(["annotations", "fields", "kids", "certificates", "revocation lists", "record"])
    items: list = []
    one = SPARE
    match drawn:
        case "contents":
            items = [Ref(CONTENTS)]
            objects[PAGE] = dict(objects[PAGE]) | {"Contents": Ref(SHARED)}
        case "pages":
            items = [Ref(PAGE)]
            objects[2] = dict(objects[2]) | {"Kids": Ref(SHARED)}
        case "two pages":
            objects[one] = dict(objects[PAGE]) | {"Annots": Ref(SHARED)}
            objects[2] = {"Type": Name("Pages"), "Kids": [Ref(PAGE), Ref(one)], "Count": 2}
        case "colour":
            items = [Name("Pattern")]
            _resource(objects, "ColorSpace", {"C": Ref(SHARED)}, b"/C cs 0.5 sc 0 0 200 50 re f")
        case "layers off":
            objects[one] = {"Type": Name("OCG"), "Name": "Layer"}
            _resource(objects, "Properties", {"L": Ref(one)}, b"/OC /L BDC 0 0 200 50 re f EMC")
            objects[CATALOG] = dict(objects[CATALOG]) | {"OCProperties": {"OCGs": [Ref(one)], "D": {"OFF": Ref(SHARED)}}}
        case "fonts":
            objects[5] = {"Type": Name("Font"), "Subtype": Name("Type0"), "BaseFont": Name("X"), "Encoding": Name("Identity-H"), "DescendantFonts": Ref(SHARED)}
        case _:
            objects[5] = dict(objects[5]) | {"Encoding": {"Type": Name("Encoding"), "Differences": Ref(SHARED)}}
    objects[SHARED] = items
    match part:
        case "annotations":
            objects[PAGE] = dict(objects[PAGE]) | {"Annots": Ref(SHARED)}
        case "fields":
            objects[CATALOG] = dict(objects[CATALOG]) | {"AcroForm": {"Fields": Ref(SHARED), "SigFlags": 3}}
        case "kids":
            objects[SPARE + 2] = {"FT": Name("Sig"), "T": "Empty", "Kids": Ref(SHARED)}
            objects[CATALOG] = dict(objects[CATALOG]) | {"AcroForm": {"Fields": [Ref(SPARE + 2)], "SigFlags": 3}}
        case "certificates":
            objects[CATALOG] = dict(objects[CATALOG]) | {"DSS": {"Certs": Ref(SHARED)}}
        case "revocation lists":
            objects[CATALOG] = dict(objects[CATALOG]) | {"DSS": {"CRLs": Ref(SHARED)}}
        case _:
            objects[CATALOG] = dict(objects[CATALOG]) | {"DSS": {"VRI": {"A" * 40: {"Cert": Ref(SHARED)}}}}
    decoys(objects, generator)
    file = signed(objects, who, streams=generator.random() < 0.3)
    before = bytes(file.data)
    name = generator.choice(["evidence", "signature", "visible", "time-stamp", "evidence and signature"])
    update = COVERS[name](file, who)
    grown = update.objects.get(SHARED, file.objects[SHARED])
    match generator.choice(["stream", "page", "cover", "cover"]):
        case "stream":
            number = file.new()
            update.objects[number] = Stream(BLACK, generator.choice([{}, FORM]))
            grown = [*grown, Ref(number)]
        case "page":
            number = file.new()
            other = file.new()
            update.objects[number] = dict(objects[PAGE]) | {"Contents": Ref(other)}
            update.objects[other] = Stream(BLACK)
            grown = [*grown, Ref(number)]
        case _:
            pass
    update.objects[SHARED] = grown
    seal(file, update, who)
    # What a list of two pages' annotations holds is on both: it is only looked at on the first.
    return Case("roles", f"{drawn} that are {part}, {name}", before, bytes(file.data), update.shown)


def stream(who, generator) -> Case:
    """The document's metadata, or a stream of evidence, that a page draws as well."""
    objects = letter()
    part = generator.choice(["metadata", "certificate"])
    keys = METADATA if generator.random() < 0.7 else FORM | {"Type": Name("Metadata")}
    objects[SHARED] = Stream(generator.choice([XMP, b" "]), keys)
    drawn = generator.choice(["contents", "in contents", "drawing", "glyph", "colour profile", "page's metadata"])
    match drawn:
        case "contents":
            objects[PAGE] = dict(objects[PAGE]) | {"Contents": Ref(SHARED)}
        case "in contents":
            objects[PAGE] = dict(objects[PAGE]) | {"Contents": [Ref(CONTENTS), Ref(SHARED)]}
        case "drawing":
            _resource(objects, "XObject", {"X": Ref(SHARED)}, b"/X Do")
        case "glyph":
            glyph(objects, "A")
            objects[SPARE]["CharProcs"] = {"A": Ref(SHARED)}
        case "colour profile":
            _resource(objects, "ColorSpace", {"C": [Name("ICCBased"), Ref(SHARED)]}, b"/C cs 0.5 sc 0 0 200 50 re f")
        case _:
            objects[PAGE] = dict(objects[PAGE]) | {"Metadata": Ref(SHARED)}
    if part == "metadata":
        objects[CATALOG] = dict(objects[CATALOG]) | {"Metadata": Ref(SHARED)}
    else:
        objects[CATALOG] = dict(objects[CATALOG]) | {"DSS": {"Certs": [Ref(SHARED)]}}
    decoys(objects, generator)
    file = signed(objects, who)
    before = bytes(file.data)
    name = generator.choice(["evidence", "signature", "time-stamp"])
    update = COVERS[name](file, who)
    update.objects[SHARED] = Stream(BLACK, keys)
    seal(file, update, who)
    return Case("roles", f"{drawn} that is {part}, {name}", before, bytes(file.data), update.shown)
