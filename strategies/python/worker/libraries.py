"""The libraries that programs use, and the state they keep."""

import ast
import gc
import importlib.util
import os
import random
import sys

from .faults import Fault


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


def facts():
    """Lists what may explain a time or an answer."""
    version = sys.version_info
    found = [("python", f"{sys.implementation.name} {version.major}.{version.minor}.{version.micro}")]
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy:
        found.append(("numpy", numpy.__version__))
    if torch:
        found.append(("torch", torch.__version__))
        found.append(("torch threads", str(torch.get_num_threads())))
        if torch.version.cuda:
            found.append(("torch CUDA", torch.version.cuda))
    found.append(("OMP_NUM_THREADS", os.environ.get("OMP_NUM_THREADS", "")))
    return [{"name": name, "value": value} for name, value in found]
