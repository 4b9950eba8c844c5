package cuda

// Options configures the backend.
type Options struct {
	// Device is the index of the GPU, from 0.
	Device int
}
