#!/usr/bin/env python3
"""Swaps what stands under two names, thousands of times a second, until its input ends; then all stands as at first.

swap.py PAUSE A B [A B …]: PAUSE is the most milliseconds between two swaps of one pair, 0 for none. Prints how many it made.
"""

import ctypes
import os
import random
import select
import sys
import time

RENAME_EXCHANGE = 2
libc = ctypes.CDLL(None, use_errno=True)


def swap(first: str, second: str) -> bool:
    return libc.renameat2(-100, os.fsencode(first), -100, os.fsencode(second), RENAME_EXCHANGE) == 0


pause, names = float(sys.argv[1]) / 1000, sys.argv[2:]
pairs = list(zip(names[::2], names[1::2], strict=True))
made = dict.fromkeys(pairs, 0)
while not select.select([sys.stdin], [], [], 0)[0]:
    for pair in pairs:
        made[pair] += swap(*pair)
        if pause:
            time.sleep(random.random() * pause)
for pair, count in made.items():
    if count % 2:
        swap(*pair)
print(sum(made.values()))
