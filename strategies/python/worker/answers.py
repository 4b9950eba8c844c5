"""From what a program returns to bytes, or to what is wrong with it."""

import ctypes
import sys

from .faults import Fault, one_line

INT16, INT32 = 2**15 - 1, 2**31 - 1


def members(answer, names):
    if not isinstance(answer, (tuple, list)) or len(answer) != len(names):
        got = type(answer).__name__
        if isinstance(answer, (tuple, list)):
            got = f"{got} of {len(answer)}"
        raise Fault("answer", f"the answer is {one_line(got)}: return ({', '.join(names)})")
    return answer


def indices(array, name, shape):
    """Returns an array of whole numbers of that shape, and whether all are in int16."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch and isinstance(array, torch.Tensor):
        array = array.detach()
        if array.dtype.is_floating_point or array.dtype.is_complex or array.dtype == torch.bool:
            nan = array.dtype.is_floating_point and bool(array.isnan().any())
            raise wrong_type(name, array.dtype, nan)
        check_shape(array, name, shape)
        array = array.to("cpu")
        return array, in_int16(name, int(array.min()), int(array.max()))
    # Nothing else: work could hide in the conversion of a lazy object, untimed.
    if not isinstance(array, (list, tuple)) and not (numpy and isinstance(array, numpy.ndarray)):
        raise Fault("answer", f"{name} is {one_line(type(array).__name__)}: return an array")
    if numpy is None:
        try:
            array = torch.tensor(array)
        except (TypeError, ValueError):
            raise Fault("answer", f"{name} is not an array of whole numbers: return {list(shape)}") from None
        return indices(array, name, shape)
    try:
        array = numpy.asarray(array)
    except ValueError:
        raise Fault("answer", f"{name} has rows of different lengths: return {list(shape)}") from None
    if array.dtype.kind not in "iu":
        raise wrong_type(name, array.dtype, array.dtype.kind == "f" and bool(numpy.isnan(array).any()))
    check_shape(array, name, shape)
    if 0 <= int(numpy.bitwise_or.reduce(array, axis=None)) <= INT16:  # one look instead of two
        return array, True
    return array, in_int16(name, int(array.min()), int(array.max()))


def in_int16(name, low, high):
    if low < -INT32 - 1 or high > INT32:
        raise Fault("answer", f"{name} holds {low if low < -INT32 - 1 else high}, which is out of range")
    return low >= -INT16 - 1 and high <= INT16


def to_bytes(arrays):
    """Returns the size of a number, 2 or 4, and the bytes of what indices returned."""
    size = 2 if all(small for _, small in arrays) else 4
    return size, [raw(array, size) for array, _ in arrays]


def raw(array, size):
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch and isinstance(array, torch.Tensor):
        array = array.to(torch.int16 if size == 2 else torch.int32).contiguous()
        return ctypes.string_at(array.data_ptr(), array.numel() * size)
    return numpy.ascontiguousarray(array, f"<i{size}").data.cast("B")


def wrong_type(name, dtype, nan):
    return Fault("answer", f"{name} has dtype {dtype}{' and holds NaN' if nan else ''}: return whole numbers, int64 or int32")


def check_shape(array, name, shape):
    got = tuple(array.shape)
    if got == shape:
        return
    if len(got) != len(shape) or 0 in got or any(isinstance(n, int) and n != g for n, g in zip(shape, got)):
        raise Fault("answer", f"{name} has shape [{', '.join(map(str, got))}]: return [{', '.join(map(str, shape))}]")
