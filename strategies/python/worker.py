"""Serves a Python program to packbench over pipes; see doc.go for the protocol.

It runs as `python -c`, one process per program and backend. File 3 brings requests,
file 4 takes replies, file 5 is closed when packbench ends. Standard output and
standard error are a log.
"""

import ast
import base64
import ctypes
import faulthandler
import fcntl
import gc
import importlib.util
import inspect
import io
import json
import linecache
import os
import random
import resource
import signal
import struct
import sys
import time
import traceback
import types

REQUESTS, REPLIES, LIFELINE = 3, 4, 5
clock = time.perf_counter_ns  # bound before a program can put another in its place
MAGIC = 0x31574250  # "PBW1"
HEADER = struct.Struct("<IIII")  # magic, kind, sequence number, bytes of the body
LOAD, PACK, PLAN = 1, 2, 3
LOADED, PACKED, PLANNED, FAULT = 17, 18, 19, 20

PACK_HEAD = struct.Struct("<IIIIQ")  # layers, items, packs, 0, seed
PLAN_HEAD = struct.Struct("<IIIIIIQ")  # layers, experts, slots, groups, nodes, GPUs, seed
TIMES = struct.Struct("<qqq")  # ns: to arrays, the call, from arrays
INT32 = 2**31 - 1

PARAMETERS = {
    PACK: ("weight", "num_packs"),
    PLAN: ("weight", "num_replicas", "num_groups", "num_nodes", "num_gpus"),
}


class Fault(Exception):
    """What is wrong with a program or its answer; kind as in doc.go."""

    def __init__(self, kind, message, trace=""):
        super().__init__(message)
        self.kind, self.message, self.trace = kind, message, trace


class TimeLimit(BaseException):
    """Ends a trial that takes too long."""


# Frames


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
    write_all([HEADER.pack(MAGIC, kind, sequence, sum(map(len, parts))), *parts])


# The process


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
        set_to("RLIMIT_AS", request["memory_bytes"])


