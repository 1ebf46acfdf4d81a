"""Forgeries by what a new signature shows: pictures that would reach out of their rectangle."""

import random
from collections.abc import Iterator

from . import papers
from .identity import Identity
from .papers import FORM, PAGE, Case, letter, seal, signed
from .pdf import Name, Ref, Stream
from .plain import rich

RECT = (120, 20, 160, 60)

PICTURES = {
    "as it should be": (b"1 0 0 rg 0 0 40 40 re f", {}),
    "states that it did not save": (b"Q Q Q Q 1 0 0 rg 0 0 1000 1000 re f", {}),
    "states that it left saved": (b"q q q 10 0 0 10 0 0 cm 1 0 0 rg 0 0 900 900 re f", {}),
    "a text left open": (b"BT /F1 900 Tf 1 0 0 rg (X) Tj 0 0 900 900 re f", {}),
    "a box without area": (b"1 0 0 rg -500 -500 1000 1000 re f", {"BBox": [0, 0, 0, 0]}),
    "a box without height": (b"1 0 0 rg -500 -500 1000 1000 re f", {"BBox": [0, 0, 400, 0]}),
    "a box turned inside out": (b"1 0 0 rg -500 -500 1000 1000 re f", {"BBox": [40, 40, 0, 0]}),
    "a tiny box": (b"1 0 0 rg -500 -500 1000 1000 re f", {"BBox": [0, 0, 0.0001, 0.0001]}),
    "no box": (b"1 0 0 rg -500 -500 1000 1000 re f", {"BBox": None}),
    "a matrix of zeros": (b"1 0 0 rg -500 -500 1000 1000 re f", {"Matrix": [0, 0, 0, 0, 0, 0]}),
    "a matrix of large numbers": (b"1 0 0 rg -500 -500 1000 1000 re f", {"Matrix": [1e9, 0, 0, 1e9, 0, 0]}),
    "a skewed matrix": (b"1 0 0 rg -500 -500 1000 1000 re f", {"Matrix": [1, 5, 0, 1, 0, 0]}),
    "a matrix of one line": (b"1 0 0 rg -500 -500 1000 1000 re f", {"Matrix": [1, 1, 1, 1, 0, 0]}),
    "a group that blends": (b"/G gs 1 0 0 rg -500 -500 1000 1000 re f",
                            {"Group": {"S": Name("Transparency"), "K": True}, "Resources": {"ExtGState": {"G": {"BM": Name("Difference")}}}}),
    "a shading without end": (b"/S sh", {"Resources": {"Shading": {"S": {"ShadingType": 2, "ColorSpace": Name("DeviceRGB"), "Coords": [0, 0, 9, 9],
                              "Extend": [True, True], "Function": {"FunctionType": 2, "Domain": [0, 1], "C0": [1, 0, 0], "C1": [0, 1, 0], "N": 1}}}}}),
    "a picture in it": (b"/X Do", {"Resources": {"XObject": {"X": Ref(4)}}}),
}  # fmt: skip

WIDGETS = {
    "plain": {},
    "not turned with the page": {"F": 132 | 16},
    "not larger with the page": {"F": 132 | 8},
    "with a thick border": {"BS": {"W": 80, "S": Name("S")}, "MK": {"BC": [1, 0, 0], "BG": [0, 1, 0]}},
    "with an old border": {"Border": [0, 0, 80], "C": [1, 0, 0]},
    "turned": {"MK": {"R": 90, "BG": [1, 0, 0]}},
    "with words": {"DA": "/Helv 200 Tf 1 0 0 rg", "MK": {"CA": "FORGED FORGED", "BC": [1, 0, 0]}},
    "a link besides": {"A": {"S": Name("GoTo"), "D": [Ref(PAGE), Name("Fit")]}},
    "a text besides": {"Kids": []},
    "highlighted": {"H": Name("T"), "QuadPoints": [0, 0, 200, 0, 0, 200, 200, 200]},
    "with rectangle differences": {"RD": [-100, -100, -100, -100]},
}


