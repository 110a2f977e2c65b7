"""Sets of fiches as integers: bit n stands for the fiche at position n.

Python's integers do the rest: « and » of two sets of 20,000 fiches takes a microsecond, their count another.
"""

import re
from itertools import islice

NON_NUL = re.compile(rb"[^\x00]")
# The bits that are set in each byte, lowest first.
BITS = tuple(tuple(bit for bit in range(8) if octet >> bit & 1) for octet in range(256))


def make_masque(positions, size):
    """Return the set of these positions (a list, in any order, twice or once), all below ``size``."""
    if len(positions) * 32 > size:
        # Written as a number in base two, highest bit first: twice as quick where many bits are set.
        figures = bytearray(b"0") * size
        for position in positions:
            figures[-1 - position] = 49
        return int(figures, 2)
    octets = bytearray((size >> 3) + 1)
    for position in positions:
        octets[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(octets, "little")


def iter_positions(masque):
    """Yield the positions of a set, lowest first."""
    octets = masque.to_bytes((masque.bit_length() + 7) >> 3, "little")
    for found in NON_NUL.finditer(octets):
        base = found.start() << 3
        for bit in BITS[found[0][0]]:
            yield base + bit


def list_positions(masque, limit=None):
    """Return the positions of a set, lowest first; the ``limit`` first ones."""
    return list(islice(iter_positions(masque), limit))
