//go:build cuda

package cuda

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"gorgonia.org/cu"

	"packbench/strategies"
	"packbench/strategies/cuda/driver"
)

// device is one GPU with its primary context, a stream and the kernels loaded so
// far. Calls of the driver go through do, one at a time.
type device struct {
	mu      sync.Mutex
	options Options

	open            bool
	handle          cu.Device
	context         cu.CUContext
	stream          cu.Stream
	modules         []cu.Module
	functions       map[string]cu.Function
	loading         time.Duration // that the functions took
	compiled        int           // how many of them the driver compiled
	name            string
	major, minor    int // compute capability
	multiprocessors int
	facts           []strategies.Fact
}

// hold opens the device if need be and runs f, which no other call disturbs.
func (d *device) hold(f func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.open {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := d.start(); err != nil {
			d.stop() // err is the error that matters
			return err
		}
		d.open = true
	}
	return f()
}

// do is hold on an operating system thread to which the device's context is bound.
func (d *device) do(f func() error) error {
	return d.hold(func() error {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		// What f frees must be freed even where the context is lost, so an error
		// here is left to f's own calls.
		cu.SetCurrentContext(d.context)
		return f()
	})
}

// doIfOpen is do for what came from the open device, and nothing when the
// device has been closed, which released all of that.
func (d *device) doIfOpen(f func() error) error {
	d.mu.Lock()
	open := d.open
	d.mu.Unlock()
	if !open {
		return nil
	}
	return d.do(f)
}

// close releases the device; the next do opens it again.
func (d *device) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if !d.open {
		return nil
	}
	return d.stop()
}

// leastDriver is the CUDA version of the first driver that understands the
// kernels' PTX, version 7.0.
const leastDriver = 11000

// start finds the device and makes everything that lives as long as it.
func (d *device) start() error {
	d.functions = map[string]cu.Function{}
	if err := d.find(); err != nil {
		return err
	}
	began := time.Now()
	context, err := d.handle.RetainPrimaryCtx()
	if err != nil {
		return driver.Wrap("cuDevicePrimaryCtxRetain", err)
	}
	d.context = context
	if err := driver.Wrap("cuCtxSetCurrent", cu.SetCurrentContext(d.context)); err != nil {
		return err
	}
	stream, err := cu.MakeStream(0)
	if err != nil {
		return driver.Wrap("cuStreamCreate", err)
	}
	d.stream = stream
	d.facts = append(d.facts, strategies.Fact{Name: "context creation", Value: time.Since(began).Round(time.Microsecond).String()})
	_, err = d.function("fetch") // every plan needs it, and the facts then tell how this device gets its kernels
	return err
}

// find looks the device up. The error is [strategies.ErrUnavailable] on a
// machine without a driver or a GPU that could run the kernels.
func (d *device) find() error {
	if err := driver.Open(d.options.driver()); err != nil {
		return fmt.Errorf("%w: %w", strategies.ErrUnavailable, err)
	}
	version := cu.Version()
	if version < leastDriver {
		return fmt.Errorf("%s: the driver is for CUDA %s: install one for CUDA 11.0 or newer",
			(&driver.Error{Call: "cuDriverGetVersion", Code: 222}).Name(), versionText(version))
	}
	count, err := cu.NumDevices()
	if err != nil {
		return fmt.Errorf("%w: %w", strategies.ErrUnavailable, driver.Wrap("cuDeviceGetCount", err))
	}
	if count == 0 {
		return fmt.Errorf("%w: the driver sees no GPU", strategies.ErrUnavailable)
	}
	if d.options.Device < 0 || d.options.Device >= count {
		return fmt.Errorf("device %d does not exist (%s): use 0 to %d",
			d.options.Device, (&driver.Error{Code: 101}).Name(), count-1)
	}
	if d.handle, err = cu.GetDevice(d.options.Device); err != nil {
		return driver.Wrap("cuDeviceGet", err)
	}
	return d.collect(version)
}

