"""The demo merchant's logo, drawn: a panda over a cup of tea."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

SIZE = 300
SCALE = 4
JADE, WHITE, BLACK, CUP, TEA = "#2f7d5b", "#ffffff", "#23302b", "#f0d9a8", "#b5742c"
Box = tuple[float, float, float, float]
# Shape, colour and place, in pixels of the finished picture, one over the other.
SHAPES: tuple[tuple[str, str, Box], ...] = (
    ("ellipse", BLACK, (72, 46, 128, 102)),
    ("ellipse", BLACK, (172, 46, 228, 102)),
    ("ellipse", WHITE, (70, 58, 230, 206)),
    ("ellipse", BLACK, (98, 106, 142, 154)),
    ("ellipse", BLACK, (158, 106, 202, 154)),
    ("ellipse", WHITE, (114, 118, 132, 136)),
    ("ellipse", WHITE, (168, 118, 186, 136)),
    ("ellipse", BLACK, (136, 150, 164, 170)),
    ("ellipse", CUP, (208, 206, 256, 248)),
    ("ellipse", JADE, (218, 214, 246, 240)),
    ("rectangle", CUP, (78, 198, 222, 226)),
    ("ellipse", CUP, (78, 170, 222, 270)),
    ("ellipse", TEA, (88, 188, 212, 212)),
)


def demo_logo() -> bytes:
    """Return the logo as PNG, 300 by 300 pixels; the same bytes each time."""
    picture = Image.new("RGB", (SIZE * SCALE, SIZE * SCALE), JADE)
    pen = ImageDraw.Draw(picture)
    for shape, colour, box in SHAPES:
        getattr(pen, shape)([SCALE * edge for edge in box], fill=colour)
    drawn = io.BytesIO()
    picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(drawn, "PNG", optimize=True)
    return drawn.getvalue()
