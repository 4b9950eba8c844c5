package placement

import "math"

// Balance is how even the loads of a level are. Balancedness is mean/max: 1
// is even. Idle layers, which have no load, do not count; where all are idle it is 1.
type Balance struct {
	Ratio float64 `json:"balancedness"` // Σ mean / Σ max over the layers, the form that engines log
	Mean  float64 `json:"mean"`         // mean of the layers' balancedness
	Worst float64 `json:"worst"`        // the min balancedness of a layer
	Layer int     `json:"worst_layer"`
	Idle  int     `json:"idle_layers,omitempty"`

	sumMean, sumMax, sumRatio float64
	layers                    int
}

// add takes note of a layer.
func (b *Balance) add(mean, heaviest float64) {
	layer := b.layers
	b.layers++
	if heaviest <= 0 {
		b.Idle++
		if b.Idle == b.layers {
			b.Ratio, b.Mean, b.Worst = 1, 1, 1
		}
		return
	}
	ratio, live := math.Min(1, mean/heaviest), b.layers-b.Idle
	if live == 1 || ratio < b.Worst {
		b.Worst, b.Layer = ratio, layer
	}
	b.sumMean += mean
	b.sumMax += heaviest
	b.sumRatio += ratio
	b.Mean = b.sumRatio / float64(live)
	b.Ratio = math.Min(1, b.sumMean/b.sumMax)
}

// Evaluation is what a plan is worth on loads, split evenly over the copies of
// an expert.
type Evaluation struct {
	Slots Balance `json:"slots"`
	GPUs  Balance `json:"gpus"`
	Nodes Balance `json:"nodes"`
}

// Evaluate judges a plan on loads, [layers, experts] row-major. A GPU without
// slots does not count in a mean.
func Evaluate(p *Plan, loads []float32) Evaluation {
	t := p.Topology
	var e Evaluation
	slot, gpu, node := make([]float64, t.Slots), make([]float64, t.GPUs), make([]float64, t.Nodes)
	living := t.Living()
	gpusOf := t.livingPerNode()
	for l := range p.Layers {
		p.SlotLoads(slot, loads, l)
		p.sumGPUs(gpu, slot)
		p.sumNodes(node, gpu)
		mean, heaviest := meanMax(slot)
		e.Slots.add(mean, heaviest)
		mean, heaviest = meanMax(gpu)
		mean = mean * float64(t.GPUs) / float64(living)
		e.GPUs.add(mean, heaviest)
		// Nodes with fewer GPUs should carry less: what counts is the load per GPU.
		heaviest = 0
		for n, load := range node {
			if gpusOf[n] > 0 {
				heaviest = math.Max(heaviest, load/float64(gpusOf[n]))
			}
		}
		e.Nodes.add(mean, heaviest)
	}
	return e
}

// livingPerNode counts the GPUs with slots of each node.
func (t Topology) livingPerNode() []int {
	n := make([]int, t.Nodes)
	for g, node := range t.NodeOfGPUs() {
		if t.Capacity(g) > 0 {
			n[node]++
		}
	}
	return n
}

func meanMax(loads []float64) (mean, heaviest float64) {
	for _, load := range loads {
		mean += load
		heaviest = math.Max(heaviest, load)
	}
	return mean / float64(len(loads)), heaviest
}

// SlotLoads writes the load of each slot of layer l, [slots], for loads of the
// experts of all layers, [layers, experts]: an expert's load in equal shares.
func (p *Plan) SlotLoads(slot []float64, loads []float32, l int) {
	row := loads[l*p.Topology.Experts : (l+1)*p.Topology.Experts]
	counts := p.LayerCounts(l)
	for s, e := range p.Physical(l) {
		slot[s] = float64(row[e]) / float64(counts[e])
	}
}

// GPULoads returns the load of each GPU of each layer, [layers, GPUs]
// row-major, with an expert's load in equal shares on its copies.
func (p *Plan) GPULoads(loads []float32) []float64 {
	t := p.Topology
	slot, gpus := make([]float64, t.Slots), make([]float64, p.Layers*t.GPUs)
	for l := range p.Layers {
		p.SlotLoads(slot, loads, l)
		p.sumGPUs(gpus[l*t.GPUs:(l+1)*t.GPUs], slot)
	}
	return gpus
}

// NodeLoads returns the load of each node of each layer, [layers, nodes].
func (p *Plan) NodeLoads(loads []float32) []float64 {
	t := p.Topology
	gpus, nodes := p.GPULoads(loads), make([]float64, p.Layers*t.Nodes)
	for l := range p.Layers {
		p.sumNodes(nodes[l*t.Nodes:(l+1)*t.Nodes], gpus[l*t.GPUs:(l+1)*t.GPUs])
	}
	return nodes
}

func (p *Plan) sumGPUs(gpu, slot []float64) {
	s := 0
	for g := range gpu {
		sum := 0.0
		for range p.Topology.Capacity(g) {
			sum += slot[s]
			s++
		}
		gpu[g] = sum
	}
}

func (p *Plan) sumNodes(node, gpu []float64) {
	for n := range node {
		sum := 0.0
		for g := p.Topology.FirstGPU(n); g < p.Topology.FirstGPU(n+1); g++ {
			sum += gpu[g]
		}
		node[n] = sum
	}
}
