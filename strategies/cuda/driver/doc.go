// Package driver opens the CUDA driver library at run time and makes
// gorgonia.org/cu usable without a CUDA toolkit.
//
// gorgonia.org/cu links against libcuda, compiles against a toolkit's cuda.h
// and ends the program at start where there is no driver. This package gives it
// a header of its own (include/cuda.h), satisfies the linker with an empty
// script (link/libcuda.so), and defines the driver functions itself (shim.c):
// they forward to the library that [Open] loads, or say "not initialized". A whole
// run is one call from Go into queue.c ([Queue]), because crossing over costs more
// than a launch.
//
// The package is empty without the build tag "cuda". With it, cgo needs
// CGO_CFLAGS="-g -O2 -I<this folder>/include", which "make cuda" sets.
package driver
