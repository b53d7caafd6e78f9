"""`ocop`: reads the words, runs one command, turns every expected error into one sentence."""

from __future__ import annotations

import argparse
import importlib
import os
import sqlite3
import sys
from collections.abc import Sequence

from api.collecting import collect_seldom
from api.commands.vietnamese import asked_language, speak
from api.settings import default_language, unknown_language
from ledger.offline import speak_utf8
from ledger.verify.system_words import in_vietnamese
from ledger.verify.wording import Refusal
from printers.errors import PrintingError

# Which module has which commands. One is read for one command: reading all of them takes longer
# than most commands do.
MODULES = {
    "demo": ("demo",),
    "folder": ("init", "rebuild"),
    "serve": ("serve",),
    "background": ("sequence", "project"),
    "database": ("migrate",),
    "hub": ("hub",),
    "keeping": ("backup", "restore", "move", "erase"),
    "record": ("record",),
    "lot": ("lot",),
    "evidence": ("bundle", "trust", "audit"),
    "label_evidence": ("station-list", "verify-label"),
    "doctor": ("doctor",),
    "keys": ("keys",),
    "labels": ("labels",),
    "people": ("people", "pin", "disclosure"),
    "carton": ("carton",),
    "printer": ("printer",),
    "station": ("station",),
    "table": ("table",),
    "template": ("template",),
    "verifier": ("verifier",),
    "virtual_printer": ("virtual-printer",),
    "witness": ("witness", "auditor"),
}

_DATABASE = {
    "en": "The ledger's files cannot be used ({why}); check that the disk is not full or read-only "
    "and that the folder is a ledger's.",
    "vi": "Không dùng được các tệp của sổ ({why}); hãy kiểm tra ổ đĩa không đầy, không bị khóa ghi và "
    "đúng là thư mục của sổ.",
}
_SYSTEM = {
    "en": "The system refused{path}: {why}. Check the path and its permissions, then try again.",
    "vi": "Hệ thống từ chối{path}: {why}. Hãy kiểm tra đường dẫn và quyền rồi thử lại.",
}

# In both languages: which one is read is just what is not known.
_NO_LANGUAGE = (
    "OCOP_LANG={found}: chỉ có vi và en, nên dùng tiếng Việt. / There is only vi and en, so this is "
    "Vietnamese."
)
_STOPPED = {
    "en": "Stopped. What was recorded stays; after printing, see: ocop labels status ITEM LOT",
    "vi": "Đã dừng. Những gì đã ghi vẫn còn; nếu đang in, hãy xem: ocop labels status MẶT-HÀNG LÔ",
}


def parser(noun: str | None = None) -> argparse.ArgumentParser:
    """The command `noun` with its help; all of them when it is None or there is none of that name."""
    top = argparse.ArgumentParser(
        prog="ocop",
        description="Traceability ledger with label printing for OCOP products.",
        epilog="Exit status: 0 done, 1 done in part or refused by a check, 2 not done. "
        "OCOP_DIR and OCOP_LANG stand in for --dir and --lang.",
    )
    nouns = top.add_subparsers(dest="noun", required=True, metavar="COMMAND")
    wanted = [name for name, has in MODULES.items() if noun in has] or list(MODULES)
    for name in wanted:
        importlib.import_module(f"api.commands.{name}").add_to(nouns)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of the script; returns the exit status."""
    speak_utf8()
    collect_seldom()
    words = sys.argv[1:] if argv is None else list(argv)
    asked = asked_language(words)
    if asked is None and (named := unknown_language()) is not None:
        print(_NO_LANGUAGE.format(found=named), file=sys.stderr)
    spoken = asked if asked in {"vi", "en"} else default_language()
    speak(spoken)
    reading = parser(words[0] if words else None)
    if spoken == "vi" and not {"-h", "--help"}.isdisjoint(words):
        from api.commands.help_text import in_vietnamese as help_in_vietnamese

        help_in_vietnamese(reading)
    args = reading.parse_args(words)
    lang = getattr(args, "lang", None) or default_language()
    args.lang = lang
    try:
        if hasattr(args, "passphrase_file"):
            from api.keys import passphrases

            passphrases.asked.use_file(args.passphrase_file)
        return int(args.run(args))
    except (Refusal, PrintingError) as refused:
        print(refused.say(lang), file=sys.stderr)
    except sqlite3.Error as wrong:
        print(_DATABASE[lang].format(why=wrong), file=sys.stderr)
    except BrokenPipeError:
        # The reader of our output went away (`ocop ... | head`): nothing left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as wrong:
        print(_system(wrong, lang), file=sys.stderr)
    except KeyboardInterrupt:
        print(_STOPPED[lang], file=sys.stderr)
        return 130
    return 2


def _system(wrong: OSError, lang: str) -> str:
    """One sentence about what the operating system refused, with the path when it is known."""
    why = wrong.strerror or str(wrong)
    if lang == "vi":
        why = in_vietnamese(why)
    name = wrong.filename
    path = "" if name is None else f" ({os.fsdecode(name) if isinstance(name, bytes) else name})"
    return _SYSTEM[lang].format(path=path, why=why)


if __name__ == "__main__":
    sys.exit(main())
