//go:build cuda

package cuda

import (
	"errors"
	"unsafe"

	"gorgonia.org/cu"

	"packbench/strategies/cuda/driver"
)

// memory is what a runner has allocated, for its release.
type memory struct {
	device []cu.DevicePtr
	pinned []unsafe.Pointer
	events []cu.Event
	queues []*driver.Queue
}

// words allocates device memory of the given number of 4-byte words and returns
// its address. After an error it does nothing.
func (m *memory) words(n int64, err *error) address {
	if *err != nil {
		return 0
	}
	p, e := cu.MemAlloc(n * wordBytes)
	if e != nil {
		*err = driver.Wrap("cuMemAlloc", e)
		return 0
	}
	m.device = append(m.device, p)
	return address(p)
}

// mapped is page-locked host memory that the device sees.
type mapped struct {
	words []uint32
	at    address // for the device
}

// mapped allocates page-locked memory of n words. After an error it does nothing.
func (m *memory) mapped(n int64, err *error) mapped {
	if n == 0 || *err != nil {
		return mapped{}
	}
	p, at, e := driver.HostAlloc(int(n) * wordBytes)
	if e != nil {
		*err = e
		return mapped{}
	}
	m.pinned = append(m.pinned, p)
	return mapped{unsafe.Slice((*uint32)(p), n), address(at)}
}

// event makes an event. After an error it does nothing.
func (m *memory) event(err *error) cu.Event {
	if *err != nil {
		return cu.Event{}
	}
	e, failure := cu.MakeEvent(cu.DefaultEvent)
	if failure != nil {
		*err = driver.Wrap("cuEventCreate", failure)
		return cu.Event{}
	}
	m.events = append(m.events, e)
	return e
}

// release frees everything.
func (m *memory) release() error {
	var errs []error
	for _, q := range m.queues {
		errs = append(errs, q.Close())
	}
	for _, p := range m.device {
		errs = append(errs, driver.Wrap("cuMemFree", cu.MemFree(p)))
	}
	for _, p := range m.pinned {
		errs = append(errs, driver.Wrap("cuMemFreeHost", cu.MemFreeHost(p)))
	}
	for _, e := range m.events {
		errs = append(errs, driver.Wrap("cuEventDestroy", cu.DestroyEvent(&e)))
	}
	*m = memory{}
	return errors.Join(errs...)
}
