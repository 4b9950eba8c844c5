package cuda

import (
	"archive/zip"
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"sync"
)

// The compiled kernels, a module for each: PTX for compute capability 8.0, which
// the driver of any GPU since can compile ("make ptx"), and what NVIDIA's assembler
// makes of it for the GPUs there are ("make cubins"), as sm_90/fetch.cubin.
var (
	//go:embed kernels/ptx/*.ptx
	ptxFiles embed.FS
	//go:embed kernels/cubins.zip
	cubinArchive []byte
)

var cubins = sync.OnceValues(func() (*zip.Reader, error) {
	return zip.NewReader(bytes.NewReader(cubinArchive), int64(len(cubinArchive)))
})

// readPTX returns the PTX of a kernel.
func readPTX(kernel string) (string, error) {
	ptx, err := ptxFiles.ReadFile("kernels/ptx/" + kernel + ".ptx")
	return string(ptx), err
}

// readCubin returns a kernel's machine code for devices of the given compute
// capability. Code for a smaller minor one serves too, for another major one never;
// where there is none, the error is [fs.ErrNotExist].
func readCubin(kernel string, major, minor int) (string, error) {
	archive, err := cubins()
	if err != nil {
		return "", err
	}
	for ; minor >= 0; minor-- {
		if cubin, err := fs.ReadFile(archive, fmt.Sprintf("sm_%d%d/%s.cubin", major, minor, kernel)); err == nil {
			return string(cubin), nil
		}
	}
	return "", fs.ErrNotExist
}
