// Package asmtest tests the assembly of other packages as source: its comments
// agree with the Go declarations, and the tests of those packages fail when a
// fault is planted in it.
package asmtest
