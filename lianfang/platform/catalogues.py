"""The message catalogues: complete, compiled, and of today's sources.

    python -m lianfang.platform.catalogues            checks; one line for each gap, exit 1 (part of `make lint`)
    python -m lianfang.platform.catalogues --update   takes in new strings and compiles (needs gettext)

Compiled catalogues are committed, because a fresh machine has no gettext.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import django
import polib
from django.core.management import call_command
from django.core.management.commands import makemessages

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
LEFT_OUT = [".venv", "var", "tests", "bench", "docs"]

Key = tuple[str, str | None]


class Extract(makemessages.Command):
    """Django's extraction, kept as one template file, so that a check changes nothing."""

    def write_po_file(self, potfile: str, locale: str) -> None:
        self.found = polib.pofile(potfile)


class Merge(makemessages.Command):
    """Django's merge without guesses: a translation of a similar text is none."""

    msgmerge_options = ["-q", "--backup=none", "--no-fuzzy-matching", "--update"]


def source_messages() -> set[Key]:
    """Every string marked for translation in the sources."""
    command = Extract()
    call_command(command, locale=["zh_Hans"], ignore_patterns=LEFT_OUT, verbosity=0)
    return {(entry.msgid, entry.msgctxt) for entry in command.found}


def gaps() -> list[str]:
    """What is wrong with the catalogue, a line each; empty when it is complete and compiled."""
    catalogue = polib.pofile(str(CATALOGUE))
    live = [entry for entry in catalogue if not entry.obsolete]
    lines = [f"not translated: {e.msgid}" for e in live if not e.translated()]
    lines += [f"placeholders differ: {e.msgid}" for e in live if e.translated() and not _same_placeholders(e)]
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    if {(e.msgid, e.msgctxt, e.msgstr) for e in compiled if e.msgid} != {
        (e.msgid, e.msgctxt, e.msgstr) for e in live if e.translated()
    }:
        lines.append("django.mo is older than django.po: run with --update")
    if shutil.which("xgettext") is None:
        if os.environ.get("CI"):
            lines.append("gettext is missing, so new strings cannot be looked for")
        return lines
    known = {(entry.msgid, entry.msgctxt) for entry in live}
    return lines + [f"not in the catalogue: {msgid}" for msgid, _ in sorted(source_messages() - known, key=str)]


def _same_placeholders(entry: polib.POEntry) -> bool:
    """Whether the translation fills in the same values (plural forms may leave the number out)."""
    import re

    pattern = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")
    texts = [entry.msgstr] if entry.msgstr else list(entry.msgstr_plural.values())
    wanted = set(pattern.findall(entry.msgid)) | set(pattern.findall(entry.msgid_plural or ""))
    return all(set(pattern.findall(text)) <= wanted for text in texts) and (
        bool(entry.msgid_plural) or set(pattern.findall(texts[0])) == wanted
    )


def update() -> None:
    """Take new strings into the catalogue, drop those that are gone, compile."""
    call_command(
        Merge(),
        locale=["zh_Hans"],
        ignore_patterns=LEFT_OUT,
        no_obsolete=True,
        no_wrap=True,
        add_location="file",
        verbosity=0,
    )
    catalogue = polib.pofile(str(CATALOGUE), wrapwidth=0)
    catalogue.header = "Lianfang: Simplified Chinese"
    catalogue.metadata_is_fuzzy = False
    catalogue.metadata = {  # without dates, which would change the file at every run
        "Language": "zh_Hans",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    catalogue.save()
    catalogue.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.settings")
    os.chdir(ROOT)
    django.setup()
    if "--update" in sys.argv:
        update()
    lines = gaps()
    for line in lines:
        print(line)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
