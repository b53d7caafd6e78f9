// The error tree of the verifier: a code and the parameters of its sentence, as in
// ledger/verify/wording.py. The sentences themselves are Python's (see sentences.mjs).

export class Refusal extends Error {
  constructor(code, params = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }

  /** Name of the catalogue in which the sentence of `code` stands. */
  get family() {
    return this.constructor.family;
  }
}

export class FileRefused extends Refusal {
  static family = "file";
}
export class BundleRefused extends Refusal {
  static family = "bundle";
}
export class EntryRefused extends Refusal {
  static family = "entry";
}
export class CanonicalRefused extends Refusal {
  static family = "canonical";
}
export class StatementRefused extends Refusal {
  static family = "statement";
}
export class SignatureRefused extends Refusal {
  static family = "signature";
}
export class NoteRefused extends Refusal {
  static family = "note";
}
export class ProofRefused extends Refusal {
  static family = "proof";
}
export class KeyRefused extends Refusal {
  static family = "key";
}
export class SequenceRefused extends Refusal {
  static family = "sequence";
}
export class OwnershipRefused extends Refusal {
  static family = "ownership";
}
export class RowsRefused extends Refusal {
  static family = "rows";
}
export class SealRefused extends Refusal {
  static family = "seal";
}
export class AddressRefused extends Refusal {
  static family = "address";
}
export class ListRefused extends Refusal {
  static family = "list";
}
