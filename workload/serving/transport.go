package serving

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/internal/bounded"
)

const (
	connectTime = 10 * time.Second // for a connection to be made, and as much again for TLS

	mostOfHead        = 1 << 20 // bytes of a reply's head
	mostOfAuthorities = 4 << 20 // bytes of a file of certificates; a system's bundle has about 230 kB
)

// Transport makes connections as the target has it, and keeps as many idle as there are: over HTTP/2 where an https server offers
// it, else over HTTP/1.1, and through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name (see [http.ProxyFromEnvironment]),
// which is none for loopback. The error is that CAFile cannot be read or has no certificate.
func (t Target) Transport() (*http.Transport, error) {
	transport, err := t.transport()
	if err != nil {
		return nil, fmt.Errorf("serving: %w", err)
	}
	return transport, nil
}

func (t Target) transport() (*http.Transport, error) {
	config := &tls.Config{InsecureSkipVerify: t.InsecureTLS}
	if t.CAFile != "" {
		var err error
		if config.RootCAs, err = authorities(t.CAFile); err != nil {
			return nil, fmt.Errorf("target: ca_file: %w", err)
		}
	}
	return &http.Transport{
		Proxy:       http.ProxyFromEnvironment,
		DialContext: (&net.Dialer{Timeout: connectTime}).DialContext,

		TLSClientConfig: config, TLSHandshakeTimeout: connectTime, ForceAttemptHTTP2: true,

		MaxIdleConnsPerHost: math.MaxInt, // each that is not kept uses up a port, of which there are about 28,000
		DisableCompression:  true, MaxResponseHeaderBytes: mostOfHead,
	}, nil
}

// report says that any certificate was accepted, where it was.
func (t Target) report(b *testing.B) {
	b.Helper()
	if t.InsecureTLS {
		b.ReportMetric(1, "insecure-tls")
		b.Logf("serving: the server at %s may have had any certificate (target.insecure_tls): "+
			"whoever is between can read and answer what is sent", t.path())
	}
}

// authorities are those of the system and of a PEM file.
func authorities(file string) (*x509.CertPool, error) {
	text, err := bounded.ReadFile(file, mostOfAuthorities)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil { // the system has none to be trusted
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s has no certificate in PEM; name a file with -----BEGIN CERTIFICATE-----", file)
	}
	return pool, nil
}
