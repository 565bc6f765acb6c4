"""What Python's own json module does: a line [task, argument] in, a line [answer, ...] out."""

import base64
import json
import math
import random
import struct
import sys

SPELLINGS = [
    {},  # requests, aiohttp
    {"separators": (",", ":"), "ensure_ascii": False},  # httpx
    {"indent": 2},
]
CHARACTERS = [
    *'aZ09 "\\/{}[],:',
    *"\x00\x01\b\t\n\v\f\r\x1f\x7e\x7f\x80\x9f\xa0\xad\xe9\xff",
    *"\u0130\u0627\u2028\u2029\u4e2d\ud7ff\ue000\uf8ff\ufb01\ufdd0\ufeff\ufffd\ufffe\uffff",
    *"\U00010000\U0001d11e\U0001f600\U000e0001\U000fffff\U0010ffff",
]
SURROGATES = [*"\ud800\ud83d\udbff\udc00\ude00\udfff"]
FLOATS = [0.0, -0.0, 1.0, 1e-4, 1e-5, 1e-7, 1e15, 1e16, 1e17, 1e21, 1e22, 5e-324, 2.2250738585072014e-308,
          1.7976931348623157e308, 123456789012345680.0, 0.1, 1 / 3]
INTEGERS = [0, -1, 2**53 + 1, -(2**53) - 1, 2**64, 10**39 + 7, -(10**40)]


def wire(data, spelling):
    body = {"event": "document.uploaded", "timestamp": "2026-01-31T12:00:00", "data": data, "signature": "00"}
    try:
        return base64.b64encode(json.dumps(body, **spelling).encode()).decode()
    except UnicodeEncodeError:  # a raw lone surrogate: no client can post it
        return None


def produce(data):
    return [json.dumps(data, sort_keys=True), *(wire(data, spelling) for spelling in SPELLINGS)]


def some_text(rng, characters):
    text = "".join(rng.choices(characters, k=rng.choice((0, 1, 1, 2, 3, 8))))
    # Two surrogates side by side that are not one character look like one on every wire.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def some_float(rng):
    value = struct.unpack(">d", rng.randbytes(8))[0]
    return value if math.isfinite(value) else rng.choice(FLOATS)


def some_value(rng, characters, depth):
    kind = rng.randrange(10 if depth < 6 else 6)
    if kind == 0:
        return rng.choice((None, True, False))
    if kind == 1:
        return rng.choice((rng.choice(INTEGERS), rng.randrange(-100, 100), rng.getrandbits(130)))
    if kind == 2:
        return rng.choice((rng.choice(FLOATS), some_float(rng), rng.uniform(-1000, 1000)))
    if kind < 6:
        return some_text(rng, characters)
    if kind < 8:
        return [some_value(rng, characters, depth + 1) for _ in range(rng.randrange(5))]
    return some_object(rng, characters, depth)


def some_object(rng, characters, depth=0):
    size = rng.randrange(8)
    return {some_text(rng, characters): some_value(rng, characters, depth + 1) for _ in range(size)}


def generate(seed):
    rng = random.Random(seed)
    return produce(some_object(rng, CHARACTERS + SURROGATES if seed % 4 == 0 else CHARACTERS))


TASKS = {
    "produce": lambda text: produce(json.loads(text)),
    "generate": generate,
    "redump": lambda text: [json.dumps(json.loads(text), sort_keys=True)],
    "repr": lambda bits: [repr(struct.unpack(">d", bytes.fromhex(bits))[0])],
}

for line in sys.stdin:
    task, argument = json.loads(line)
    print(json.dumps(TASKS[task](argument)))
