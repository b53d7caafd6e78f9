"""Troubles a virtual printer can be told to have, at its start or while it runs."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong and when. None, False and 0.0 mean never.

    Labels and bytes are counted from the start of the printer, or, for `VirtualPrinter.trouble`,
    from that call. Each of the first six holds until `refill` or `clear`; a drop happens once.

    paper_out_after      labels printed when the paper ends
    cover_open_after     labels printed when the cover (of a label printer: the head) opens
    hot_after            labels printed when the head is too hot to go on
    offline_after        labels printed when somebody presses the button that takes it offline
    jam_after            labels printed when the paper jams
    paper_low_after      labels printed when the roll is nearly used up; printing goes on
    drop_at_byte         the connection is reset when this many bytes have been taken
    die_at_byte          the printer loses its power: connection and listening end
    stall_at_byte        reading, printing and answering stop, the connection stays
    keeps_buffer         what was received is kept and printed over a lost connection, and a command
                         cut in two waits for its other half from the next connection
    silent               prints, and answers nothing
    odd_reply            answers with bytes that are no answer
    slow_replies_seconds every answer comes this much later
    """

    paper_out_after: int | None = None
    cover_open_after: int | None = None
    drop_at_byte: int | None = None
    die_at_byte: int | None = None
    stall_at_byte: int | None = None
    hot_after: int | None = None
    offline_after: int | None = None
    jam_after: int | None = None
    paper_low_after: int | None = None
    keeps_buffer: bool = False
    silent: bool = False
    odd_reply: bool = False
    slow_replies_seconds: float = 0.0

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if value is not None and value < 0:
                raise ValueError(f"{one.name} is {value}, expected 0 or more")
