"""Background deliveries: callbacks leave at once, in order within a lane (one lane a call, a conference, a phone pair)."""

import threading
from collections import deque
from collections.abc import Callable

from tesa.telephony.practice.journal import Journal

Job = Callable[[], None]
LONGEST_LANE = 500


class Courier:
    """Runs jobs lane by lane: one thread for each lane that has work, none for idle ones."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lock = threading.Lock()
        self._lanes: dict[str, deque[Job]] = {}

    def post(self, lane: str, job: Job) -> None:
        """Queue `job` behind the earlier ones of `lane`. A lane that has grown absurdly long drops its newest job, loudly."""
        with self._lock:
            waiting = self._lanes.get(lane)
            if waiting is not None:
                if len(waiting) >= LONGEST_LANE:
                    self._journal.write("error", f"antrean kiriman penuh · delivery lane full: {lane}", 0)
                    return
                waiting.append(job)
                return
            self._lanes[lane] = deque([job])
        threading.Thread(target=self._drain, args=(lane,), name=f"courier {lane}", daemon=True).start()

    def _drain(self, lane: str) -> None:
        while True:
            with self._lock:
                waiting = self._lanes[lane]
                if not waiting:
                    del self._lanes[lane]
                    return
                job = waiting.popleft()
            try:
                job()
            except Exception:
                self._journal.crash(f"kiriman · delivery {lane}")