def limit_cpu(seconds):
    """Lets the process take that much more CPU time, as a backstop."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 1
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


# The program


def missing_library(tree):
    """Returns the line and the name of a library that some function imports and that
    cannot be found, so that it is known before the function runs."""
    queue = [tree]
    while queue:
        node = queue.pop()
        if isinstance(node, (ast.Try, ast.If)):
            continue  # the program may do without
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module]
        for top in (name.split(".")[0] for name in names):
            if top in ("numpy", "torch") and not importlib.util.find_spec(top):
                return node.lineno, top
        queue.extend(ast.iter_child_nodes(node))
    return None


def need(name, why):
    """Imports a library that the program needs."""
    try:
        return __import__(name)
    except ModuleNotFoundError as e:
        if e.name == name:
            raise Fault("library", f"{why} needs {name}, which {sys.executable} does not have: install it there, or name another interpreter with --python") from None
        raise


class Program:
    """A program's module and the function of it that is called."""

    def __init__(self, request):
        self.path = request["path"]
        self.name = os.path.basename(self.path)
        self.kind = request["kind"]
        self.backend, self.device = request["backend"], None
        self.threads = request["threads"]
        self.seconds = request["seconds"]
        sys.path[0:1] = [os.path.dirname(self.path)]
        sys.argv = [self.path]
        self.module = self.execute(base64.b64decode(request["source"]), request["block"])
        self.find(request["function"])
        self.arrays = self.choose_arrays(request["arrays"])
        self.use_arrays()

    def where(self, line):
        return f"{self.name}, line {line}"

    def execute(self, source, is_block):
        try:
            source = importlib.util.decode_source(source)
            tree = ast.parse(source, self.path)
        except (SyntaxError, ValueError) as e:  # a wrong encoding is one or the other
            line = getattr(e, "lineno", None)
            hint = ""
            if "<<<<<<< SEARCH" in str(source):
                hint = ": the file has SEARCH/REPLACE blocks, so choose one with block=search or block=replace"
            message = one_line(getattr(e, "msg", None) or e)
            raise Fault("syntax", f"{self.where(line) if line else self.name} is not Python: {message}{hint}") from None
        missing = missing_library(tree)
        if missing:
            need(missing[1], self.where(missing[0]))
        stem = os.path.splitext(self.name)[0]
        name = stem if stem.isidentifier() and stem not in sys.modules else "program"
        module = types.ModuleType(name)
        module.__file__ = self.path
        if is_block:
            prelude(module, tree, self.name)
        sys.modules[name] = module
        linecache.cache[self.path] = (len(source), None, source.splitlines(True), self.path)
        seed(0)
        try:
            exec(compile(tree, self.path, "exec"), module.__dict__)
        except ModuleNotFoundError as e:
            trace = "".join(traceback.format_exception(type(e), e, e.__traceback__))
            raise Fault("module", f"{self.name} needs the module {e.name}, which {sys.executable} does not have{place(e, self.path)}", trace) from None
        return module

    def find(self, name):
        function = getattr(self.module, name, None)
        if function is None:
            others = sorted(n for n, f in vars(self.module).items()
                            if inspect.isfunction(f) and f.__module__ == self.module.__name__ and not n.startswith("_"))
            hint = f"function={others[0]} names one it has" if len(others) == 1 else "it has " + ", ".join(others[:8]) if others else "it has none"
            raise Fault("function", f"{self.name} has no function {name}: {hint}")
        if not callable(function):
            raise Fault("function", f"{name} in {self.name} is not a function but {one_line(type(function).__name__)}")
        wanted = PARAMETERS[self.kind]
        self.function, self.keywords = function, False
        try:
            signature = inspect.signature(function)
        except (TypeError, ValueError):
            return  # of C code, say: the call will tell
        try:
            signature.bind(*wanted)
        except TypeError:
            try:
                signature.bind(**dict.fromkeys(wanted))
                self.keywords = True
            except TypeError:
                raise Fault("parameters", f"{name}{one_line(signature)} in {self.name} has other parameters: it must take ({', '.join(wanted)})") from None
        self.signature = signature

    def choose_arrays(self, stated):
        """Returns "numpy" or "torch": what is stated, annotated, imported, or works."""
        if stated != "auto":
            return stated
        signature = getattr(self, "signature", None)
        if signature:
            note = next(iter(signature.parameters.values())).annotation
            text = note if isinstance(note, str) else f"{getattr(note, '__module__', '')}.{getattr(note, '__qualname__', '')} {note!r}"
            if note is not inspect.Parameter.empty:
                if "torch" in text or "Tensor" in text:
                    return "torch"
                if "numpy" in text or "ndarray" in text or text.startswith("np."):
                    return "numpy"
        modules = {getattr(v, "__name__", "").split(".")[0] for v in vars(self.module).values() if inspect.ismodule(v)}
        modules |= {(getattr(v, "__module__", None) or "").split(".")[0] for v in vars(self.module).values() if callable(v)}
        used = [m for m in ("numpy", "torch") if m in modules]
        if len(used) == 1:
            return used[0]
        able = [m for m in ("numpy", "torch") if m in sys.modules or importlib.util.find_spec(m)]
        if self.backend != "cpu":
            able.reverse()
        for candidate in able[: 2 * (len(able) > 1)]:
            self.arrays = candidate
            try:
                self.use_arrays()
                self.call_tiny()
                return candidate
            except TimeLimit:
                break  # the first call will have a status for that
            except Exception:
                continue
        return able[0] if able else "numpy"

    def call_tiny(self):
        """Calls the function on a problem small enough to try what it takes."""

        def stop(*_):
            raise TimeLimit

        data = struct.pack("<8f", 4, 3, 2, 1, 1, 2, 3, 4)
        before = signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, self.seconds)
        try:
            if self.kind == PACK:
                self.pack(PACK_HEAD.pack(2, 4, 2, 0, 0) + data)
            else:
                self.plan(PLAN_HEAD.pack(2, 4, 4, 1, 1, 2, 0) + data)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def use_arrays(self):
        library = need(self.arrays, f"{getattr(self.function, '__name__', 'the function')} in {self.name}")
        if self.arrays == "torch":
            library.set_num_threads(self.threads)
        if self.backend == "cpu":
            return
        if self.arrays == "numpy":
            raise Fault("unsupported", f"{self.name} takes NumPy arrays, which are not on a GPU")
        if not library.cuda.is_available():
            raise Fault("unavailable", f"torch {library.__version__} sees no CUDA device")
        if request_device() >= library.cuda.device_count():
            raise Fault("unavailable", f"torch sees {library.cuda.device_count()} CUDA devices, not device {request_device()}")
        self.device = library.device("cuda", request_device())

    def weights(self, data, shape):
        """Returns a fresh array of the shape, for the program to do with as it likes."""
        if self.arrays == "numpy":
            return sys.modules["numpy"].frombuffer(data, dtype="<f4").reshape(shape).copy()
        torch = sys.modules["torch"]
        array = torch.frombuffer(data, dtype=torch.float32).reshape(shape)
        return array.to(self.device) if self.device else array.clone()

    def run(self, data, shape, seed_value, numbers):
        """Calls the function; returns its answer and the times so far."""
        start = clock()
        weights = self.weights(data, shape)
        seed(seed_value)
        limit_cpu(self.seconds * self.threads + 5)
        gc.collect()
        arguments = (weights, *numbers)
        named = dict(zip(PARAMETERS[self.kind], arguments)) if self.keywords else None
        synchronize = sys.modules["torch"].cuda.synchronize if self.device else None
        if synchronize:
            synchronize(self.device)
        begin = clock()
        answer = self.function(**named) if named else self.function(*arguments)
        if synchronize:
            synchronize(self.device)
        end = clock()
        if os.getpid() != PID:
            os._exit(0)  # a fork of the program's that returned
        return answer, begin - start, end - begin, end

    def pack(self, body):
        layers, items, packs, _, seed_value = PACK_HEAD.unpack_from(body)
        answer, before, call, end = self.run(memoryview(body)[PACK_HEAD.size:], (layers, items), seed_value, (packs,))
        index, rank = members(answer, ("pack_index", "rank_in_pack"))
        parts = [indices(index, "pack_index", (layers, items)), indices(rank, "rank_in_pack", (layers, items))]
        return [TIMES.pack(before, call, clock() - end), *parts]

    def plan(self, body):
        layers, experts, slots, groups, nodes, gpus, seed_value = PLAN_HEAD.unpack_from(body)
        answer, before, call, end = self.run(memoryview(body)[PLAN_HEAD.size:], (layers, experts), seed_value, (slots, groups, nodes, gpus))
        names = ("physical_to_logical_map", "logical_to_physical_map", "expert_count")
        physical, width = answer, 0
        if not hasattr(answer, "shape"):
            physical, logical, count = members(answer, names)
        parts = [indices(physical, names[0], (layers, slots))]
        if physical is not answer:
            parts.append(indices(count, names[2], (layers, experts)))
            parts.append(indices(logical, names[1], (layers, experts, "copies")))
            width = len(parts[2]) // (4 * layers * experts)
        return [TIMES.pack(before, call, clock() - end), struct.pack("<Q", width), *parts]

    def facts(self):
        """Lists what may explain a time or an answer."""
        version = sys.version_info
        facts = [("python", f"{sys.implementation.name} {version.major}.{version.minor}.{version.micro}")]
        numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
        if numpy:
            facts.append(("numpy", numpy.__version__))
        if torch:
            facts.append(("torch", torch.__version__))
            facts.append(("torch threads", str(torch.get_num_threads())))
            if torch.version.cuda:
                facts.append(("torch CUDA", torch.version.cuda))
        facts.append(("OMP_NUM_THREADS", os.environ.get("OMP_NUM_THREADS", "")))
        return facts


