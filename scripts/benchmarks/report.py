"""The figures as people read them."""

# Beside these figures stands the machine's own limit or the peer's figure of the same run.
COMPARISONS = {
    ("burst", "documents per second"): ("peer", "documents per second", "rclone"),
    ("burst", "CPU ms per document, agent and hub"): ("peer", None, "rclone, both sides"),
    ("large", "MiB per second"): ("limits", "SHA-256 MiB per second", "SHA-256 alone"),
}


def table(figures: dict[str, dict[str, object]]) -> str:
    rows = []
    for part, values in figures.items():
        for index, (name, value) in enumerate(values.items()):
            rows.append((part if index == 0 else "", name, _text(value), _beside(figures, part, name)))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = []
    for row in rows:
        if row[0] and lines:
            lines.append("")
        cells = (row[0].ljust(widths[0]), row[1].ljust(widths[1]), row[2].rjust(min(widths[2], 14)), row[3])
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _text(value: object) -> str:
    return f"{value:,}" if isinstance(value, (int, float)) else str(value)


def _beside(figures: dict[str, dict[str, object]], part: str, name: str) -> str:
    other, key, label = COMPARISONS.get((part, name), ("", "", ""))
    values = figures.get(other, {})
    if not values or "error" in values:
        return ""
    if key is None:
        value: object = round(sum(float(v) for k, v in values.items() if "CPU" in k), 2)
    else:
        value = values[key]
    return f"{label}: {_text(value)}"
