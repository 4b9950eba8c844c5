package datasets

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"packbench/internal/npz"
	"packbench/internal/number"
	"packbench/internal/tensor"
	"packbench/internal/tree"
)

// routedKey is the key under which servers return the experts that each token
// was routed to.
const routedKey = "routed_experts"

// findRouted returns the texts at "routed_experts" of a response of vLLM (in its
// choices) or SGLang (in its meta_info), and the path to them.
func findRouted(d *tree.Dict) ([]string, string) {
	text := func(v tree.Value) []string {
		if inner, ok := v.(*tree.Dict); ok {
			if found, _ := inner.Get(routedKey); found != nil {
				if s, ok := found.(string); ok {
					return []string{s}
				}
			}
		}
		return nil
	}
	if found := text(d); found != nil {
		return found, routedKey
	}
	if meta, _ := d.Get("meta_info"); meta != nil {
		if found := text(meta); found != nil {
			return found, "meta_info." + routedKey
		}
	}
	var all []string
	choices, _ := d.Get("choices")
	list, _ := choices.(tree.List)
	for _, choice := range list {
		all = append(all, text(choice)...)
	}
	return all, "choices." + routedKey
}

// routed counts how often each expert was chosen in each layer, over all texts:
// the base64 of an .npy file [tokens, layers, k], or of its bytes alone as int32.
func (r reader) routed(texts []string, key string) (*recording, error) {
	var total *recording
	left := r.limit
	for _, text := range texts {
		if left -= len(text); left < 0 { // a pickle can refer to the same text again and again
			return nil, fmt.Errorf("%s: more than %d bytes: that is the max for a file", key, r.limit)
		}
		rec, err := r.routedText(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		if total == nil {
			total = rec
		} else if err := total.add(rec); err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
	}
	return total, nil
}

func (r reader) routedText(text string) (*recording, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("not base64")
	}
	a, err := npz.ReadArray(b)
	if err != nil {
		if a, err = r.plainRouted(b); err != nil {
			return nil, err
		}
	}
	if r.opt.routed != nil {
		*r.opt.routed = true
	}
	if len(a.Shape) != 3 {
		return nil, fmt.Errorf("an array of %d dimensions: use [tokens, layers, experts per token]", len(a.Shape))
	}
	if k := a.Shape[2]; r.opt.TopK > 0 && k != r.opt.TopK {
		return nil, fmt.Errorf("%s per token: --top-k %d does not fit", number.Count(k, "expert"), r.opt.TopK)
	}
	ids, err := a.Ints()
	if err != nil {
		return nil, err
	}
	return r.countRouted(ids, a.Shape[1], a.Shape[2])
}

// plainRouted takes bytes as int32, [tokens, layers, k].
func (r reader) plainRouted(b []byte) (*tensor.Array, error) {
	if r.opt.Layers <= 0 || r.opt.TopK <= 0 {
		return nil, fmt.Errorf("%d bytes without a shape: say how many layers and experts per token they are with --layers and --top-k", len(b))
	}
	token := 4 * r.opt.Layers * r.opt.TopK
	if r.opt.Layers > len(b) || r.opt.TopK > len(b) || len(b) == 0 || len(b)%token != 0 {
		return nil, fmt.Errorf("%d bytes are not whole tokens of %s of %s in int32", len(b), number.Count(r.opt.Layers, "layer"), number.Count(r.opt.TopK, "expert"))
	}
	return tensor.New(tensor.Int32, binary.LittleEndian, b, len(b)/token, r.opt.Layers, r.opt.TopK), nil
}

// countRouted counts ids, [tokens, layers, k], by layer and expert. An id of −1
// is a place without an expert.
func (r reader) countRouted(ids []int, layers, k int) (*recording, error) {
	highest := -1
	for _, id := range ids {
		highest = max(highest, id)
	}
	experts := r.opt.Experts
	switch {
	case len(ids) == 0 || highest < 0:
		return nil, errors.New("no token was routed to an expert")
	case experts <= 0:
		return nil, fmt.Errorf("the highest expert chosen is %d: say how many there are with --experts, as those never chosen do not show", highest)
	case highest >= experts:
		return nil, fmt.Errorf("expert %d was chosen of %d: use a larger --experts", highest, experts)
	}
	if err := checkShape(1, layers, experts); err != nil {
		return nil, err
	}
	out := &recording{steps: 1, layers: layers, items: experts, values: make([]float64, layers*experts)}
	for i, id := range ids {
		if id < -1 {
			return nil, fmt.Errorf("token %d chose expert %d", i/(layers*k), id)
		}
		if id >= 0 {
			out.values[i/k%layers*experts+id]++
		}
	}
	return out, nil
}