// collect collects the facts of the device and checks that it can run the
// kernels.
func (d *device) collect(version int) error {
	name, err := d.handle.Name()
	if err != nil {
		return driver.Wrap("cuDeviceGetName", err)
	}
	memory, err := d.handle.TotalMem()
	if err != nil {
		return driver.Wrap("cuDeviceTotalMem", err)
	}
	attribute := func(a cu.DeviceAttribute) int {
		value, e := d.handle.Attribute(a)
		err = errors.Join(err, driver.Wrap("cuDeviceGetAttribute", e))
		return value
	}
	d.major, d.minor = attribute(cu.ComputeCapabilityMajor), attribute(cu.ComputeCapabilityMinor)
	clock, memoryClock := attribute(cu.ClockRate), attribute(cu.MemoryClockRate)
	ecc := attribute(cu.EccEnabled)
	d.name = name
	d.multiprocessors = attribute(cu.MultiprocessorCount)
	if err != nil {
		return err
	}
	d.facts = []strategies.Fact{
		{Name: "driver", Value: "CUDA " + versionText(version)},
		{Name: "device index", Value: fmt.Sprint(d.options.Device)},
		{Name: "compute capability", Value: fmt.Sprintf("%d.%d", d.major, d.minor)},
		{Name: "multiprocessors", Value: fmt.Sprint(d.multiprocessors)},
		{Name: "memory", Value: size(memory)},
	}
	if clock > 0 { // drivers of CUDA 13 report no clocks here
		d.facts = append(d.facts, strategies.Fact{Name: "clock", Value: fmt.Sprintf("%d MHz", clock/1000)})
	}
	if memoryClock > 0 {
		d.facts = append(d.facts, strategies.Fact{Name: "memory clock", Value: fmt.Sprintf("%d MHz", memoryClock/1000)})
	}
	d.facts = append(d.facts, strategies.Fact{Name: "ECC", Value: map[bool]string{true: "on", false: "off"}[ecc != 0]})
	if d.major < 8 {
		return fmt.Errorf("%w: %s has compute capability %d.%d: the kernels need 8.0 (Ampere) or newer",
			strategies.ErrUnavailable, name, d.major, d.minor)
	}
	return nil
}

// versionText writes 12080 as "12.8".
func versionText(version int) string { return fmt.Sprintf("%d.%d", version/1000, version%1000/10) }

// function returns a kernel, which is loaded when it is first asked for.
func (d *device) function(kernel string) (cu.Function, error) {
	if f, ok := d.functions[kernel]; ok {
		return f, nil
	}
	began := time.Now()
	f, err := d.load(kernel)
	if err != nil {
		return cu.Function{}, fmt.Errorf("kernel %s: %w", kernel, err)
	}
	d.functions[kernel] = f
	d.loading += time.Since(began)
	return f, nil
}

// load loads a kernel: as machine code, or where there is none that the driver
// accepts, as PTX, which the driver compiles.
func (d *device) load(kernel string) (cu.Function, error) {
	if cubin, err := readCubin(kernel, d.major, d.minor); err == nil {
		if f, err := d.loadImage(kernel, cubin); err == nil {
			return f, nil
		}
	}
	ptx, err := readPTX(kernel)
	if err != nil {
		return cu.Function{}, err
	}
	f, err := d.loadImage(kernel, ptx)
	if err == nil {
		d.compiled++
	}
	return f, err
}

// loadImage loads a module, in either form, and finds its kernel. A driver that loads
// lazily may refuse the code only then.
func (d *device) loadImage(kernel, image string) (cu.Function, error) {
	module, err := cu.LoadData(image)
	if err != nil {
		return cu.Function{}, driver.Wrap("cuModuleLoadData", err)
	}
	d.modules = append(d.modules, module)
	f, err := module.Function(kernel)
	return f, driver.Wrap("cuModuleGetFunction", err)
}

// describe is what the device is, with what has been loaded so far.
func (d *device) describe() strategies.Description {
	facts := slices.Clone(d.facts)
	how := "precompiled"
	if d.compiled > 0 {
		how = fmt.Sprintf("%d compiled by the driver", d.compiled)
	}
	facts = append(facts, strategies.Fact{Name: "kernels loaded",
		Value: fmt.Sprintf("%d in %v, %s", len(d.functions), d.loading.Round(time.Microsecond), how)})
	return strategies.Description{Device: d.name, Facts: facts}
}

// stop releases what start has made, as far as it came.
func (d *device) stop() error {
	var errs []error
	if d.context != (cu.CUContext{}) {
		errs = append(errs, driver.Wrap("cuCtxSetCurrent", cu.SetCurrentContext(d.context)))
		for _, m := range d.modules {
			errs = append(errs, driver.Wrap("cuModuleUnload", m.Unload()))
		}
		if d.stream != (cu.Stream{}) {
			errs = append(errs, driver.Wrap("cuStreamDestroy", d.stream.Destroy()))
		}
		errs = append(errs, driver.Wrap("cuDevicePrimaryCtxRelease", d.handle.ReleasePrimaryCtx()))
	}
	d.context, d.stream, d.modules, d.functions, d.open = cu.CUContext{}, cu.Stream{}, nil, nil, false
	d.loading, d.compiled = 0, 0
	return errors.Join(errs...)
}
