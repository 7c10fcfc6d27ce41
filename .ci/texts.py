"""Has TDLib, which Telegram's own server is built on, read every text that the shop's tests wrote down as Telegram's HTML.

    .ci/texts.py FOLDER

The folder holds lines of JSON: `what` a text is, its `html`, and the `text` that a person has to see.
"""

import json
import pathlib
import sys

import tdjson

# A message; no caption is longer.
LONGEST = 4096


def execute(query):
    return json.loads(tdjson.td_execute(json.dumps(query).encode()))


def look(case):
    """What is wrong with a text, or nothing."""
    parsed = execute({"@type": "parseTextEntities", "text": case["html"], "parse_mode": {"@type": "textParseModeHTML"}})
    if parsed["@type"] == "error":
        return parsed["message"]
    # The server cuts white space at the ends, the parser does not.
    text = parsed["text"].strip()
    if text != case["text"].strip():
        return f"is seen as {text!r}, not as {case['text']!r}"
    length = len(text.encode("utf-16-le")) // 2
    return f"has {length} UTF-16 units" if length > LONGEST else None


def main():
    execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})
    files = sorted(pathlib.Path(sys.argv[1]).glob("*.jsonl"))
    cases = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    wrong = [(case, reason) for case in cases if (reason := look(case))]
    for case, reason in wrong[:20]:
        print(f"{case['what']}: {reason}\n    {case['html']!r}")
    print(f"{len(cases)} texts of {len(files)} files, {len(wrong)} of them wrong")
    # None at all would mean that nothing was written down.
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
