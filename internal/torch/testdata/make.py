"""Makes the files that the tests read, with PyTorch itself (1.13): python3 make.py"""

import collections

import torch

a = torch.arange(6).reshape(2, 3)
for kind in "int8 int16 int32 int64 uint8 float16 bfloat16 float32 float64".split():
    torch.save(a.to(getattr(torch, kind)), kind + ".pt")
    torch.save({"x": a.to(getattr(torch, kind))}, kind + "_legacy.pt", _use_new_zipfile_serialization=False)

whole = torch.arange(24, dtype=torch.int32).reshape(2, 3, 4)
torch.save(
    {
        "transposed": whole[0].t(),
        "offset": whole[1, 1:],
        "every other": whole[:, :, ::2],
        "scalar": whole[1, 2, 3],
        "empty": whole[:0],
    },
    "views.pt",
)
torch.save({"x": whole[0].t(), "y": [whole[1, 1:], (1, 2.5, "text", None, True)]}, "views_legacy.pt", _use_new_zipfile_serialization=False)
torch.save(collections.OrderedDict(weight=torch.nn.Parameter(a.float()), shape=a.shape), "parameter.pt")
torch.save({"x": a, "n": 2**40, "s": "text"}, "protocol4.pt", pickle_protocol=4)
torch.save({"mask": a > 2, "x": a}, "bool.pt")
torch.save({"expanded": torch.ones(1).expand(2, 3)}, "expanded.pt")
torch.save(torch.nn.Linear(1, 1), "module.pt")
torch.save({"when": collections.Counter("ab")}, "counter.pt")