def prelude(module, tree, name):
    """Gives a block, which is cut out of its file, the libraries that it takes for granted."""
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    for alias, library in (("torch", "torch"), ("np", "numpy"), ("numpy", "numpy"), ("math", "math"), ("random", "random")):
        if alias in used:
            setattr(module, alias, need(library, f"the block in {name}"))
    if "F" in used and "torch" in used:
        module.F = need("torch", name).nn.functional
    if "nn" in used and "torch" in used:
        module.nn = need("torch", name).nn
    import typing
    for alias in ("Any", "Callable", "Dict", "List", "Optional", "Sequence", "Tuple", "Union"):
        setattr(module, alias, getattr(typing, alias))


def seed(value):
    random.seed(value)
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy and hasattr(numpy, "random"):
        numpy.random.seed(value if value < 2**32 else [value & 0xFFFFFFFF, value >> 32])
    if torch and hasattr(torch, "manual_seed"):
        torch.manual_seed(value)


def settle():
    """Exempts all that is there now from the collections before calls: they are quick then."""
    gc.collect()
    gc.freeze()


# Answers


def members(answer, names):
    if not isinstance(answer, (tuple, list)) or len(answer) != len(names):
        got = type(answer).__name__
        if isinstance(answer, (tuple, list)):
            got = f"{got} of {len(answer)}"
        raise Fault("answer", f"the answer is {one_line(got)}: return ({', '.join(names)})")
    return answer


