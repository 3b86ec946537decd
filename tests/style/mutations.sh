#!/usr/bin/env bash
# Each fault of tests/mutations/list fits the code: its file is there and holds the text to replace
# exactly once, and the tests that it names are there. Otherwise a change of the code silently takes
# a check of the tests away.
set -euo pipefail
cd -- "$(dirname -- "$0")/../.."
python3 - <<'END'
import os, sys

faults, texts, wrong = [], {}, 0
for line in open("tests/mutations/list", encoding="utf-8"):
    word, _, rest = line.rstrip("\n").partition(": ")
    if word == "name":
        faults.append({"name": rest})
    elif word in ("file", "find", "swap", "why", "test") and faults:
        if word in faults[-1]:
            print(f"{faults[-1]['name']}: a second line '{word}'")
            wrong = 1
        faults[-1][word] = rest.replace("\\n", "\n")
for fault in faults:
    file = fault.get("file", "")
    if not os.path.isfile(file):
        print(f"{fault['name']}: there is no file '{file}'")
        wrong = 1
        continue
    if file not in texts:
        texts[file] = open(file, encoding="utf-8").read()
    times = texts[file].count(fault.get("find", ""))
    if times != 1:
        print(f"{fault['name']}: what it replaces stands {times} times in {file}")
        wrong = 1
    for name in fault.get("test", "").split():
        places = [f"tests/unit/test_{name}.c", f"tests/fuzz/test_{name}.c", f"tests/cli/test_{name}.sh"]
        if not any(map(os.path.isfile, places)):
            print(f"{fault['name']}: there is no test '{name}'")
            wrong = 1
print(f"{len(faults)} faults")
sys.exit(wrong or len(faults) < 100)
END
