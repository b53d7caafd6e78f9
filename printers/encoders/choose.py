"""Which encoder a printer's profile asks for."""

from __future__ import annotations

from printers.design.laid import Laid
from printers.encoders import escpos, escpos_changes, tspl, tspl_changes
from printers.encoders.encoded import Encoded
from printers.errors import EncodingError
from printers.profile import Profile, Send

__all__ = ["Encoded", "Send", "encode_label"]


def encode_label(laid: Laid, profile: Profile, send: Send = "whole") -> Encoded:
    """The bytes of one label for the printer of `profile`.

    `whole` sends the whole bitmap for every label. `changes` stores the background of the lot in
    the printer once per connection and then sends only what differs; it is refused where the
    profile does not know that the printer can do it, or the template is not made for it. Raises
    EncodingError with one sentence.
    """
    if profile.language == "sheet":
        raise EncodingError("encoding.sheet", profile=profile.name)
    if send == "changes":
        if send not in profile.sends:
            raise EncodingError("encoding.changes-unknown", profile=profile.name)
        by_changes = {"escpos": escpos_changes.encode, "tspl": tspl_changes.encode}
        return by_changes[profile.language](laid, profile)
    whole = {"escpos": escpos.encode, "tspl": tspl.encode}[profile.language]
    return Encoded(b"", whole(laid.bitmap(), profile, laid.template.media))
