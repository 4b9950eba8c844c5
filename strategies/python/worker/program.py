"""A program and the function of it that is called."""

import ast
import base64
import gc
import importlib.util
import inspect
import linecache
import os
import signal
import struct
import sys
import time
import traceback
import types

from .answers import indices, members, to_bytes
from .faults import Fault, TimeLimit, one_line, place
from .libraries import missing_library, need, prelude, seed
from .limits import limit_cpu
from .protocol import ANSWER_HEAD, PACK, PACK_HEAD, PLAN, PLAN_HEAD, WIDTH, clock

PID = os.getpid()

PARAMETERS = {
    PACK: ("weight", "num_packs"),
    PLAN: ("weight", "num_replicas", "num_groups", "num_nodes", "num_gpus"),
}


class Program:
    """A program's module and the function of it that is called."""

    def __init__(self, request):
        self.path = request["path"]
        self.name = os.path.basename(self.path)
        self.kind = request["kind"]
        self.backend, self.device, self.device_index = request["backend"], None, request["device"]
        self.threads = request["threads"]
        self.seconds = request["seconds"]
        if sys.path[:1] == [""]:
            del sys.path[0]
        sys.path.insert(0, os.path.dirname(self.path))  # as of a script
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
        if self.device_index >= library.cuda.device_count():
            raise Fault("unavailable", f"torch sees {library.cuda.device_count()} CUDA devices, not device {self.device_index}")
        self.device = library.device("cuda", self.device_index)

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
        size, parts = to_bytes([indices(index, "pack_index", (layers, items)), indices(rank, "rank_in_pack", (layers, items))])
        return [ANSWER_HEAD.pack(before, call, clock() - end, size), *parts]

    def plan(self, body):
        layers, experts, slots, groups, nodes, gpus, seed_value = PLAN_HEAD.unpack_from(body)
        answer, before, call, end = self.run(memoryview(body)[PLAN_HEAD.size:], (layers, experts), seed_value, (slots, groups, nodes, gpus))
        names = ("physical_to_logical_map", "logical_to_physical_map", "expert_count")
        physical, width = answer, 0
        if not hasattr(answer, "shape"):
            physical, logical, count = members(answer, names)
        arrays = [indices(physical, names[0], (layers, slots))]
        if physical is not answer:
            arrays.append(indices(count, names[2], (layers, experts)))
            arrays.append(indices(logical, names[1], (layers, experts, "copies")))
            width = arrays[2][0].shape[2]
        size, parts = to_bytes(arrays)
        return [ANSWER_HEAD.pack(before, call, clock() - end, size), WIDTH.pack(width), *parts]
