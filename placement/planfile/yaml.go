package planfile

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

var errNoPlacement = errors.New("not a placement: use .npy, .npz, JSON, or YAML with initial_global_assignments")

// decodeYAML reads the part of YAML that TensorRT-LLM's configurations are
// written in: under initial_global_assignments, layers by number, each with a
// list of whole numbers in brackets or one per line after a dash. It takes time
// in proportion to the length of the text, which a general parser need not.
func decodeYAML(b []byte, key string) (*Map, error) {
	const name = "initial_global_assignments:"
	at := bytes.Index(append([]byte("\n"), b...), []byte("\n"+name))
	if at < 0 || key != "" {
		return nil, errNoPlacement
	}
	p := yamlParser{text: b[at+len(name):]}
	layers := map[string][]int32{}
	for {
		p.space()
		number, ok := p.number()
		if !ok {
			break
		}
		layer := strconv.Itoa(int(number))
		if _, twice := layers[layer]; twice {
			return nil, fmt.Errorf("%s layer %s is there twice", name, layer)
		}
		p.space()
		if !p.take(':') {
			return nil, fmt.Errorf("%s a colon is missing after layer %s", name, layer)
		}
		list, err := p.list()
		if err != nil {
			return nil, fmt.Errorf("%s layer %s: %w", name, layer, err)
		}
		layers[layer] = list
	}
	if len(layers) == 0 {
		return nil, errNoPlacement
	}
	return fromNumbered(layers)
}

// yamlParser reads text from the front.
type yamlParser struct{ text []byte }

// space skips blanks, ends of lines and comments.
func (p *yamlParser) space() {
	for len(p.text) > 0 {
		switch p.text[0] {
		case ' ', '\t', '\r', '\n':
			p.text = p.text[1:]
		case '#':
			end := bytes.IndexByte(p.text, '\n')
			if end < 0 {
				end = len(p.text)
			}
			p.text = p.text[end:]
		default:
			return
		}
	}
}

func (p *yamlParser) take(c byte) bool {
	if len(p.text) == 0 || p.text[0] != c {
		return false
	}
	p.text = p.text[1:]
	return true
}

// number reads a whole number, perhaps in quotes.
func (p *yamlParser) number() (int32, bool) {
	quote := byte(0)
	if len(p.text) > 0 && (p.text[0] == '\'' || p.text[0] == '"') {
		quote = p.text[0]
		p.text = p.text[1:]
	}
	n := 0
	for n < len(p.text) && (p.text[n] >= '0' && p.text[n] <= '9' || n == 0 && p.text[n] == '-') {
		n++
	}
	v, err := strconv.ParseInt(string(p.text[:n]), 10, 32)
	if err != nil {
		return 0, false
	}
	p.text = p.text[n:]
	return int32(v), quote == 0 || p.take(quote)
}

// list reads numbers in brackets, or one after each dash.
func (p *yamlParser) list() ([]int32, error) {
	list := []int32{}
	p.space()
	if !p.take('[') {
		for p.take('-') {
			p.space()
			n, ok := p.number()
			if !ok {
				return nil, errors.New("a whole number is missing after a dash")
			}
			list = append(list, n)
			p.space()
		}
		return list, nil
	}
	for {
		p.space()
		if p.take(']') {
			return list, nil
		}
		if len(list) > 0 {
			if !p.take(',') {
				return nil, errors.New("the list has no end")
			}
			p.space()
		}
		n, ok := p.number()
		if !ok {
			return nil, errors.New("the list holds something else than whole numbers")
		}
		list = append(list, n)
	}
}
