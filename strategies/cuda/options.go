//lint:file-ignore U1000 some of it is used with the cuda tag only

package cuda

import "os"

// Name is the name of the backend.
const Name = "cuda"

// DriverVariable is the environment variable that names the driver library to
// use in place of libcuda.so.1.
const DriverVariable = "PACKBENCH_CUDA_DRIVER"

// Options configures the backend.
type Options struct {
	// Device is the index of the GPU, as in nvidia-smi under the process's
	// CUDA_VISIBLE_DEVICES.
	Device int
	// Driver is the path of the driver library; empty for what DriverVariable
	// says, or the system's.
	Driver string
	// Memory is the max device memory in bytes that a runner plans for; 0 for
	// nine tenths of what is free when it is prepared. Problems that need more
	// go through in chunks of layers.
	Memory int64
}

func (o Options) driver() string {
	if o.Driver != "" {
		return o.Driver
	}
	if path := os.Getenv(DriverVariable); path != "" {
		return path
	}
	return "libcuda.so.1"
}
