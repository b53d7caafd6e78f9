package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const cosignatureType = 4

// cosigner verifies C2SP tlog-cosignature signatures (type 4), which the library does not know.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
	time uint64
}

func keyHash(name string, key ed25519.PublicKey) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n"), append([]byte{cosignatureType}, key...)...))
	return binary.BigEndian.Uint32(sum[:])
}

func vkey(name string, key ed25519.PublicKey) string {
	material := append([]byte{cosignatureType}, key...)
	return fmt.Sprintf("%s+%08x+%s", name, keyHash(name, key), base64.StdEncoding.EncodeToString(material))
}

func parseCosigner(text string) (*cosigner, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("witness key: not name+hash+key")
	}
	material, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(material) != 33 || material[0] != cosignatureType {
		return nil, errors.New("witness key: not a key of type 4")
	}
	made := &cosigner{name: parts[0], key: material[1:], hash: keyHash(parts[0], material[1:])}
	if fmt.Sprintf("%08x", made.hash) != parts[1] {
		return nil, errors.New("witness key: wrong key id")
	}
	return made, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }

func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	c.time = binary.BigEndian.Uint64(sig)
	return ed25519.Verify(c.key, cosigned(c.time, msg), sig[8:])
}

func cosigned(time uint64, text []byte) []byte {
	return append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", time)), text...)
}

// openCheckpoint verifies the log's signature and reads origin, size and root.
func openCheckpoint(signed []byte, verifier note.Verifier) (tlog.Tree, *note.Note, error) {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, nil, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, nil, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, nil, err
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return tlog.Tree{}, nil, err
	}
	return tlog.Tree{N: size, Hash: root}, opened, nil
}
