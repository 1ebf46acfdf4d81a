"""The table as Markdown."""

import dataclasses

from .judges import COLUMNS


@dataclasses.dataclass
class Row:
    """A hostile file: what it must get, what it got, and what others say where they were asked."""

    name: str
    wanted: str
    found: str
    good: bool
    others: dict[str, str]


def markdown(run, judges: list[str]) -> str:
    lines = [
        "# Conformance",
        "",
        "Written by `scripts/conformance`; nothing stands here that did not run.",
        "",
        f"{run.started:%Y-%m-%d}, {len(run.fixtures)} fixtures. Judges: {'; '.join(judges)}.",
        "",
        "## Our signatures",
        "",
        "Good in the judge's eyes, of those that it was shown. Time-stamps, OCSP responses and lists come from live services; the",
        "judges have no network. pyHanko judges at B-LT and B-LTA with the document's evidence alone (hard-fail); AdES is EN 319",
        "102-1 §5.3 at B-B, §5.5 at B-T and B-LT, §5.6 at B-LTA. `openssl ts` is shown each time-stamp, `openssl crl, ocsp` the",
        "list and the response in `/DSS`. `congvan` is our verifier: valid, at that level.",
        "",
        "| level | key | files | " + " | ".join(COLUMNS) + " |",
        "|---" * (len(COLUMNS) + 3) + "|",
    ]
    for (level, key), counter in run.table.items():
        lines.append(f"| {level} | {key} | {counter['files']} | " + " | ".join(_cell(counter, c) for c in COLUMNS) + " |")
    for (level, key), counter in run.archived_table.items():
        lines.append(f"| `congvan archive` | {key} | {counter['files']} | " + " | ".join(_cell(counter, c) for c in COLUMNS) + " |")
    for level, names in run.unreached.items():
        lines += ["", f"{level} is refused, with the reason, for {len(names)} files: nothing tells whether signers before us were",
                  f"revoked: {', '.join(sorted(names))}."]  # fmt: skip
    lines += ["", "## Files signed by pyHanko", "", "| level | files | judged right by `congvan verify` |", "|---|---|---|"]
    for level, counter in run.theirs_table.items():
        lines.append(f"| {level} | {counter['files']} | {counter['good']} |")
    lines += [
        "",
        "## Hostile files",
        "",
        "What others say is told where they were asked; a blank is a file that was never signed.",
        "",
        "| file | must be | congvan | pdfsig | pyHanko |",
        "|---|---|---|---|---|",
    ]
    for row in run.hostile_rows:
        mark = "" if row.good else " **disagrees**"
        lines.append(f"| {row.name} | {row.wanted} | {row.found}{mark} | {row.others.get('pdfsig', '')} | {row.others.get('pyHanko', '')} |")
    lines += ["", "## Disagreements", ""]
    lines += [f"- {fault}" for fault in run.faults] or ["None."]
    return "\n".join(lines) + "\n"


def _cell(counter, column: str) -> str:
    judged = counter[column, "judged"]
    return f"{counter[column, 'good']}/{judged}" if judged else "–"
