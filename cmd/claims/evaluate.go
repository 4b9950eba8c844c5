package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
)

// quantity is the value of an expression.
type quantity struct {
	value float64 // a share of 1, ns, a count
	time  bool    // made of times
}

// evaluate returns the value of an expression, which is written as in Go: calls of
// functions, numbers, texts and + − × ÷. It is a quantity or a table.
func (r *records) evaluate(expression string) (any, error) {
	e, err := parser.ParseExpr(expression)
	if err != nil {
		return nil, fmt.Errorf("%s: not an expression: %v", expression, err)
	}
	v, err := r.eval(e)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", expression, err)
	}
	return v, nil
}

func (r *records) eval(e ast.Expr) (any, error) {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return r.eval(e.X)
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			return strconv.Unquote(e.Value)
		}
		v, err := strconv.ParseFloat(e.Value, 64)
		return quantity{value: v}, err
	case *ast.BinaryExpr:
		return r.binary(e)
	case *ast.CallExpr:
		return r.call(e)
	}
	return nil, fmt.Errorf("only calls, numbers, texts and arithmetic are understood")
}

func (r *records) binary(e *ast.BinaryExpr) (any, error) {
	x, err := r.number(e.X)
	if err != nil {
		return nil, err
	}
	y, err := r.number(e.Y)
	if err != nil {
		return nil, err
	}
	q := quantity{time: x.time || y.time}
	switch e.Op {
	case token.ADD:
		q.value = x.value + y.value
	case token.SUB:
		q.value = x.value - y.value
	case token.MUL:
		q.value = x.value * y.value
	case token.QUO:
		q.value = x.value / y.value
	default:
		return nil, fmt.Errorf("operator %s is not understood", e.Op)
	}
	return q, nil
}

func (r *records) number(e ast.Expr) (quantity, error) {
	v, err := r.eval(e)
	if err != nil {
		return quantity{}, err
	}
	q, ok := v.(quantity)
	if !ok {
		return quantity{}, fmt.Errorf("%v is not a number", v)
	}
	return q, nil
}

func (r *records) call(e *ast.CallExpr) (any, error) {
	name, ok := e.Fun.(*ast.Ident)
	if !ok {
		return nil, fmt.Errorf("only functions can be called")
	}
	f := function(name.Name)
	if f == nil {
		return nil, fmt.Errorf("no function %s", name.Name)
	}
	args := arguments{name: name.Name}
	for _, a := range e.Args {
		v, err := r.eval(a)
		if err != nil {
			return nil, err
		}
		args.list = append(args.list, v)
	}
	v := f(r, &args)
	return v, args.err
}

// arguments are taken one after the other; the first mistake is kept.
type arguments struct {
	name string
	list []any
	err  error
}

func (a *arguments) fail(format string, args ...any) {
	if a.err == nil {
		a.err = fmt.Errorf(a.name+": "+format, args...)
	}
}

// more reports whether an argument is left.
func (a *arguments) more() bool { return len(a.list) > 0 && a.err == nil }

func (a *arguments) text() string {
	if !a.more() {
		a.fail("a text is missing")
		return ""
	}
	s, ok := a.list[0].(string)
	if !ok {
		a.fail("%v is not a text", a.list[0])
	}
	a.list = a.list[1:]
	return s
}

func (a *arguments) number() quantity {
	if !a.more() {
		a.fail("a number is missing")
		return quantity{}
	}
	q, ok := a.list[0].(quantity)
	if !ok {
		a.fail("%v is not a number", a.list[0])
	}
	a.list = a.list[1:]
	return q
}
