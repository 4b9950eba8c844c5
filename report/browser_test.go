package report

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// In a real browser the script runs without errors, the table sorts and
// filters, the figures are there and tell their values.
func TestInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("no chromium, chromium-browser or google-chrome on the PATH: the report is not tried in a browser")
	}
	run, _ := written(t)
	page, err := filepath.Abs(filepath.Join(run.Dir, HTMLFile))
	if err != nil {
		t.Fatal(err)
	}
	// Not t.TempDir: the browser may still be tidying up when the test ends.
	profile, err := os.MkdirTemp("", "report-browser")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(profile)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--user-data-dir="+profile, "--enable-logging=stderr", "--dump-dom", "file://"+page+"#selftest")
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", browser, err, log.String())
	}
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "CONSOLE") {
			t.Errorf("the browser says: %s", line)
		}
	}
	m := regexp.MustCompile(`data-selftest="([^"]*)"`).FindStringSubmatch(out.String())
	if m == nil {
		t.Fatal("the script did not come to its end")
	}
	var result map[string]bool
	if err := json.Unmarshal([]byte(html.UnescapeString(m[1])), &result); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"up", "down", "none", "told", "walked", "drawn"} {
		if !result[name] {
			t.Errorf("%s failed: %v", name, result)
		}
	}
}
