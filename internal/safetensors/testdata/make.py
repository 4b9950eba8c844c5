"""Makes the file that the tests read, with Hugging Face's library: python3 make.py"""

import ml_dtypes
import numpy as np
from safetensors.numpy import save_file

a = np.arange(6).reshape(2, 3)
kinds = "int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 bool".split()
arrays = {kind: a.astype(kind) for kind in kinds}
arrays["bfloat16"] = a.astype(ml_dtypes.bfloat16)
save_file(arrays, "types.safetensors", metadata={"made": "by make.py"})
