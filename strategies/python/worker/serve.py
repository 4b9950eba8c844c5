"""The loop that answers requests."""

import faulthandler
import io
import json
import os
import sys

from .faults import Fault, describe
from .libraries import facts, seed, settle
from .limits import die_with_parent, keep_pipes_private, limit, limit_cpu
from .program import PID, Program
from .protocol import FAULT, HEADER, LOAD, LOADED, MAGIC, PACK, PACKED, PLAN, PLANNED, REQUESTS, read_exactly, reply, stay_ready


def load(request):
    """Returns the program of a request to load, ready to be called."""
    limit(request)
    limit_cpu(request["load_seconds"] * request["threads"] + 5)
    program = Program(request)
    seed(0)  # NumPy imports its generators when they are first used
    settle()
    return program


def fault(sequence, error, path):
    try:
        f = describe(error, path)
    except BaseException:
        f = Fault("exception", type(error).__name__)
    body = json.dumps({"kind": f.kind, "message": f.message, "traceback": f.trace[-(1 << 20):]}, ensure_ascii=True)
    reply(FAULT, sequence, body.encode())


def main():
    del sys.path[0]  # where this package is: no program is to find it
    faulthandler.enable()
    keep_pipes_private()
    die_with_parent()
    requests = io.FileIO(REQUESTS, "rb", closefd=False)
    program, path = None, ""
    while True:
        head = read_exactly(requests, HEADER.size)
        if head is None:
            os._exit(0)  # packbench has no more; no exit handler may delay that
        magic, kind, sequence, size = HEADER.unpack(head)
        body = read_exactly(requests, size)
        if magic != MAGIC or body is None:
            os._exit(3)
        try:
            if kind == LOAD:
                request = json.loads(body)
                path = request["path"]
                program = load(request)
                reply(LOADED, sequence, json.dumps({"arrays": program.arrays, "facts": facts()}).encode())
            elif kind == PACK:
                reply(PACKED, sequence, *program.pack(body))
            elif kind == PLAN:
                reply(PLANNED, sequence, *program.plan(body))
            if sequence <= 2:
                settle()  # what the first call has imported, too
            stay_ready()
        except BaseException as error:
            if os.getpid() != PID:
                os._exit(1)  # a fork of the program's
            fault(sequence, error, path)
