package python

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// maxLog is how much of what a program prints is kept.
const maxLog = 8 << 20

// log takes what workers print and the tracebacks of their faults, in one file per
// program. Until it has a directory it keeps the last that was written in memory.
type log struct {
	mu    sync.Mutex
	dir   string
	files map[string]*logFile // by name
}

type logFile struct {
	pending bytes.Buffer // until there is a directory
	file    *os.File
	size    int
	tail    []byte // the last that was written
}

const (
	maxPending = 64 << 10
	maxTail    = 16 << 10
)

// directory has the log written to files in dir from now on.
func (l *log) directory(dir string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dir = dir
	for name, f := range l.files {
		l.flush(name, f)
	}
}

// write appends text to the log of that name. A log that cannot be written is not
// worth ending a run for.
func (l *log) write(name string, text []byte) {
	if len(text) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.files == nil {
		l.files = map[string]*logFile{}
	}
	f := l.files[name]
	if f == nil {
		f = &logFile{}
		l.files[name] = f
	}
	f.tail = append(f.tail, text...)
	if n := len(f.tail) - maxTail; n > 0 {
		f.tail = append(f.tail[:0], f.tail[n:]...)
	}
	f.pending.Write(text)
	l.flush(name, f)
}

// flush writes what is pending, or shortens it where there is no file to write to.
func (l *log) flush(name string, f *logFile) {
	if l.dir == "" {
		if n := f.pending.Len() - maxPending; n > 0 {
			f.pending.Next(n)
		}
		return
	}
	if f.size >= maxLog {
		f.pending.Reset()
		return
	}
	if f.file == nil {
		if err := os.MkdirAll(l.dir, 0o777); err != nil {
			return
		}
		file, err := os.OpenFile(filepath.Join(l.dir, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
		if err != nil {
			return
		}
		f.file = file
	}
	n, _ := f.pending.WriteTo(f.file)
	f.size += int(n)
	if f.size >= maxLog {
		fmt.Fprintf(f.file, "\n… no more than %d MiB are kept\n", maxLog>>20)
	}
}

// tail returns the last that was written to the log of that name.
func (l *log) tail(name string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.files[name]; f != nil {
		return string(f.tail)
	}
	return ""
}

func (l *log) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.files {
		if f.file != nil {
			f.file.Close()
		}
	}
	l.files = nil
}
