package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var client = &http.Client{Timeout: 20 * time.Second}

func get(url string) ([]byte, error) {
	answer, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

// hashes gives the tree over the entries that the log serves.
func hashes(log string, size int64) (tlog.HashReaderFunc, error) {
	var stored []tlog.Hash
	reader := func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, 0, len(indexes))
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	}
	for start := int64(0); start < size; start += 256 {
		path := fmt.Sprintf("%s/tile/entries/%03d", log, start/256)
		if size-start < 256 {
			path += fmt.Sprintf(".p/%d", size-start)
		}
		body, err := get(path)
		if err != nil {
			return nil, err
		}
		for index := start; len(body) > 0; index++ {
			length := int(binary.BigEndian.Uint16(body))
			more, err := tlog.StoredHashes(index, body[2:2+length], tlog.HashReaderFunc(reader))
			if err != nil {
				return nil, err
			}
			stored = append(stored, more...)
			body = body[2+length:]
		}
	}
	return reader, nil
}

func submit(log, key, witness, wkey string, old int64) error {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return fmt.Errorf("log key: %w", err)
	}
	cosigner, err := parseCosigner(wkey)
	if err != nil {
		return err
	}
	signed, err := get(log + "/checkpoint")
	if err != nil {
		return err
	}
	tree, opened, err := openCheckpoint(signed, verifier)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	reader, err := hashes(log, tree.N)
	if err != nil {
		return err
	}
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil || root != tree.Hash {
		return fmt.Errorf("the entries do not lead to the checkpoint's root (%v)", err)
	}
	// Only the log's own line goes to the witness.
	bare := fmt.Sprintf("%s\n— %s %s\n", opened.Text, opened.Sigs[0].Name, opened.Sigs[0].Base64)
	conflicts := 0
	for ; conflicts < 3; conflicts++ {
		status, kind, body, err := post(witness, old, tree, bare, reader)
		if err != nil {
			return err
		}
		switch status {
		case http.StatusOK:
			if _, err := note.Open([]byte(bare+body), note.VerifierList(cosigner)); err != nil {
				return fmt.Errorf("cosignature: %w", err)
			}
			fmt.Printf("size %d time %d conflicts %d\n", tree.N, cosigner.time, conflicts)
			return nil
		case http.StatusConflict:
			if kind != "text/x.tlog.size" || !strings.HasSuffix(body, "\n") {
				return fmt.Errorf("409 of type %q with %q", kind, body)
			}
			old, err = strconv.ParseInt(strings.TrimSuffix(body, "\n"), 10, 64)
			if err != nil || old > tree.N {
				return fmt.Errorf("409 with size %q", body)
			}
		default:
			return fmt.Errorf("%d %s", status, strings.TrimSpace(body))
		}
	}
	return errors.New("it names another size each time")
}

func post(witness string, old int64, tree tlog.Tree, bare string, reader tlog.HashReader) (int, string, string, error) {
	var body strings.Builder
	fmt.Fprintf(&body, "old %d\n", old)
	if old > 0 && old < tree.N {
		proof, err := tlog.ProveTree(tree.N, old, reader)
		if err != nil {
			return 0, "", "", err
		}
		for _, hash := range proof {
			fmt.Fprintln(&body, hash.String())
		}
	}
	fmt.Fprintf(&body, "\n%s", bare)
	answer, err := client.Post(witness+"/add-checkpoint", "text/plain", strings.NewReader(body.String()))
	if err != nil {
		return 0, "", "", err
	}
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	return answer.StatusCode, answer.Header.Get("Content-Type"), string(read), err
}
