"""What the process may take, and when it ends."""

import fcntl
import os
import resource
import signal
import sys
from time import process_time as clock  # of CPU

from .protocol import LIFELINE, REPLIES, REQUESTS


def limit(request):
    """Limits what the process may take; a system that has no such limit has none."""

    def set_to(name, soft):
        try:
            which = getattr(resource, name)
            _, hard = resource.getrlimit(which)
            if hard != resource.RLIM_INFINITY:
                soft = min(soft, hard)
            resource.setrlimit(which, (soft, hard))
        except (AttributeError, ValueError, OSError):
            pass

    set_to("RLIMIT_CORE", 0)
    set_to("RLIMIT_FSIZE", request["file_bytes"])
    set_to("RLIMIT_NOFILE", request["files"])
    if request["backend"] == "cpu":  # CUDA reserves addresses by the terabyte
        set_to("RLIMIT_DATA", request["memory_bytes"])
        # Libraries alone take gigabytes of addresses, but no program takes that many.
        set_to("RLIMIT_AS", request["memory_bytes"] + (64 << 30))


cpu_limit = 0  # s


def limit_cpu(seconds):
    """Lets the process take that much more CPU time, as a backstop; up to 5 s more."""
    global cpu_limit
    needed = int(clock() + seconds) + 1
    if needed <= cpu_limit <= needed + 5:
        return
    soft = cpu_limit = needed + 5
    try:
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        if hard != resource.RLIM_INFINITY:
            soft = min(soft, hard)
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
    except (ValueError, OSError):
        pass


def die_with_parent():
    """Has the kernel kill this process group when packbench ends, whatever it does."""
    try:
        fcntl.fcntl(LIFELINE, fcntl.F_SETOWN, -os.getpgrp())
        if sys.platform == "linux":
            fcntl.fcntl(LIFELINE, 10, signal.SIGKILL)  # F_SETSIG
        flags = fcntl.fcntl(LIFELINE, fcntl.F_GETFL)
        fcntl.fcntl(LIFELINE, fcntl.F_SETFL, flags | os.O_ASYNC)
    except (AttributeError, OSError):
        pass


def keep_pipes_private():
    """Keeps the protocol from what the program starts or forks."""
    for fd in (REQUESTS, REPLIES, LIFELINE):
        os.set_inheritable(fd, False)

    def leave():
        for fd in (REQUESTS, REPLIES):
            try:
                os.close(fd)
            except OSError:
                pass

    os.register_at_fork(after_in_child=leave)
    for fd in (REQUESTS, REPLIES):
        try:
            fcntl.fcntl(fd, 1031, 1 << 20)  # F_SETPIPE_SZ, on Linux: fewer switches per frame
        except OSError:
            pass
