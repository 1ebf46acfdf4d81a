"""The parts that need a province: burst, latency, a large file, idleness."""

import argparse
import os
import statistics
import time

from . import papers
from .arrivals import Arrivals
from .province import Province

WAIT = 600  # seconds after which a part gives up


def burst(province: Province, options: argparse.Namespace) -> dict[str, object]:
    """The recipient's agent stands still at first, so that the figure is the sending's own, as the peer's is."""
    count = options.documents
    pile = papers.pile(province.folder / "pile", count, options.document_size)
    sender, hub = province.sender, province.hub
    province.stop_receiver()
    for program in (sender, hub):
        program.forget_peak()
    cpu = {program.name: program.cpu_ms for program in (sender, hub)}
    with Arrivals(province.sent) as sent:
        start = time.monotonic()
        for path in pile:
            os.rename(path, province.outbox / path.name)
        last = sent.wait(count, WAIT, province.check)
        first = min(sent.seen.values())
    agent_ms = (sender.cpu_ms - cpu[sender.name]) / count
    hub_ms = (hub.cpu_ms - cpu[hub.name]) / count
    figures: dict[str, object] = {
        "documents per second": round(count / (last - start), 1),
        "documents per second, without the wait for the first": round((count - 1) / max(last - first, 0.001), 1),
        "seconds to the first receipt": round(first - start, 3),
        "seconds to the last receipt": round(last - start, 3),
        "CPU ms per document, agent and hub": round(agent_ms + hub_ms, 2),
        "CPU ms per document, agent": round(agent_ms, 2),
        "CPU ms per document, hub": round(hub_ms, 2),
        "peak MiB, agent": round(sender.peak_mib, 1),
        "peak MiB, hub": round(hub.peak_mib, 1),
    }
    with Arrivals(province.inbox) as inbox:
        start = time.monotonic()
        province.start_receiver()
        last = inbox.wait(count, WAIT, province.check)
    figures["documents delivered per second, from the start of the recipient's agent"] = round(
        count / (last - start), 1
    )
    figures["CPU ms per document, recipient's agent"] = round(province.receiver.cpu_ms / count, 2)
    figures["peak MiB, recipient's agent"] = round(province.receiver.peak_mib, 1)
    return figures


def latency(province: Province, options: argparse.Namespace) -> dict[str, object]:
    pile = papers.pile(province.folder / "pile", options.drops, options.document_size)
    receipts, deliveries = [], []
    for path in pile:
        with Arrivals(province.sent) as sent, Arrivals(province.inbox) as inbox:
            start = time.monotonic()
            os.rename(path, province.outbox / path.name)
            receipts.append(sent.wait(1, WAIT, province.check) - start)
            deliveries.append(inbox.wait(1, WAIT, province.check) - start)
    return {
        "ms to receipt, median": _ms(statistics.median(receipts)),
        "ms to receipt, 99th of 100": _ms(_percentile(receipts, 0.99)),
        "ms to the recipient's inbox, median": _ms(statistics.median(deliveries)),
        "ms to the recipient's inbox, 99th of 100": _ms(_percentile(deliveries, 0.99)),
        "drops": len(receipts),
    }


def large(province: Province, options: argparse.Namespace) -> dict[str, object]:
    space = os.statvfs(province.folder)
    needed = 6 * options.large_size  # pile, spool, sent, hub's upload and object, recipient's copies
    if space.f_bavail * space.f_frsize < needed:
        raise RuntimeError(f"needs {needed >> 30} GiB free in {province.folder}; choose another with --folder")
    (path,) = papers.pile(province.folder / "pile", 1, options.large_size)
    programs = {"agent": province.sender, "hub": province.hub, "recipient's agent": province.receiver}
    for program in programs.values():
        program.forget_peak()
    cpu = province.sender.cpu_ms + province.hub.cpu_ms
    with Arrivals(province.sent) as sent, Arrivals(province.inbox) as inbox:
        start = time.monotonic()
        os.rename(path, province.outbox / path.name)
        receipt = sent.wait(1, WAIT, province.check) - start
        cpu = province.sender.cpu_ms + province.hub.cpu_ms - cpu
        delivery = inbox.wait(1, WAIT, province.check) - start
    mebibytes = options.large_size / (1 << 20)
    return {
        "MiB": round(mebibytes, 1),
        "MiB per second": round(mebibytes / receipt, 1),
        "seconds to receipt": round(receipt, 2),
        "seconds to the recipient's inbox": round(delivery, 2),
        "CPU ms per MiB, agent and hub": round(cpu / mebibytes, 2),
    } | {f"peak MiB, {name}": round(program.peak_mib, 1) for name, program in programs.items()}


def idle(province: Province, options: argparse.Namespace) -> dict[str, object]:
    # One document first: what is used once is resident from then on.
    (path,) = papers.pile(province.folder / "pile", 1, options.document_size)
    with Arrivals(province.inbox) as inbox:
        os.rename(path, province.outbox / path.name)
        inbox.wait(1, WAIT, province.check)
    time.sleep(5)  # let connections and group commits come to rest
    programs = {"agent": province.sender, "hub": province.hub}
    before = {name: (program.wakeups, program.cpu_ms) for name, program in programs.items()}
    start = time.monotonic()
    time.sleep(options.idle_seconds)
    minutes = (time.monotonic() - start) / 60
    province.check()
    figures: dict[str, object] = {}
    for name, program in programs.items():
        wakeups, cpu = before[name]
        woken = sum(count - wakeups.get(task, 0) for task, count in program.wakeups.items())
        figures[f"resident MiB, {name}"] = round(program.resident_mib, 1)
        figures[f"of it private MiB, {name}"] = round(program.private_mib, 1)
        figures[f"threads, {name}"] = program.threads
        figures[f"wake-ups per minute, {name}"] = round(woken / minutes, 1)
        figures[f"CPU ms per minute, {name}"] = round((program.cpu_ms - cpu) / minutes, 1)
    return figures


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
