"""Makes the files that the tests read, with NumPy itself: python3 make.py"""

import numpy as np

a = np.arange(6).reshape(2, 3)
np.save("f4.npy", a.astype("<f4") / 4)
np.save("f8_fortran.npy", np.asfortranarray(a / 4))
np.save("f8_big.npy", (a / 4).astype(">f8"))
np.save("f4_big_fortran.npy", np.asfortranarray((a / 4).astype(">f4")))
for kind in "i1 i2 i4 i8 u1 u2 u4 u8 >i4 >u2".split():
    np.save(kind.replace(">", "big_") + ".npy", a.astype(kind))
np.save("fortran_3d.npy", np.asfortranarray(np.arange(24, dtype="i2").reshape(2, 3, 4)))
np.save("scalar.npy", np.float32(3))
np.save("empty.npy", np.zeros((0, 3), "f4"))
np.save("complex.npy", a.astype("c8"))
np.save("records.npy", np.zeros(2, dtype=[("x", "f4"), ("y", "i4")]))
np.savez("stored.npz", weight=a.astype("f4"), other=np.zeros(2))
np.savez_compressed("deflated.npz", a=np.tile(a.astype("f8"), (50, 40)))
with open("version2.npy", "wb") as f:
    np.lib.format.write_array(f, a.astype("f4"), version=(2, 0))
