package runs

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
)

// Reader is a run directory whose records are read one by one instead of being
// kept.
type Reader struct{ run *Run }

// Open reads the manifest of the run directory dir, with its checks. A directory
// of an earlier format is an error: its lines could not be passed on.
func Open(dir string) (*Reader, error) { return new(Opener).Open(dir) }

// Manifest returns the manifest, as it was when the directory was opened.
func (r *Reader) Manifest() *Manifest { return &r.run.Manifest }

// Scan reads the records with all the checks of [Load] and calls visit with each
// and the line that it stands on, without its end. Both are only valid until
// visit returns; an error of visit ends the reading and is returned. Scan is
// called once.
func (r *Reader) Scan(visit func(line []byte, r *Record) error) error { return r.run.scan(visit) }

// batchSize is about how many bytes of records are decoded at a time.
const batchSize = 1 << 18

// batch is a number of whole lines that are decoded together.
type batch struct {
	text    []byte
	lines   [][]byte // without their ends
	records []Record
	err     error // of the line after the last of records
	decoded chan struct{}
}

// reuse keeps batches that have been read for their memory.
type reuse chan *batch

// get returns an empty batch.
func (free reuse) get() *batch {
	select {
	case b := <-free:
		clear(b.records) // and let go of what they point to
		return &batch{text: b.text[:0], lines: b.lines[:0], records: b.records[:0], decoded: make(chan struct{})}
	default:
		return &batch{text: make([]byte, 0, batchSize+batchSize/8), decoded: make(chan struct{})}
	}
}

func (free reuse) put(b *batch) {
	select {
	case free <- b:
	default:
	}
}

// scan reads the records file and calls visit with each record, in the order of
// the file. Lines are decoded by several goroutines, a few batches ahead.
func (r *Run) scan(visit func(line []byte, record *Record) error) error {
	path := filepath.Join(r.Dir, RecordsFile)
	f, _, err := openRegular(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if err := r.scanLines(f, visit); err != nil {
		var own visitError
		if errors.As(err, &own) {
			return own.error
		}
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// visitError is an error that is not of the records.
type visitError struct{ error }

func (r *Run) scanLines(f io.Reader, visit func(line []byte, record *Record) error) error {
	workers := max(1, runtime.GOMAXPROCS(0))
	work, ordered := make(chan *batch, workers), make(chan *batch, 2*workers)
	done, free := make(chan struct{}), make(reuse, 4*workers)
	var readErr error
	go func() {
		defer close(ordered)
		defer close(work)
		readErr = r.readBatches(f, free, func(b *batch) bool {
			select {
			case ordered <- b:
			case <-done:
				return false
			}
			work <- b
			return true
		})
	}()
	planned := r.Manifest.Planned()
	first := newDecoder(planned)
	for range workers {
		go func(d *decoder) {
			for b := range work {
				r.decode(d, b)
				close(b.decoded)
			}
		}(first.clone())
	}
	defer func() { // leave no goroutine behind, and none that reads f
		close(done)
		for range ordered {
		}
	}()
	check := newChecker(&r.Manifest, planned)
	number := 0
	for b := range ordered {
		<-b.decoded
		for i := range b.records {
			number++
			if err := check.record(number, &b.records[i]); err != nil {
				return fmt.Errorf("line %d: %w", number, err)
			}
			if err := visit(b.lines[i], &b.records[i]); err != nil {
				return visitError{err}
			}
		}
		if b.err != nil {
			return fmt.Errorf("line %d: %w", number+1, b.err)
		}
		free.put(b)
	}
	if readErr != nil {
		return fmt.Errorf("line %d: %w", number+1, readErr)
	}
	return check.finish()
}

// readBatches cuts the file into batches and calls add with each until that
// returns false. It notes whether the last line was cut short, and how much of
// the file is whole.
func (r *Run) readBatches(f io.Reader, free reuse, add func(*batch) bool) error {
	lines := bufio.NewReaderSize(f, 1<<20)
	b := free.get()
	var ends []int
	flush := func() bool {
		if len(ends) == 0 {
			return true
		}
		from := 0
		for _, end := range ends {
			b.lines = append(b.lines, bytes.TrimSuffix(b.text[from:end], []byte("\n")))
			from = end
		}
		full := b
		b, ends = free.get(), ends[:0]
		return add(full)
	}
	for {
		line, err := readLine(lines)
		if err != nil && !errors.Is(err, io.EOF) {
			flush()
			return err
		}
		if len(line) == 0 {
			flush()
			return nil
		}
		if r.cutShort(line) {
			r.Truncated = true
			flush()
			return nil
		}
		r.complete += int64(len(line))
		b.text = append(b.text, line...)
		if ends = append(ends, len(b.text)); len(b.text) >= batchSize && !flush() {
			return nil
		}
	}
}

// decode reads the lines of a batch up to the first that is not as it was
// written.
func (r *Run) decode(d *decoder, b *batch) {
	b.records = slices.Grow(b.records, len(b.lines))
	for i, line := range b.lines {
		b.records = append(b.records, Record{})
		if b.err = r.parseRecord(d, line, &b.records[i]); b.err != nil {
			b.records = b.records[:i]
			return
		}
	}
}
