package spec

import "strings"

// splitArgs splits at the commas that are not within double quotes. Quotes begin
// a value; elsewhere a quote is a character like others.
func splitArgs(text string) []string {
	var parts []string
	start := 0
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == ',':
			parts = append(parts, text[start:i])
			start = i + 1
		case text[i] == '"' && strings.HasSuffix(strings.TrimSpace(text[start:i]), "=") && strings.Count(text[start:i], "=") == 1:
			i = closing(text, i)
		}
	}
	return append(parts, text[start:])
}

// closing returns the place of the quote that ends what begins at text[open], or
// that of the last character.
func closing(text string, open int) int {
	for i := open + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(text) - 1
}

// quote writes a value as [Parse] reads it: in double quotes where it would be
// read differently without.
func quote(value string) string {
	if value != "" && !strings.Contains(value, ",") && !strings.HasPrefix(value, `"`) && strings.TrimSpace(value) == value {
		return value
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

// unquote reads what quote writes; ok is false where the quotes do not match.
func unquote(value string) (text string, ok bool) {
	if !strings.HasPrefix(value, `"`) {
		return value, true
	}
	var b strings.Builder
	for i := 1; i < len(value); i++ {
		switch c := value[i]; {
		case c == '"':
			return b.String(), i == len(value)-1
		case c == '\\' && i+1 < len(value):
			i++
			b.WriteByte(value[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}

// quoteHint tells of quotes where argument i, which cannot be read, may be the rest of
// a value with a comma.
func quoteHint(i int) string {
	if i == 0 {
		return ""
	}
	return `; a value with a comma stands in double quotes: key="a,b"`
}
