package asmtest

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/cpuid/v2"
)

var all = flag.Bool("all", false, "plant every fault in the assembly, not one per file")

// mutant is a fault planted in assembly: an edit of a file.
type mutant struct{ name, old, new string }

// mutants are the faults of each file, the first being one of the sample.
var mutants = []struct {
	file   string
	faults []mutant
}{
	{"strategies/cpu/vector_amd64.s", []mutant{
		{"product and sum in one rounding", "VMULPS Z10, Z1, Z1\n\tVADDPS Z11, Z1, Z1", "VFMADD213PS Z11, Z10, Z1"},
		{"floor of the noise left out", "VADDPS Z11, Z1, Z1", ""},
		{"key of no load not limited", "VPMINUD Z16, Z1, Z1", ""},
		{"random orders by weight", "VMOVDQA32 Z0, K1, Z1", ""},
		{"weight for an item's number", "numberedWeight_number(DI)", "numberedWeight_weight(DI)"},
		{"flip without merge as halve", "JGE  flip", "JGT  flip"},
		{"no merge of two blocks", "TESTL $const_blockThen, AX", "TESTL $0, AX"},
		{"last comparison of the network", "ORDER(Z6, Z7); ORDER(Z8, Z9)\n\tJMP", "ORDER(Z6, Z7)\n\tJMP"},
		{"lesser row in both places", "VMOVDQU32 Z17, (ROW*(j))(R9)", "VMOVDQU32 x, (ROW*(j))(R9)"},
		{"ties in all bits only", "VPTESTNMD Z15, Z1, K1", "VPTESTNMD Z1, Z1, K1"},
		{"ties of the last pair only", "KORW K1, K2, K2", "KMOVW K1, K2"},
	}},
	{"strategies/cpu/queue_amd64.s", []mutant{
		{"sign of a full pack lost", "VPTERNLOGD $0xF8, Z18, Z24, Z23;", ""},
		{"equal packs at the front left alone", "INORDER(Z0, Z1, Z8, Z9)\n", "\n"},
		{"equal packs behind left alone", "INORDER(Z3, Z4, Z11, Z12)\n", "\n"},
		{"equal packs the wrong way round", "VPCMPUD ABOVE, Z26, Z25, K1, K1", "VPCMPUD LESS, Z26, Z25, K1, K1"},
		{"last pack forgotten", "VMOVAPS Z23, K7, Z7;", ""},
		{"more rows than there are", "SUBQ BX, CX", ""},
		{"room for two", "$(1<<const_shortRoomAt)", "$(2<<const_shortRoomAt)"},
		{"greater row is the second", "VPTERNLOGQ XOR3, Z2, Z1, Z0 // Z0 ^ Z1 ^ Z2", "VMOVDQA64 Z1, Z0"},
		{"row compared with itself", "MOVWLZX comparator_b(DI), BX", "MOVWLZX comparator_a(DI), BX"},
		{"items without load unnoticed", "KORW K3, K4, K4", ""},
		{"all first items in one pack", "VPADDQ Z15, Z0, Z0", ""},
		{"sum in the lower halves too", "VADDPS Z2, Z0, K1, Z0", "VADDPS Z2, Z0, Z0"},
		{"min load of packs with room", "VPMINUQ Z0, Z10, K3, Z10", "VPMINUQ Z0, Z10, Z10"},
		{"max load forgotten", "VPMAXUQ Z0, Z11, Z11", "VMOVDQA64 Z0, Z11"},
		{"full packs stay", "VPTERNLOGQ ONES, Z0, Z0, K3, Z0", ""},
		{"block begins with the old word", "VPMAXUQ (R9), Z0, Z3", "VMOVDQU64 (R9), Z3"},
		{"last row of a block left alone", "MOVE(8)\n", "\n"},
		{"first row left alone", "VMOVDQA64 Z6, Z0", ""},
		{"room for a rank", "VPSUBD Z2, Z16, Z2", ""},
		{"places of eight items twice", "PLACES(Y1, Y2, const_blockRows/2*const_placeSize)", "PLACES(Y1, Y2, 0)"},
	}},
	{"strategies/cpu/swaps_amd64.s", []mutant{
		{"greater word of equals", "VPCMPUD LESS, Y22, Y10, K1, K1", "VPCMPUD ABOVE, Y22, Y10, K1, K1"},
		{"last of equal heaviest packs", "VCMPPS LESS, (R11), Y17, K1", "VCMPPS $2, (R11), Y17, K1"},
		{"gain without its other half", "VMINPS delta, gain, gain", ""},
		{"first of equals stays", "KORW K1, K2, K1", "KMOVW K2, K1"},
		{"last of the others", "VPMINUD (DX), Y24, K1, Y24", "VMOVDQU32 (DX), K1, Y24"},
		{"first group only", "VPADDD Y19, Y20, Y20", ""},
		{"best of the group before", "VPXORD Y5, Y5, Y5", ""},
		{"gap to the pack before", "ADDQ $HALFROW, R11\n\tDECQ R12\n\tJNZ  pack", "DECQ R12\n\tJNZ  pack"},
		{"filler tried", "ADDQ CX, R10", ""},
		{"filler taken", "ADDQ CX, SI", ""},
		{"weight of another item", "VMOVAPS item, K1, Y23", "VMOVAPS item, Y23"},
	}},
	{"internal/core/draws/layer_amd64.s", []mutant{
		{"a lane's candidate twice", "INCL AX", ""},
		{"key of another round", "VPXORD.BCST roundKeys_second(BX)", "VPXORD.BCST roundKeys_fourth(BX)"},
		{"one word of the start twice", "(blockStart_third+4)(DI)", "blockStart_third(DI)"},
		{"round with the last one's keys", "ROUND(5, Z16, Z17", "ROUND(4, Z16, Z17"},
		{"same key for both words", "(roundKeys_last + 8*r + 4)(BX)", "(roundKeys_last + 8*r)(BX)"},
		{"multipliers exchanged", "VPMULUDQ c2, Z10, p1; \\\n\tVPSRLQ $32, p1, c0; \\\n\tVPSRLQ $32, p0, c2; \\\n\tVPTERNLOGD.BCST XOR3, (", "VPMULUDQ c2, Z9, p1; \\\n\tVPSRLQ $32, p1, c0; \\\n\tVPSRLQ $32, p0, c2; \\\n\tVPTERNLOGD.BCST XOR3, ("},
		{"odd half left out", "VMOVSLDUP odd, K1, even", "VMOVSLDUP odd, even"},
	}},
	{"internal/core/draws/mt19937_amd64.s", []mutant{
		{"upper bit of the wrong word", "VPTERNLOGD $0xCA", "VPTERNLOGD $0xAC"},
		{"matrix for all words", "VPXORD Z11, Z1, K1, Z1", "VPXORD Z11, Z1, Z1"},
		{"shift off by a word", "(4*const_mtShift)(SI)", "(4*const_mtShift + 4)(SI)"},
		{"block not finished", "$(const_mtWords/WORDS)", "$(const_mtWords/WORDS - 1)"},
		{"tempering shift", "VPSRLD $18, Z0, Z1", "VPSRLD $17, Z0, Z1"},
		{"mask of the other tempering", "VPTERNLOGD $0x78, Z11, Z1, Z0", "VPTERNLOGD $0x78, Z10, Z1, Z0"},
		{"more bits than a draw has", "VPANDD Z12, Z0, Z0", ""},
	}},
}