def indices(array, name, shape):
    """Returns the int32 bytes of an array of whole numbers of that shape."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch and isinstance(array, torch.Tensor):
        array = array.detach()
        if array.dtype.is_floating_point or array.dtype.is_complex or array.dtype == torch.bool:
            nan = array.dtype.is_floating_point and bool(array.isnan().any())
            raise wrong_type(name, array.dtype, nan)
        check_shape(array, name, shape)
        array = array.to("cpu")
        if array.dtype != torch.int32:
            check_range(name, int(array.min()), int(array.max()))
        array = array.to(torch.int32).contiguous()
        return ctypes.string_at(array.data_ptr(), array.numel() * 4)
    # Nothing else: work could hide in the conversion of a lazy object, untimed.
    if not isinstance(array, (list, tuple)) and not (numpy and isinstance(array, numpy.ndarray)):
        raise Fault("answer", f"{name} is {one_line(type(array).__name__)}: return an array")
    if numpy is None:
        try:
            array = torch.tensor(array)
        except (TypeError, ValueError):
            raise Fault("answer", f"{name} is no array of whole numbers: return {list(shape)}") from None
        return indices(array, name, shape)
    try:
        array = numpy.asarray(array)
    except ValueError:
        raise Fault("answer", f"{name} has rows of different lengths: return {list(shape)}") from None
    if array.dtype.kind not in "iu":
        raise wrong_type(name, array.dtype, array.dtype.kind == "f" and bool(numpy.isnan(array).any()))
    check_shape(array, name, shape)
    if array.dtype.itemsize > 4 or array.dtype.kind == "u":
        check_range(name, int(array.min()), int(array.max()))
    return array.astype("<i4", copy=False).tobytes()


def wrong_type(name, dtype, nan):
    return Fault("answer", f"{name} has dtype {dtype}{' and holds NaN' if nan else ''}: return whole numbers, int64 or int32")


def check_shape(array, name, shape):
    got = tuple(array.shape)
    if len(got) != len(shape) or 0 in got or any(isinstance(n, int) and n != g for n, g in zip(shape, got)):
        raise Fault("answer", f"{name} has shape [{', '.join(map(str, got))}]: return [{', '.join(map(str, shape))}]")


def check_range(name, low, high):
    if low < -INT32 - 1 or high > INT32:
        raise Fault("answer", f"{name} holds {low if low < -INT32 - 1 else high}, which is out of range")


# Faults


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


def fault(sequence, error, path):
    try:
        f = describe(error, path)
    except BaseException:
        f = Fault("exception", type(error).__name__)
    body = json.dumps({"kind": f.kind, "message": f.message, "traceback": f.trace[-(1 << 20):]}, ensure_ascii=True)
    reply(FAULT, sequence, body.encode())


DEVICE = 0


def request_device():
    return DEVICE


PID = os.getpid()


def main():
    global DEVICE
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
                path, DEVICE = request["path"], request["device"]
                limit(request)
                limit_cpu(request["load_seconds"] * request["threads"] + 5)
                program = Program(request)
                seed(0)  # NumPy imports its generators when they are first used
                settle()
                facts = [{"name": n, "value": v} for n, v in program.facts()]
                reply(LOADED, sequence, json.dumps({"arrays": program.arrays, "facts": facts}).encode())
            elif kind == PACK:
                reply(PACKED, sequence, *program.pack(body))
            elif kind == PLAN:
                reply(PLANNED, sequence, *program.plan(body))
            if sequence <= 2:
                settle()  # what the first call has imported, too
        except BaseException as error:
            if os.getpid() != PID:
                os._exit(1)
            fault(sequence, error, path)


main()
