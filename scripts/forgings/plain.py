"""Forgeries without a disguise: any object of the letter is written anew, taken away or moved, through each update."""

import random
from collections.abc import Iterator

from . import papers
from .identity import Identity
from .papers import BLACK, CATALOG, COVERS, FALSE, FORM, PAGE, PAGES, TRUE, Case, Objects, letter, seal, signed
from .pdf import Name, Ref, Stream


def rich() -> Objects:
    """A letter in which much is indirect: numbers, resources, boxes, the page tree's lists, lengths, layers."""
    objects = letter()
    objects |= {
        10: len(TRUE), 11: [0, 0, 200, Ref(12)], 12: 200, 13: 0, 14: {"F1": Ref(5)}, 15: {"Font": Ref(14), "XObject": Ref(16),
        "Properties": {"L": Ref(18)}, "ExtGState": {"G": Ref(21)}}, 16: {"X": Ref(17)},
        17: Stream(b"0 0 1 rg 0 0 10 10 re f", FORM), 18: {"Type": Name("OCG"), "Name": "Layer"},
        19: {"OCGs": [Ref(18)], "D": Ref(22)}, 20: [Ref(PAGE)], 21: {"ca": 0.5}, 22: {"ON": Ref(23), "OFF": Ref(24)}, 23: [Ref(18)],
        24: [], 25: [Ref(26)], 26: {"Type": Name("Annot"), "Subtype": Name("Widget"), "FT": Name("Tx"), "T": "Amount", "V": "100",
        "Rect": [100, 150, 180, 180], "F": 4, "P": Ref(PAGE), "AP": {"N": Ref(27)}, "DA": "/Helv 10 Tf 0 g"},
        27: Stream(b"/Tx BMC q BT /F1 10 Tf 2 5 Td (100) Tj ET Q EMC", FORM | {"BBox": [0, 0, 80, 30], "Resources": Ref(15)}),
        28: {"Fields": Ref(29), "SigFlags": 3, "DR": Ref(15), "DA": "/Helv 10 Tf 0 g"}, 29: [Ref(26)],
        30: {"Type": Name("Annot"), "Subtype": Name("Link"), "Rect": [10, 10, 50, 30], "Border": [0, 0, 2], "A": {"S": Name("URI"), "URI": "https://example.vn/"}},
        31: Stream(TRUE + b" /X Do /G gs /OC /L BDC 50 50 20 20 re f EMC", length=Ref(32)), 32: 0,
        33: {"Type": Name("StructTreeRoot"), "K": Ref(34)}, 34: {"Type": Name("StructElem"), "S": Name("P"), "K": {"Type": Name("OBJR"), "Obj": Ref(26)}},
        35: {"Producer": "forging"},
    }  # fmt: skip
    objects[32] = len(objects[31].data)
    objects[4].length = Ref(10)
    objects[25] = [Ref(26), Ref(30)]
    objects[CATALOG] |= {"OCProperties": Ref(19), "AcroForm": Ref(28), "StructTreeRoot": Ref(33)}
    objects[PAGES] |= {"Kids": Ref(20), "Resources": Ref(15), "MediaBox": Ref(11), "Rotate": Ref(13)}
    objects[PAGE] = {"Type": Name("Page"), "Parent": Ref(PAGES), "Contents": [Ref(4), Ref(31)], "Annots": Ref(25)}
    return objects


def changed(value, generator: random.Random, file):
    """The same thing said otherwise, so that something else is seen."""
    match value:
        case Stream():
            return Stream(generator.choice([FALSE, BLACK, b" "]), value.keys)
        case dict():
            keys = list(value)
            if generator.random() < 0.3 or not keys:
                return value | {generator.choice(["Contents", "Rotate", "AP", "V", "F", "OC", "Annots"]): generator.choice([90, Ref(17), [], None])}
            key = generator.choice(keys)
            if generator.random() < 0.3:
                return {k: v for k, v in value.items() if k != key}
            return value | {key: changed(value[key], generator, file)}
        case list():
            return generator.choice([[], value[1:], [*value, generator.choice(value or [Ref(17)])], value[::-1],
                                     [changed(item, generator, file) for item in value]])  # fmt: skip
        case Ref():
            return generator.choice([Ref(4), Ref(17), Ref(generator.choice(list(file.objects))), None])
        case bool():
            return not value
        case int() | float():
            return generator.choice([0, 1, 90, -1, value + 37, value * 2, 0.5])
        case Name():
            return Name(generator.choice(["ZapfDingbats", "Courier", "Link", "Type3", "Off"]))
        case str():
            return generator.choice(["999", "", value * 2])
    return None


def cases(who: Identity, generator: random.Random) -> Iterator[Case]:
    while True:
        file = signed(rich(), who, {"Info": Ref(35)}, streams=generator.random() < 0.5)
        before = bytes(file.data)
        for number in generator.sample(sorted(n for n in file.objects if n < 40), 12):
            forged = file.copy()
            name, cover = papers.pick(generator, COVERS)
            update = cover(forged, who)
            how: dict = {}
            what = generator.choice(["changed", "changed", "changed", "freed", "null", "packed", "twice"])
            value = changed(update.objects.get(number, forged.objects[number]), generator, forged)
            match what:
                case "freed":
                    update.objects.pop(number, None)
                    how["entries"] = {number: (b"f", 0, 1)}
                case "null":
                    update.objects[number] = None
                case "packed" if forged.streams and not isinstance(value, Stream):
                    update.objects[number] = value
                    how["packed"] = (number,)
                case "twice":
                    # An object that comes first in the file, and is in no cross-reference.
                    update.objects[number] = value
                    how["unlisted"] = (number,)
                case _:
                    update.objects[number] = value
            seal(forged, update, who, **how)
            yield Case("plain", f"object {number} {what}, {name}", before, bytes(forged.data), update.shown)
