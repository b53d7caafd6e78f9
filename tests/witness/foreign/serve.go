package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func serve(name, key string) error {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return fmt.Errorf("log key: %w", err)
	}
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("%s http://%s/some/prefix\n", vkey(name, public), listener.Addr())
	kept := &memory{verifier: verifier}
	http.HandleFunc("/some/prefix/add-checkpoint", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		status, text := kept.add(body)
		if status == http.StatusConflict {
			w.Header().Set("Content-Type", "text/x.tlog.size")
		}
		if status != http.StatusOK {
			w.WriteHeader(status)
			fmt.Fprint(w, text)
			return
		}
		now := uint64(time.Now().Unix())
		signature := binary.BigEndian.AppendUint32(nil, keyHash(name, public))
		signature = binary.BigEndian.AppendUint64(signature, now)
		signature = append(signature, ed25519.Sign(private, cosigned(now, []byte(text)))...)
		fmt.Fprintf(w, "— %s %s\n", name, base64.StdEncoding.EncodeToString(signature))
	})
	return http.Serve(listener, nil)
}

// memory is the one log's newest checkpoint that was co-signed.
type memory struct {
	sync.Mutex
	verifier note.Verifier
	tree     tlog.Tree
}

// add answers a status with what belongs to it: the checkpoint's text with 200, else the body.
func (m *memory) add(body []byte) (int, string) {
	head, checkpoint, found := bytes.Cut(body, []byte("\n\n"))
	if !found {
		return http.StatusBadRequest, "no checkpoint\n"
	}
	lines := strings.Split(string(head), "\n")
	var old int64
	if n, err := fmt.Sscanf(lines[0], "old %d", &old); n != 1 || err != nil {
		return http.StatusBadRequest, "no old size\n"
	}
	tree, opened, err := openCheckpoint(checkpoint, m.verifier)
	if err != nil {
		return http.StatusForbidden, err.Error() + "\n"
	}
	var proof tlog.TreeProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return http.StatusBadRequest, "no hash\n"
		}
		proof = append(proof, hash)
	}
	m.Lock()
	defer m.Unlock()
	if old != m.tree.N {
		return http.StatusConflict, fmt.Sprintf("%d\n", m.tree.N)
	}
	if old == tree.N && m.tree.N > 0 && m.tree.Hash != tree.Hash {
		return http.StatusConflict, fmt.Sprintf("%d\n", m.tree.N)
	}
	if old > 0 && old < tree.N {
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old, m.tree.Hash); err != nil {
			return http.StatusUnprocessableEntity, err.Error() + "\n"
		}
	} else if len(proof) != 0 {
		return http.StatusUnprocessableEntity, "a proof where none belongs\n"
	}
	m.tree = tree
	return http.StatusOK, opened.Text
}
