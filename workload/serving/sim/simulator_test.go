package sim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/llm-d/llm-d-inference-sim/pkg/common"
	"github.com/llm-d/llm-d-inference-sim/pkg/communication"
	simulator "github.com/llm-d/llm-d-inference-sim/pkg/llm-d-inference-sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/klog/v2"
)

// env makes this test binary the simulator, whose flags are then the binary's.
const env = "TAILGATE_TEST_SIMULATOR"

func TestMain(m *testing.M) {
	if os.Getenv(env) == "" {
		os.Exit(m.Run())
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0) // the test has ended
	}()
	fmt.Fprintln(os.Stderr, serve())
	os.Exit(1)
}

// serve is the simulator. It returns why it cannot serve.
func serve() error {
	config, err := common.ParseCommandParamsAndLoadConfig()
	if err != nil {
		return err
	}
	simulators, err := simulator.Start(context.Background(), config, klog.Background())
	if err != nil {
		return err
	}
	if len(simulators) != 1 {
		return errors.New("there is to be one simulator")
	}
	return communication.Start(context.Background(), klog.Background(), simulators[0])
}

const (
	model    = "base"
	adapters = 15
)

func adapter(i int) string { return fmt.Sprintf("adapter-%d", i) }

// simulate starts a simulator of the model and its adapters, which ends with the test, and returns its address. Of a flag that is
// given twice the last one holds.
func simulate(t *testing.T, flags ...string) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().(*net.TCPAddr)
	require.NoError(t, l.Close()) // the simulator wants to be told a port
	args := []string{
		"--model=" + model, "--force-dummy-tokenizer", "--max-model-len=2048", "--max-num-seqs=256", "--max-loras=15",
		fmt.Sprintf("--port=%d", address.Port), "--lora-modules",
	}
	for i := range adapters {
		args = append(args, fmt.Sprintf(`{"name": %q, "path": "/%[1]s"}`, adapter(i)))
	}
	cmd := exec.Command(os.Args[0], append(args, flags...)...)
	cmd.Env = append(os.Environ(), env+"=1")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = in.Close()
		assert.NoError(t, cmd.Wait(), "%s", &said)
	})
	url = "http://" + address.String()
	require.Eventually(t, func() bool { return get(url+"/health") != nil }, time.Minute, 10*time.Millisecond, "it does not serve")
	return url
}

// get is what a page has; nil: it is not there.
func get(url string) []byte {
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(url)
	if err != nil {
		return nil
	}
	text, err := io.ReadAll(response.Body)
	if errors.Join(err, response.Body.Close()) != nil || response.StatusCode != http.StatusOK {
		return nil
	}
	return append([]byte("\n"), text...)
}
