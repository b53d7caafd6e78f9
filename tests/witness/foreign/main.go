// Command stranger speaks the witness protocol (C2SP tlog-witness) without anything of the project's
// own: notes by golang.org/x/mod/sumdb/note, trees and proofs by golang.org/x/mod/sumdb/tlog.
//
//	stranger submit -log URL -key LOGKEY -witness URL -wkey WITNESSKEY [-size N] [-old N]
//	stranger serve -name NAME -key LOGKEY
//
// submit brings a log's checkpoint to a witness and checks the cosignature that comes back; serve is
// a witness that prints its verifier key and address, and keeps what it co-signed in memory.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "submit or serve")
		os.Exit(2)
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	log := flags.String("log", "", "address of the log, up to and with /log")
	key := flags.String("key", "", "the log's verifier key")
	witness := flags.String("witness", "", "submission prefix of the witness")
	wkey := flags.String("wkey", "", "the witness's verifier key")
	old := flags.Int64("old", 0, "size that the witness is thought to have")
	name := flags.String("name", "", "name of the witness's key")
	_ = flags.Parse(os.Args[2:])
	var err error
	switch os.Args[1] {
	case "submit":
		err = submit(*log, *key, *witness, *wkey, *old)
	case "serve":
		err = serve(*name, *key)
	default:
		err = fmt.Errorf("unknown: %s", os.Args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "REFUSED:", err)
		os.Exit(1)
	}
}