def cases(who: Identity, generator: random.Random) -> Iterator[Case]:
    table = [(picture, widget) for picture in PICTURES for widget in WIDGETS]
    first = [(p, w) for p, w in table if p == "as it should be" or w == "plain"]
    while True:
        generator.shuffle(first)
        for picture, widget in first:
            if generator.random() < 0.3:
                yield named(who, generator)
            yield one(who, generator, picture, widget, generator.choice([0, 0, 90, 180, 270]))
        first = table


NAMES = ("Amount", b"\xfe\xff" + "Amount".encode("utf-16-be"), b"\xff\xfe" + "Amount".encode("utf-16-le"), b"\xef\xbb\xbfAmount",
         "Form.Amount", ".Amount", None)  # fmt: skip
SAYINGS = ({"MaxLen": 1}, {"Ff": 8192}, {"DA": "/Helv 20 Tf 1 0 0 rg"}, {"Q": 2}, {"DV": "9"}, {"MaxLen": 5, "Ff": 1 << 24})


def named(who: Identity, generator: random.Random) -> Case:
    """One drawn by chance."""
    parent = generator.choice([{}, {}, {"Parent": Ref(26)}])
    return namesake(who, generator.choice(NAMES), generator.choice(SAYINGS), parent, is_drawn=generator.random() < 0.3,
                    is_asked=generator.random() < 0.3, by_kid=generator.random() < 0.3)  # fmt: skip


def namesake(who: Identity, name, said: dict, parent: dict, is_drawn=False, is_asked=False, by_kid=False) -> Case:
    """A signature field that is called like a text field, or says that it is one's kid: viewers take the two for one."""
    objects = rich()
    if not is_drawn:
        objects[26] = {k: v for k, v in objects[26].items() if k != "AP"}
    if is_asked:
        objects[28] = objects[28] | {"NeedAppearances": True}
    file = signed(objects, who)
    before = bytes(file.data)
    update = papers.field(file, more=said | parent | {"T": name})
    widget = next(n for n, v in update.objects.items() if isinstance(v, dict) and v.get("FT") == "Sig")
    if name is None:
        del update.objects[widget]["T"]
    if by_kid:
        kid = file.new()
        keys = {"Type", "Subtype", "Rect", "P", "F"}
        whole = update.objects[widget]
        update.objects[kid] = {k: v for k, v in whole.items() if k in keys} | said | {"Parent": Ref(26)}
        update.objects[widget] = {k: v for k, v in whole.items() if k not in keys} | {"T": "Other", "Kids": [Ref(kid)]}
        update.objects[25] = [Ref(kid) if item == Ref(widget) else item for item in update.objects[25]]
    seal(file, update, who)
    return Case("pictures", f"named {name!r}, {said}, {parent}", before, bytes(file.data))


def one(who, generator, picture: str, widget: str, turn: int) -> Case:
    objects = letter()
    page = dict(objects[PAGE]) | ({"Rotate": turn} if turn else {})
    objects[PAGE] = page
    file = signed(objects, who)
    before = bytes(file.data)
    data, keys = PICTURES[picture]
    number = file.new()
    appearance = {"N": Ref(number)}
    more: dict = {"AP": appearance} | WIDGETS[widget]
    if generator.random() > 0.85:
        more["AP"] = {"N": {"On": Ref(number)}, "D": Ref(number)}
        more["AS"] = Name("On")
    if generator.random() > 0.9:
        del more["AP"]
    update = papers.field(file, rect=RECT, more=more)
    form = {k: v for k, v in (FORM | {"BBox": [0, 0, 40, 40]} | keys).items() if v is not None}
    update.objects[number] = Stream(data, form)
    update.shown = (turned(RECT, turn),)
    seal(file, update, who)
    return Case("pictures", f"{picture}, {widget}, page turned by {turn}", before, bytes(file.data), update.shown)


def turned(rect, turn: int):
    """Where the rectangle is seen on the page of 200 by 200."""
    x0, y0, x1, y1 = rect
    match turn:
        case 90:
            return (y0, 200 - x1, y1, 200 - x0)
        case 180:
            return (200 - x1, 200 - y1, 200 - x0, 200 - y0)
        case 270:
            return (200 - y1, x0, 200 - y0, x1)
    return rect
