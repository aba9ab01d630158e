"""Ask Oxigraph on disk one question: FOLDER, QUERY file, TIMES; prints rows and seconds by the clock of each time.

A process a question, because only its end stops a question.
"""

import sys
import time
from pathlib import Path

import pyoxigraph as ox

folder, file, times = sys.argv[1:]
store = ox.Store.read_only(folder)
text = Path(file).read_text(encoding="utf-8")
for turn in range(int(times) + 1):  # the first warms up
    begin = time.perf_counter()
    rows = len(list(store.query(text, use_default_graph_as_union=True)))  # type: ignore[arg-type]
    if turn:
        print(rows, time.perf_counter() - begin, flush=True)
