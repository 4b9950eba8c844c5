package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// cluster is a Slurm of three nodes on this machine: slurmctld, three slurmd
// and a munged of its own, in one folder.
type cluster struct {
	t     *testing.T // that uses it now
	dir   string
	bench string
	nodes map[string]*exec.Cmd // slurmd, by node
}

// on returns the cluster for a test.
func (c *cluster) on(t *testing.T) *cluster {
	copied := *c
	copied.t = t
	return &copied
}

// startCluster starts a cluster, which ends with the test. The test is skipped
// where Slurm is missing or may not be started.
func startCluster(t *testing.T) *cluster {
	for _, program := range []string{"slurmctld", "slurmd", "sbatch", "munged"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no %s: apt-get install slurmctld slurmd slurm-client munge", program)
		}
	}
	if os.Getuid() != 0 {
		t.Skip("starting a Slurm takes root")
	}
	// Sockets have short paths.
	dir, err := os.MkdirTemp("", "slurm")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	c := &cluster{t: t, dir: dir, nodes: map[string]*exec.Cmd{}}
	c.write("munge.key", string(randomBytes(1024)), 0o400)
	c.write("slurm.conf", c.configuration(), 0o644)
	t.Setenv("SLURM_CONF", filepath.Join(dir, "slurm.conf"))
	for _, folder := range []string{"state", "spool"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c.start("munged", "--foreground", "--force", "--key-file="+c.path("munge.key"), "--socket="+c.path("munge.socket"),
		"--pid-file="+c.path("munged.pid"), "--log-file="+c.path("munged.log"), "--seed-file="+c.path("munged.seed"))
	c.until("munged answers", func() bool { _, err := os.Stat(c.path("munge.socket")); return err == nil })
	c.start("slurmctld", "-D")
	t.Cleanup(func() { // before the daemons end
		_ = c.command("scancel", "--state=RUNNING", "--state=PENDING").Run()
		_ = c.command("scancel", "--full", "--signal=KILL", "--state=RUNNING").Run()
		for range 50 {
			if len(c.queue()) == 0 {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
	for i := range 3 {
		c.startNode(fmt.Sprintf("n%d", i+1))
	}
	return c
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

func (c *cluster) path(name string) string { return filepath.Join(c.dir, name) }

func (c *cluster) write(name, text string, mode os.FileMode) {
	if err := os.WriteFile(c.path(name), []byte(text), mode); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cluster) configuration() string {
	host, err := os.Hostname()
	if err != nil {
		c.t.Fatal(err)
	}
	host, _, _ = strings.Cut(host, ".")
	var ports []any
	for range 4 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			c.t.Fatal(err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return strings.NewReplacer("HOST", host, "DIR", c.dir).Replace(fmt.Sprintf(`ClusterName=test
SlurmctldHost=HOST(127.0.0.1)
SlurmctldPort=%d
AuthType=auth/munge
AuthInfo=socket=DIR/munge.socket
SlurmUser=root
SlurmdUser=root
StateSaveLocation=DIR/state
SlurmdSpoolDir=DIR/spool/%%n
SlurmctldPidFile=DIR/slurmctld.pid
SlurmdPidFile=DIR/slurmd.%%n.pid
SlurmctldLogFile=DIR/slurmctld.log
SlurmdLogFile=DIR/slurmd.%%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,sched_min_interval=100000
ReturnToService=2
SwitchType=switch/none
MpiDefault=none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
KillWait=5
NodeName=n1 NodeHostname=HOST NodeAddr=127.0.0.1 Port=%d CPUs=2 RealMemory=1000
NodeName=n2 NodeHostname=HOST NodeAddr=127.0.0.1 Port=%d CPUs=2 RealMemory=1000
NodeName=n3 NodeHostname=HOST NodeAddr=127.0.0.1 Port=%d CPUs=2 RealMemory=1000
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`, ports...))
}

// start starts a daemon in the foreground, which ends with the test.
func (c *cluster) start(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	c.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
		}
	})
	return cmd
}

// startNode starts the slurmd of a node and waits until it can take jobs.
func (c *cluster) startNode(node string) {
	c.t.Helper()
	c.nodes[node] = c.start("slurmd", "-D", "-N", node)
	c.until(node+" is idle", func() bool {
		out, err := c.command("sinfo", "--noheader", "--nodes="+node, "--format=%T").Output()
		state := strings.TrimSpace(string(out))
		if strings.HasPrefix(state, "down") {
			_ = c.command("scontrol", "update", "NodeName="+node, "State=RESUME").Run()
		}
		return err == nil && (state == "idle" || state == "mixed" || state == "allocated")
	})
}

// stopNode ends the slurmd of a node at once; its tasks go on.
func (c *cluster) stopNode(node string) { _ = c.nodes[node].Process.Kill() }

// killTask kills the processes of a task of an array.
func (c *cluster) killTask(task, array string, index int) {
	c.t.Helper()
	killed := 0
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), "SLURM_CONF="+c.path("slurm.conf")) {
			continue
		}
		vars := "\x00" + string(text)
		if strings.Contains(vars, "\x00SLURM_ARRAY_JOB_ID="+array+"\x00") && strings.Contains(vars, fmt.Sprintf("\x00SLURM_ARRAY_TASK_ID=%d\x00", index)) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			// The slurmstepd above it too: with the node it is gone.
			if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil {
				fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
				if parent, _ := strconv.Atoi(fields[1]); parent > 1 && isStep(parent) {
					_ = syscall.Kill(parent, syscall.SIGKILL)
				}
			}
			_ = syscall.Kill(pid, syscall.SIGKILL)
			killed++
		}
	}
	if killed == 0 {
		c.t.Errorf("%s has no process", task)
	}
}

func isStep(pid int) bool {
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return err == nil && strings.HasPrefix(string(name), "slurmstepd")
}

// node returns the node that a task runs on.
func (c *cluster) node(task string) string {
	c.t.Helper()
	return strings.TrimSpace(c.slurm("squeue", "--noheader", "--jobs="+task, "--format=%N"))
}

// queue lists the jobs in the queue, with their state and reason.
func (c *cluster) queue() []string {
	out, err := c.command("squeue", "--noheader", "--array", "--format=%i %T %r").Output()
	if err != nil {
		return []string{err.Error()}
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' })
}

func (c *cluster) command(name string, args ...string) *exec.Cmd { return exec.Command(name, args...) }

// slurm runs a command that must succeed.
func (c *cluster) slurm(name string, args ...string) string {
	c.t.Helper()
	out, err := c.command(name, args...).CombinedOutput()
	if err != nil {
		c.t.Fatalf("%s %q: %v: %s", name, args, err, out)
	}
	return string(out)
}

// until waits for a condition.
func (c *cluster) until(what string, ok func() bool) {
	c.t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if ok() {
			return
		}
	}
	c.t.Fatalf("after a minute not yet: %s; the queue is %q%s", what, c.queue(), c.logs())
}

// logs returns the ends of the daemons' logs.
func (c *cluster) logs() string {
	text := ""
	files, _ := filepath.Glob(c.path("*.log"))
	for _, file := range files {
		log, _ := os.ReadFile(file)
		text += fmt.Sprintf("\n%s: …%s", filepath.Base(file), log[max(0, len(log)-1500):])
	}
	return text
}
