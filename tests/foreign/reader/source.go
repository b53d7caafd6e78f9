package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	height   = 8 // C2SP tlog-tiles: a full tile is 256 wide
	width    = 1 << height
	mostBody = 8 << 20
)

var client = &http.Client{Timeout: 20 * time.Second}

// source is a log behind an HTTP address; as a tlog.TileReader it keeps what it has fetched.
type source struct {
	url   string
	tiles int
	kept  map[tlog.Tile][]byte
}

func (s *source) get(path string) ([]byte, error) {
	answer, err := client.Get(s.url + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, mostBody))
}

func (s *source) Height() int { return height }

func (s *source) SaveTiles([]tlog.Tile, [][]byte) {}

// ReadTiles gets tiles by C2SP's names, which leave out the height that tlog's own names begin with.
func (s *source) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(tiles))
	for at, tile := range tiles {
		if kept, known := s.kept[tile]; known {
			found[at] = kept
			continue
		}
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
		raw, err := s.get(path)
		if err != nil {
			return nil, err
		}
		if len(raw) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes, not %d", path, len(raw), tile.W*tlog.HashSize)
		}
		if s.kept == nil {
			s.kept = make(map[tlog.Tile][]byte)
		}
		s.kept[tile] = raw
		s.tiles++
		found[at] = raw
	}
	return found, nil
}

// entries gets one bundle: each entry after its length in two bytes.
func (s *source) entries(number int64, wide int) ([][]byte, error) {
	tile := tlog.Tile{H: height, L: -1, N: number, W: wide}
	path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/data/", height), "tile/entries/", 1)
	raw, err := s.get(path)
	if err != nil {
		return nil, err
	}
	var found [][]byte
	for len(raw) > 0 {
		if len(raw) < 2 || len(raw) < 2+int(raw[0])<<8+int(raw[1]) {
			return nil, fmt.Errorf("%s ends within an entry", path)
		}
		end := 2 + int(raw[0])<<8 + int(raw[1])
		found = append(found, raw[2:end])
		raw = raw[end:]
	}
	if len(found) != wide {
		return nil, fmt.Errorf("%s has %d entries, not %d", path, len(found), wide)
	}
	return found, nil
}
