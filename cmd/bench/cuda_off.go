//go:build !cuda

package main

// builtWithCUDA is true where the program has the CUDA backend.
const builtWithCUDA = false
