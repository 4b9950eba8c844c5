"""What can be wrong with a program, in one line."""

import os
import traceback


class Fault(Exception):
    """What is wrong with a program or its answer; kind as in doc.go."""

    def __init__(self, kind, message, trace=""):
        super().__init__(message)
        self.kind, self.message, self.trace = kind, message, trace


class TimeLimit(BaseException):
    """Ends a trial that takes too long."""


def one_line(value, most=300):
    try:
        text = " ".join(str(value).split())
    except Exception:
        text = "(no text)"
    return text if len(text) <= most else text[:most] + " …"


def place(error, program_path):
    """Says where in the program the error came from."""
    line = function = None
    trace = error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == program_path:
            line, function = trace.tb_lineno, trace.tb_frame.f_code.co_name
        trace = trace.tb_next
    if line is None:
        return ""
    return f" ({os.path.basename(program_path)}, line {line}, in {function})"


def describe(error, path):
    """Returns the fault that an exception is."""
    if isinstance(error, Fault):
        return error
    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    where = place(error, path)
    if isinstance(error, SystemExit):
        return Fault("exit", f"called sys.exit({one_line(repr(error.code))}){where}", trace)
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    text = one_line(error)
    what = f"{name}: {text}" if text else name
    if isinstance(error, MemoryError):
        return Fault("memory", f"ran out of memory under its limit: {what}{where}", trace)
    return Fault("exception", what + where, trace)
