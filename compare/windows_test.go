package compare

import "testing"

func TestWideTablesAreFolded(t *testing.T) {
	wide := table{
		title:   "numbers",
		columns: []column{{"name", false}, {"first", true}, {"second", true}, {"third", true}},
		rows:    [][]string{{"a", "1", "2", "3"}, {"b", "4", "5", "6"}},
	}
	if parts := wide.fold(10); len(parts) != 1 || len(parts[0].columns) != 4 {
		t.Errorf("a table without keys is folded: %+v", parts)
	}
	wide.keys = 1
	parts := wide.fold(6 + 7 + 8) // name, first, second
	if len(parts) != 2 || len(parts[0].columns) != 3 || parts[0].title != "numbers" || parts[1].title != "" {
		t.Fatalf("%+v", parts)
	}
	last := parts[1]
	if len(last.columns) != 2 || last.columns[0].name != "name" || last.columns[1].name != "third" || last.rows[1][0] != "b" || last.rows[1][1] != "6" {
		t.Errorf("%+v", last)
	}
	if parts := wide.fold(1); len(parts) != 3 { // a column at least
		t.Errorf("%d parts", len(parts))
	}
}
