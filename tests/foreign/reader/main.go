// Command reader follows a ledger's log as any stranger can: nothing in it is of the project's own
// making but the way to its addresses. Notes are read by golang.org/x/mod/sumdb/note, trees and
// proofs by golang.org/x/mod/sumdb/tlog (the code behind Go's checksum database).
//
//	reader -url http://host/log -key NAME+HASH+KEY [-old CHECKPOINT] [-keep CHECKPOINT] [PROOF ...]
//
// It prints what it checked and ends with 0, or says what does not hold and ends with 1.
package main

import (
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	url := flag.String("url", "", "address of the log, up to and with /log")
	key := flag.String("key", "", "the log's verifier key, from the trust file")
	old := flag.String("old", "", "file with a checkpoint seen earlier: the log must extend it")
	keep := flag.String("keep", "", "file to keep the checkpoint in once everything held")
	flag.Parse()
	if err := run(*url, *key, *old, *keep, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "REFUSED:", err)
		os.Exit(1)
	}
}

func run(url, key, old, keep string, proofs []string) error {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return fmt.Errorf("log key: %w", err)
	}
	log := &source{url: url}
	signed, err := log.get("checkpoint")
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(signed, verifier)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	hashes, err := readEntries(log, tree)
	if err != nil {
		return err
	}
	if err := checkInclusion(log, tree, hashes); err != nil {
		return err
	}
	if old != "" {
		if err := checkConsistency(log, tree, old, verifier); err != nil {
			return fmt.Errorf("against %s: %w", old, err)
		}
	}
	for _, name := range proofs {
		if err := checkProof(name, verifier, hashes); err != nil {
			return fmt.Errorf("proof %s: %w", name, err)
		}
	}
	fmt.Printf("size %d root %x tiles %d proofs %d\n", tree.N, tree.Hash[:], log.tiles, len(proofs))
	if keep != "" {
		return os.WriteFile(keep, signed, 0o644)
	}
	return nil
}

// openCheckpoint reads a C2SP tlog-checkpoint: origin (also the key's name), size, root.
func openCheckpoint(signed []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s: %q", verifier.Name(), opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 1 {
		return tlog.Tree{}, fmt.Errorf("size %q", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return tlog.Tree{}, err
	}
	return tlog.Tree{N: size, Hash: root}, nil
}

// checkProof reads a C2SP tlog-proof and checks it against the entry that was read at its index.
func checkProof(name string, verifier note.Verifier, hashes []tlog.Hash) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	head, signed, found := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil || index < 0 || index >= int64(len(hashes)) {
		return fmt.Errorf("index line %q", lines[1])
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		raw, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(raw) != tlog.HashSize {
			return fmt.Errorf("hash line %q", line)
		}
		var hash tlog.Hash
		copy(hash[:], raw)
		proof = append(proof, hash)
	}
	tree, err := openCheckpoint([]byte(signed), verifier)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, hashes[index])
}
