//go:build cuda

package driver

// #cgo CFLAGS: -I${SRCDIR}/include -fvisibility=hidden
// #cgo LDFLAGS: -L${SRCDIR}/link -Wl,--as-needed -ldl
// #include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"unsafe"

	"gorgonia.org/cu" // whose driver functions shim.c defines
)

// opened is the driver library of the process: shim.c has one table of its
// functions, as a program linked against libcuda has one libcuda.
var opened struct {
	sync.Mutex
	path string
}

// Open loads the driver library at path ("libcuda.so.1": wherever the system
// has it) and initialises it. Another path replaces the library: first release
// everything that came from the former one. The error names the library and
// what to do.
func Open(path string) error {
	opened.Lock()
	defer opened.Unlock()
	if opened.path == path {
		return nil
	}
	opened.path = ""
	cpath := C.CString(path)
	defer C.free(unsafe.Pointer(cpath))
	message := make([]byte, 512)
	result := C.packbench_open(cpath, (*C.char)(unsafe.Pointer(&message[0])), C.size_t(len(message)))
	switch {
	case result < 0:
		return fmt.Errorf("no CUDA driver: %s", C.GoString((*C.char)(unsafe.Pointer(&message[0]))))
	case result > 0:
		return &Error{Call: "cuInit", Code: int(result)}
	}
	opened.path = path
	return nil
}

// Error is a failed call of the driver.
type Error struct {
	Call string // the driver function, "cuMemAlloc"
	Code int    // its CUresult
}

// Error is "cuMemAlloc: CUDA_ERROR_OUT_OF_MEMORY: …" with what to do about it.
func (e *Error) Error() string {
	text := e.Call + ": " + e.Name()
	if hint := hints[e.Code]; hint != "" {
		text += ": " + hint
	}
	return text
}

// Name is the driver's name of the error, "CUDA_ERROR_OUT_OF_MEMORY".
func (e *Error) Name() string {
	if name := C.packbench_error_name(C.int(e.Code)); name != nil {
		return C.GoString(name)
	}
	return fmt.Sprintf("CUDA error %d", e.Code)
}

// hints say what to do about the errors that a user can do something about.
var hints = map[int]string{
	C.CUDA_ERROR_OUT_OF_MEMORY:           "free device memory (nvidia-smi lists who holds it), or use fewer candidates or layers",
	C.CUDA_ERROR_NO_DEVICE:               "no NVIDIA GPU is visible to this process (see nvidia-smi and CUDA_VISIBLE_DEVICES)",
	C.CUDA_ERROR_INVALID_DEVICE:          "choose a device that nvidia-smi lists",
	C.CUDA_ERROR_NO_BINARY_FOR_GPU:       "the kernels need compute capability 8.0 (Ampere) or newer",
	C.CUDA_ERROR_INVALID_PTX:             "the driver cannot compile the kernels: they need a CUDA 11 driver or newer and compute capability 8.0",
	C.CUDA_ERROR_JIT_COMPILER_NOT_FOUND:  "the driver's PTX compiler (libnvidia-ptxjitcompiler) is not installed",
	C.CUDA_ERROR_UNSUPPORTED_PTX_VERSION: "the driver is too old for the kernels: install a CUDA 11 driver or newer",
	C.CUDA_ERROR_ILLEGAL_ADDRESS:         "a kernel went out of bounds; the context is lost: start the program again",
	C.CUDA_ERROR_LAUNCH_FAILED:           "a kernel failed; the context is lost: start the program again",
	C.CUDA_ERROR_LAUNCH_TIMEOUT:          "a kernel ran into the display's time limit: use a GPU without a display or fewer candidates",
	C.CUDA_ERROR_ECC_UNCORRECTABLE:       "the GPU's memory has an uncorrectable error: reset the GPU",
	C.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH:  "the driver library does not fit the kernel module: restart the machine after the driver's update",
	C.CUDA_ERROR_SYSTEM_NOT_READY:        "the driver's services are not running (nvidia-fabricmanager on NVSwitch machines)",
}

// Wrap turns an error of package cu into an [Error] of the named call. It
// returns nil for nil.
func Wrap(call string, err error) error {
	if err == nil {
		return nil
	}
	var already *Error
	if errors.As(err, &already) {
		return err
	}
	// cu's error type is an unexported integer: the CUresult.
	if v := reflect.ValueOf(err); v.CanInt() {
		return &Error{Call: call, Code: int(v.Int())}
	}
	return fmt.Errorf("%s: %w", call, err)
}

// HostAlloc allocates page-locked host memory that the device sees too, and
// returns its address on either side. cu has no call for it. Free it with
// cu.MemFreeHost.
func HostAlloc(bytes int) (host unsafe.Pointer, device cu.DevicePtr, err error) {
	if result := C.cuMemHostAlloc(&host, C.size_t(bytes), C.CU_MEMHOSTALLOC_DEVICEMAP); result != C.CUDA_SUCCESS {
		return nil, 0, &Error{Call: "cuMemHostAlloc", Code: int(result)}
	}
	var p C.CUdeviceptr
	if result := C.cuMemHostGetDevicePointer(&p, host, 0); result != C.CUDA_SUCCESS {
		cu.MemFreeHost(host) // the first error matters
		return nil, 0, &Error{Call: "cuMemHostGetDevicePointer", Code: int(result)}
	}
	return host, cu.DevicePtr(p), nil
}