// A test of assembly is worth something only if it fails for wrong assembly. Each
// fault must fail the tests of the package.
func TestPlantedFaultsAreCaught(t *testing.T) {
	if testing.Short() {
		t.Skip("builds packages with faults in them")
	}
	if runtime.GOARCH != "amd64" || !cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512VL) {
		t.Skip("no AVX-512 here, so the assembly does not run")
	}
	var wait sync.WaitGroup
	slots := make(chan struct{}, 2)
	planted := 0
	for _, m := range mutants {
		faults := m.faults
		if !*all {
			faults = faults[:1]
		}
		planted += len(faults)
		for _, fault := range faults {
			wait.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				how, err := fault.run(t.TempDir(), m.file)
				switch {
				case err != nil:
					t.Errorf("%s: %s: %v", m.file, fault.name, err)
				case how == "":
					t.Errorf("not caught: %s in %s", fault.name, m.file)
				default:
					t.Logf("%s in %s: %s", fault.name, m.file, how)
				}
			})
		}
	}
	wait.Wait()
	t.Logf("%d faults were planted", planted)
}

// run tests the package of file with the fault in place of the original, and
// returns how the fault shows, "" if it does not.
func (m mutant) run(dir, file string) (how string, err error) {
	original, err := filepath.Abs(filepath.Join(root, file))
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(original)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(source), m.old); n != 1 {
		return "", fmt.Errorf("%q is there %d times: the mutant needs an update", m.old, n)
	}
	mutated := filepath.Join(dir, "mutated.s")
	if err := os.WriteFile(mutated, []byte(strings.Replace(string(source), m.old, m.new, 1)), 0o644); err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{original: mutated}})
	if err != nil {
		return "", err
	}
	overlayFile := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlayFile, overlay, 0o644); err != nil {
		return "", err
	}
	run := exec.Command("go", "test", "-overlay", overlayFile, "-vet=off", "-short", "-failfast", "-timeout=60s",
		"./"+path.Dir(file), "-rapid.nofailfile", "-rapid.shrinktime=1ns")
	run.Dir = root
	out, err := run.CombinedOutput()
	var exit *exec.ExitError
	switch text := string(out); {
	case err == nil:
		return "", nil
	case !errors.As(err, &exit) || strings.Contains(text, "[build failed]"):
		return "", fmt.Errorf("%v: %s", err, text)
	default:
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" {
				return line, nil
			}
		}
		return err.Error(), nil
	}
}
