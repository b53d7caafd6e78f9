"""Bundles whose hashes or row names are written another way: one spelling may pass, or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from tests.ledger_story import PACKER
from tests.vectors.bundle_cases_v2 import Case, clean, whole

_NODES = re.compile(rb'(?<="nodes":)"([A-Za-z0-9+/]*)(=*)"')


def spelling_cases() -> Mapping[str, Case]:
    """Each says the same hashes as the clean bundle, or nearly."""
    anybody = "Whoever hands out bundles, or a line that spoils them."
    return {
        "nodes_as_list_fail": Case(
            "The hashes as a list instead of one text.", anybody, _spelled(lambda _, __: b"[]")
        ),
        "nodes_cut_fail": Case(
            "Three bytes of the hashes cut off.",
            anybody,
            _spelled(lambda text, _: b'"%s"' % text[: len(text) // 4 * 4 - 4]),
        ),
        "nodes_other_alphabet_fail": Case(
            "The hashes in the alphabet of web addresses.",
            anybody,
            _spelled(lambda text, end: b'"%s%s"' % (text.replace(b"/", b"_"), end)),
        ),
        "nodes_spaced_fail": Case(
            "A space among the hashes.",
            anybody,
            _spelled(lambda text, end: b'"%s %s%s"' % (text[:4], text[4:], end)),
        ),
        "nodes_unpadded_fail": Case(
            "The hashes without their padding, or with too much of it.",
            anybody,
            _spelled(lambda text, end: b'"%s%s"' % (text, b"" if end else b"==")),
        ),
        "nodes_loose_bits_fail": Case(
            "The last letter of the hashes spells the same bytes another way.",
            anybody,
            _loose(),
        ),
        "index_row_of_other_owner_fail": Case(
            "A station's key looked for among the rows of another party, where it is not.",
            "Whoever hides the end of a key.",
            _elsewhere(),
        ),
    }


def _spelled(write: Callable[[bytes, bytes], bytes]) -> bytes:
    raw, count = _NODES.subn(lambda found: write(*found.groups()), clean().format(), count=1)
    assert count == 1
    assert raw != clean().format()
    return raw


def _loose() -> bytes:
    """One hash is 43 letters and a =, the last of them with two bits that mean nothing."""
    nodes = clean().nodes or ()
    raw = replace(clean(), nodes=nodes[:1]).format()
    found = _NODES.search(raw)
    assert found is not None
    last = found.end(1) - 1
    return raw[:last] + bytes([raw[last] + 1]) + raw[last + 1 :]


def _elsewhere() -> bytes:
    index = clean().index
    assert index is not None
    names = [one.name for one in index.rows]
    own = next(name for name in names if name[:2] == ("key", PACKER))
    names[names.index(own)] = ("key", "LEDGER", own[2])
    return replace(clean(), index=whole().rows_for(sorted(names))).format()
