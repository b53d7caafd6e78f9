package main

import (
	"bytes"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// readEntries gets every entry and every tile, and returns the leaf hashes of the entries after
// they agreed with what the authenticated tiles say.
func readEntries(log *source, tree tlog.Tree) ([]tlog.Hash, error) {
	sealed := tlog.TileHashReader(tree, log)
	if root, err := tlog.TreeHash(tree.N, sealed); err != nil {
		return nil, fmt.Errorf("tiles: %w", err)
	} else if root != tree.Hash {
		return nil, fmt.Errorf("tiles give root %v, the checkpoint says %v", root, tree.Hash)
	}
	var hashes []tlog.Hash
	for first := int64(0); first < tree.N; first += width {
		wide := width
		if tree.N-first < width {
			wide = int(tree.N - first)
		}
		bundle, err := log.entries(first/width, wide)
		if err != nil {
			return nil, err
		}
		indexes := make([]int64, wide)
		for at := range indexes {
			indexes[at] = tlog.StoredHashIndex(0, first+int64(at))
		}
		leaves, err := sealed.ReadHashes(indexes)
		if err != nil {
			return nil, fmt.Errorf("tiles: %w", err)
		}
		for at, entry := range bundle {
			hash := tlog.RecordHash(entry)
			if hash != leaves[at] {
				return nil, fmt.Errorf("entry %d is not the sealed one", first+int64(at))
			}
			hashes = append(hashes, hash)
		}
	}
	return hashes, nil
}

// checkInclusion builds the tree anew from the entries alone, compares every tile of the log with
// it byte for byte, and proves every entry in it. (TileHashReader of x/mod 0.7 leaves some tiles
// unauthenticated where one tile supports several subtrees, so it is not relied on alone.)
func checkInclusion(log *source, tree tlog.Tree, hashes []tlog.Hash) error {
	var stored []tlog.Hash
	own := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for at, index := range indexes {
			found[at] = stored[index]
		}
		return found, nil
	})
	for at, hash := range hashes {
		more, err := tlog.StoredHashesForRecordHash(int64(at), hash, own)
		if err != nil {
			return err
		}
		stored = append(stored, more...)
	}
	root, err := tlog.TreeHash(tree.N, own)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("the entries give root %v, the checkpoint says %v", root, tree.Hash)
	}
	tiles := tlog.NewTiles(height, 0, tree.N)
	served, err := log.ReadTiles(tiles)
	if err != nil {
		return err
	}
	for at, tile := range tiles {
		expected, err := tlog.ReadTileData(tile, own)
		if err != nil {
			return err
		}
		if !bytes.Equal(served[at], expected) {
			return fmt.Errorf("%s is not what the entries give", tile.Path())
		}
	}
	for at, hash := range hashes {
		proof, err := tlog.ProveRecord(tree.N, int64(at), own)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, int64(at), hash); err != nil {
			return fmt.Errorf("entry %d: %w", at, err)
		}
	}
	return nil
}

// checkConsistency proves from the tiles that the log continues a checkpoint kept from before.
func checkConsistency(log *source, tree tlog.Tree, old string, verifier note.Verifier) error {
	signed, err := os.ReadFile(old)
	if err != nil {
		return err
	}
	before, err := openCheckpoint(signed, verifier)
	if err != nil {
		return err
	}
	if before.N > tree.N {
		return fmt.Errorf("the log went back from %d to %d entries", before.N, tree.N)
	}
	if before.N == tree.N {
		if before.Hash != tree.Hash {
			return fmt.Errorf("two roots for %d entries", tree.N)
		}
		return nil
	}
	proof, err := tlog.ProveTree(tree.N, before.N, tlog.TileHashReader(tree, log))
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash)
}
