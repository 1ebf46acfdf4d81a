#!/usr/bin/env python3
"""Draws seal/seal.png: the round red seal of a made-up union, 36 mm at 600 dpi, on a transparent ground, with the worn edges
of a rubber stamp. Needs Pillow and Debian's fonts-liberation2; run once, the result is committed:

    python3 Tests/Fixtures/making/seal.py
"""

import math
import pathlib
import random

from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIDE = 850  # 36 mm at 600 dpi
SCALE = 2  # drawn larger, then made smaller, for smooth edges
RED = (200, 16, 30)
FONT = "/usr/share/fonts/truetype/liberation2/LiberationSans-Bold.ttf"


def on_arc(mask: Image.Image, text: str, radius: float, middle: float, size: int, inward: bool) -> None:
    """Letters along a circle; `middle` is the angle of their middle, 0 at the top, clockwise."""
    font = ImageFont.truetype(FONT, size)
    widths = [font.getlength(letter) * 1.08 for letter in text]
    angle = middle - (-1 if inward else 1) * sum(widths) / 2 / radius
    centre = mask.width / 2
    for letter, width in zip(text, widths):
        angle += (-1 if inward else 1) * width / 2 / radius
        tile = Image.new("L", (size * 2, size * 2), 0)
        ImageDraw.Draw(tile).text((size, size), letter, 255, font, anchor="mm")
        turned = tile.rotate(-math.degrees(angle) + (180 if inward else 0), Image.BICUBIC)
        x = centre + radius * math.sin(angle) - size
        y = centre - radius * math.cos(angle) - size
        mask.paste(255, (round(x), round(y)), turned)
        angle += (-1 if inward else 1) * width / 2 / radius


def star(draw: ImageDraw.ImageDraw, x: float, y: float, size: float) -> None:
    points = []
    for corner in range(10):
        radius = size if corner % 2 == 0 else size * 0.39
        angle = corner * math.pi / 5
        points.append((x + radius * math.sin(angle), y - radius * math.cos(angle)))
    draw.polygon(points, 255)


def main() -> None:
    random.seed(2016)
    side = SIDE * SCALE
    mask = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(mask)
    centre = side / 2

    def circle(radius: float, width: int) -> None:
        draw.ellipse((centre - radius, centre - radius, centre + radius, centre + radius), outline=255, width=width)

    circle(side * 0.492, round(side * 0.018))
    circle(side * 0.462, round(side * 0.006))
    circle(side * 0.305, round(side * 0.006))
    on_arc(mask, "CÔNG ĐOÀN TỈNH AN BÌNH", side * 0.383, 0, round(side * 0.082), inward=False)
    for angle in (math.radians(117), math.radians(-117)):
        star(draw, centre + side * 0.383 * math.sin(angle), centre - side * 0.383 * math.cos(angle), side * 0.03)
    on_arc(mask, "LẠC LONG QUÂN", side * 0.383, math.pi, round(side * 0.066), inward=True)
    star(draw, centre, centre - side * 0.13, side * 0.11)
    for line, (text, size) in enumerate([("CÔNG ĐOÀN", 0.075), ("CƠ SỞ", 0.075), ("TRƯỜNG THPT", 0.052)]):
        font = ImageFont.truetype(FONT, round(side * size))
        draw.text((centre, centre + side * (0.035 + 0.085 * line)), text, 255, font, anchor="mm")
    mask = mask.resize((SIDE, SIDE), Image.LANCZOS)
    noise = Image.effect_noise((SIDE // 12, SIDE // 12), 90).resize((SIDE, SIDE), Image.BICUBIC)
    worn = noise.filter(ImageFilter.GaussianBlur(2)).point(lambda value: 255 if value > 95 else 150)
    ink = Image.composite(mask, mask.point(lambda value: round(value * 0.72)), worn)
    # Few levels of ink keep the file small.
    ink = ink.point(lambda value: min(224, value // 32 * 32))
    seal = Image.new("RGBA", (SIDE, SIDE), RED + (0,))
    seal.putalpha(ink)
    # What hides in invisible pixels must not matter: here it is black.
    seal = Image.composite(seal, Image.new("RGBA", seal.size, (0, 0, 0, 0)), ink.point(lambda value: 255 if value else 0))
    seal.save(pathlib.Path(__file__).parent.parent / "seal" / "seal.png", optimize=True)


if __name__ == "__main__":
    main()
