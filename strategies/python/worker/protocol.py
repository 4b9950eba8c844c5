"""The frames of requests and replies."""

import os
import select
import struct
import time

REQUESTS, REPLIES, LIFELINE = 3, 4, 5
MAGIC = 0x31574250  # "PBW1"
HEADER = struct.Struct("<IIII")  # magic, kind, sequence number, bytes of the body
LOAD, PACK, PLAN = 1, 2, 3
LOADED, PACKED, PLANNED, FAULT = 17, 18, 19, 20

PACK_HEAD = struct.Struct("<IIIIQ")  # layers, items, packs, 0, seed
PLAN_HEAD = struct.Struct("<IIIIIIQ")  # layers, experts, slots, groups, nodes, GPUs, seed
ANSWER_HEAD = struct.Struct("<qqqq")  # ns: to arrays, the call, from arrays; bytes of a number
WIDTH = struct.Struct("<q")


def read_exactly(stream, size):
    """Returns the next bytes of the stream, or None at its end."""
    data = bytearray(size)
    view, at = memoryview(data), 0
    while at < size:
        n = stream.readinto(view[at:])
        if not n:
            return None
        at += n
    return data


clock = time.perf_counter_ns  # bound before a program can put another in its place
READY_TIME = 200_000  # ns


def stay_ready():
    """Waits for the next request awake for a moment: waking a sleeping processor takes as
    long as all the rest of an exchange."""
    requests = select.poll()
    requests.register(REQUESTS, select.POLLIN)
    end = clock() + READY_TIME
    while not requests.poll(0) and clock() < end:
        pass


def write_all(parts):
    """Writes the parts of a frame one after the other."""
    views = [memoryview(p).cast("B") for p in parts if len(p)]
    while views:
        n = os.writev(REPLIES, views)
        while views and n >= len(views[0]):
            n -= len(views.pop(0))
        if n:
            views[0] = views[0][n:]


def reply(kind, sequence, *parts):
    write_all([HEADER.pack(MAGIC, kind, sequence, sum(len(p) for p in parts)), *parts])
