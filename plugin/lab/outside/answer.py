"""Answers a list of jobs: `answer.py JOBS.json ANSWERS.json`.

JOBS: `{"judge": FILE or null, "jobs": [JOB, ...]}`, a JOB being
`{"file": SOUND, "listen": true, "notes": [[start_s, end_s, midi], ...] or null}`.
ANSWERS: `{"answers": [ANSWER, ...]}`, an ANSWER being `{"heard": {group: windows} or null,
"notes": {"wanted": 9, "played": 9, "matched": 8, "f_measure": 0.89, "aligned": 1.0, "late_ms": 40} or null}`.
"""

import json
import sys
from pathlib import Path
from typing import Any


def answer(wanted: dict[str, Any]) -> dict[str, Any]:
    """Answer all jobs; only what is asked for is loaded."""
    import hearing
    import notes

    jobs = wanted["jobs"]
    judge = hearing.Judge.from_file(Path(wanted["judge"])) if any(j["listen"] for j in jobs) else None
    tracker = notes.Tracker() if any(j["notes"] is not None for j in jobs) else None
    answers = []
    for job in jobs:
        path = Path(job["file"])
        heard = judge.verdicts(hearing.load(path)) if judge and job["listen"] else None
        score = None
        if tracker and job["notes"] is not None:
            score = notes.score(tracker.notes(path), [tuple(note) for note in job["notes"]])
        answers.append({"heard": heard, "notes": score})
    return {"answers": answers}


def main() -> int:
    """Read the jobs and write the answers; one sentence on stderr if that fails."""
    try:
        jobs, answers = (Path(argument) for argument in sys.argv[1:])
    except ValueError:
        print("usage: answer.py JOBS.json ANSWERS.json", file=sys.stderr)
        return 2
    try:
        answers.write_text(json.dumps(answer(json.loads(jobs.read_text()))))
    except ImportError as error:
        print(f"a Python package is missing: {error}", file=sys.stderr)
        return 2
    except Exception as error:
        print(f"{type(error).__name__}: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
