package datasets

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// maxFile bounds what is read of one file, in bytes: MaxLoads in the widest
// type, and room for headers. It ends reading from a device.
const maxFile = min(8*MaxLoads+1<<20, math.MaxInt-1)

// standardInput is what messages call the path "-".
const standardInput = "standard input"

// input is a file that was read.
type input struct {
	path    string
	content []byte
}

// readInput reads the file at path, or stdin where path is "-".
func readInput(path string, stdin io.Reader) (input, error) {
	if path == "-" {
		if stdin == nil {
			stdin = os.Stdin
		}
		b, err := readLimited(stdin)
		if err != nil {
			return input{}, fmt.Errorf("cannot read %s: %w", standardInput, withoutPath(err))
		}
		return input{standardInput, b}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return input{}, fmt.Errorf("cannot read %s: %w", path, withoutPath(err))
	}
	defer f.Close()
	b, err := readLimited(f)
	if err != nil {
		return input{}, fmt.Errorf("cannot read %s: %w", path, withoutPath(err))
	}
	return input{path, b}, nil
}

// withoutPath takes the path out of a file system error, which is printed
// beside it.
func withoutPath(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// readLimited reads r to its end, or fails at maxFile. What starts like no file
// of loads, a device of zeros say, is not read further.
func readLimited(r io.Reader) ([]byte, error) {
	const first = 1 << 12
	size := first
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			if info.Size() > maxFile {
				return nil, tooLong()
			}
			size = max(size, int(info.Size())+1) // one more, to see the end
		}
	}
	b := make([]byte, 0, size)
	for checked := false; ; {
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil {
			return nil, err
		}
		if !checked && len(b) >= first {
			if len(bytes.Trim(b, "\x00")) == 0 {
				return nil, errors.New("nothing but zero bytes: there are no loads")
			}
			checked = true
		}
		if len(b) > maxFile {
			return nil, tooLong()
		}
		if len(b) == cap(b) {
			b = grow(b)
		}
	}
}

// grow doubles the room of b; near maxFile it makes room for all that is read,
// so that old and new together stay below 1.25 times that.
func grow(b []byte) []byte {
	room := 2 * cap(b)
	if cap(b) > maxFile/4 {
		room = maxFile + 1
	}
	return append(make([]byte, 0, room), b...)
}

func tooLong() error {
	return fmt.Errorf("more than %d bytes: that is the max (%d loads of 8 bytes)", maxFile, MaxLoads)
}

// compressions are what may be wrapped around a file, by extension and by how
// it begins.
var compressions = []struct {
	extension, magic string
	open             func(io.Reader) (io.Reader, error)
}{
	{".gz", "\x1f\x8b", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
	{".zst", "\x28\xb5\x2f\xfd", func(r io.Reader) (io.Reader, error) {
		return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	}},
}

// maxWindow is the largest window of a zstd frame that is read, that of
// zstd --ultra; the decoder takes no more memory than this.
const maxWindow = 128 << 20

// compressedExtension returns the extension that says how path is compressed, or
// "".
func compressedExtension(path string) string {
	for _, c := range compressions {
		if strings.EqualFold(filepath.Ext(path), c.extension) {
			return filepath.Ext(path)
		}
	}
	return ""
}

// decompress returns the file inside of a compressed one, and any other as it
// is.
func (in input) decompress() (input, error) {
	for _, c := range compressions {
		if !bytes.HasPrefix(in.content, []byte(c.magic)) {
			continue
		}
		r, err := c.open(bytes.NewReader(in.content))
		if err != nil {
			return input{}, fmt.Errorf("damaged: %w", oneLine(err))
		}
		if closer, ok := r.(interface{ Close() }); ok { // zstd's has no error
			defer closer.Close()
		}
		in.content, err = inflate(r, len(in.content))
		if err != nil {
			return input{}, err
		}
		in.path = strings.TrimSuffix(in.path, compressedExtension(in.path))
		return in, nil
	}
	return in, nil
}

// inflate reads a file that is compressed to size bytes. Files of loads do not
// compress a thousandfold: what does, and is large, is made to fill memory.
func inflate(r io.Reader, size int) ([]byte, error) {
	const small, ratio = 4 << 20, 1100 // gzip reaches 1,032
	limit := int64(min(maxFile, max(small, ratio*size)))
	var b bytes.Buffer
	if _, err := io.Copy(&b, io.LimitReader(r, limit+1)); err != nil {
		return nil, fmt.Errorf("damaged: %w", oneLine(err))
	}
	if int64(b.Len()) > limit {
		return nil, fmt.Errorf("%d bytes unpack to more than %d: not a file of loads", size, limit)
	}
	return b.Bytes(), nil
}

// oneLine keeps a package's error from breaking lines.
func oneLine(err error) error {
	return errors.New(strings.ReplaceAll(strings.TrimPrefix(err.Error(), "gzip: "), "\n", "; "))
}
