"""The printed backup of one key: a page to print and lock away, and reading it back."""

from __future__ import annotations

import base64
import hashlib
import html
import io
from dataclasses import dataclass
from pathlib import Path

import qrcode
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, UnidentifiedImageError

from api.keys.errors import KeysError
from api.keys.paper_text import MARK, groups_of, seed_of

_MOST_PIXELS = 100_000_000
_STYLE = """
@page { size: A4; margin: 18mm }
body { font: 12pt/1.45 sans-serif; max-width: 174mm; margin: 0 auto; color: #000; background: #fff }
h1 { font-size: 19pt; margin: 0 0 2mm }
.secret { border: 2pt solid #000; padding: 5mm; margin: 5mm 0; display: flex; gap: 7mm; align-items: center }
.groups { font: 700 17pt/1.7 monospace; display: grid; grid-template-columns: repeat(2, auto); gap: 0 9mm; margin: 0; padding: 0; list-style: none; white-space: nowrap }
.groups span { font: 10pt monospace; display: inline-block; width: 2.2em; text-align: right; margin-right: .7em }
img { width: 52mm; height: 52mm; image-rendering: pixelated }
table { border-collapse: collapse; width: 100% }
td { border-bottom: .5pt solid #777; padding: 1.2mm 2mm; vertical-align: top; overflow-wrap: anywhere }
td:first-child { width: 45mm }
.mono { font: 10.5pt monospace }
i { color: #333 }
"""
_PAGE = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>{name}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'sha256-{style_digest}'">
<style>{style}</style></head><body>
<h1>Bản giấy của khóa {name}</h1>
<p><b>Ai cầm tờ này thì ký được như người giữ khóa.</b> In xong hãy xóa tệp, cất giấy vào phong bì dán kín ở nơi khóa.
<br><i>Paper backup of a private key. Whoever holds it can sign. Print it, delete the file, lock the paper away.</i></p>
<div class="secret"><img alt="QR" src="data:image/png;base64,{picture}"><ol class="groups">{groups}</ol></div>
<table>{rows}</table>
<p>Khôi phục: <span class="mono">ocop keys restore {name} --dir THƯ-MỤC-SỔ</span>, rồi gõ 14 nhóm chữ, hoặc thêm
<span class="mono">--from ẢNH-CHỤP.jpg</span>. Thử trước, không ghi gì: thêm <span class="mono">--dry-run</span>.
Chữ O đọc là số 0; I và L đọc là số 1.
<br><i>To restore: the same command, then type the 14 groups, or add --from PHOTO. Add --dry-run to try the paper out.</i></p>
</body></html>
"""


@dataclass(frozen=True, slots=True)
class OnPaper:
    """What is printed beside the secret: name of the key file, and rows of (label, value)."""

    name: str
    rows: tuple[tuple[str, str], ...]


def page(private: Ed25519PrivateKey, said: OnPaper) -> bytes:
    """One A4 page of HTML with nothing to fetch: groups, QR code, and whose key it is."""
    groups = groups_of(private.private_bytes_raw())
    # Numbered downwards in two columns, as one types them.
    half = len(groups) // 2
    order = [
        number for pair in zip(range(half), range(half, 2 * half), strict=True) for number in pair
    ]
    return _PAGE.format(
        style=_STYLE,
        style_digest=base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode("ascii"),
        name=html.escape(said.name),
        picture=base64.b64encode(_qr(MARK + "".join(groups))).decode("ascii"),
        groups="".join(f"<li><span>{number + 1}</span>{groups[number]}</li>" for number in order),
        rows="".join(
            f'<tr><td>{html.escape(label)}</td><td class="mono">{html.escape(value)}</td></tr>'
            for label, value in said.rows
        ),
    ).encode("utf-8")


def read_paper(raw: bytes, path: Path) -> Ed25519PrivateKey:
    """The key on a photograph or scan of a paper, in its page, or in a text of its groups.

    Raises:
        KeysError: `paper-unreadable`, `paper-length`, `paper-wrong`.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return typed_key(_scanned(raw, path))
    if "<html" in text:
        encoded = text.partition("data:image/png;base64,")[2].partition('"')[0]
        try:
            picture = base64.b64decode(encoded)
        except ValueError as wrong:
            raise KeysError("paper-unreadable", path=path) from wrong
        return typed_key(_scanned(picture, path))
    return typed_key(text)


def typed_key(text: str) -> Ed25519PrivateKey:
    """The key whose groups were typed. KeysError as `seed_of`."""
    return Ed25519PrivateKey.from_private_bytes(seed_of(text))


def _qr(text: str) -> bytes:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, box_size=8, border=4)
    code.add_data(text)
    code.make(fit=True)
    made = io.BytesIO()
    code.make_image(fill_color="black", back_color="white").save(made, "PNG")
    return made.getvalue()


def _scanned(raw: bytes, path: Path) -> str:
    try:
        with Image.open(io.BytesIO(raw)) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise KeysError("paper-unreadable", path=path)
            found = [one.text for one in zxingcpp.read_barcodes(picture.convert("L"))]
    except (OSError, ValueError, UnidentifiedImageError) as wrong:
        raise KeysError("paper-unreadable", path=path) from wrong
    texts = [one for one in found if one.startswith(MARK)]
    if len(texts) != 1:
        raise KeysError("paper-unreadable", path=path)
    return texts[0]
