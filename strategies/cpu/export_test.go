package cpu

// Scalar returns the options with vector instructions forbidden.
func (o Options) Scalar() Options { o.scalar = true; return o }
