package placement

// Initial returns the placement that engines begin with: the slots in order hold
// the experts in order, over and over.
func Initial(t Topology, layers int) (*Plan, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	physical := make([]int32, layers*t.Slots)
	for i := range physical {
		physical[i] = int32(i % t.Slots % t.Experts)
	}
	return FromPhysical(t, layers, physical)
}
