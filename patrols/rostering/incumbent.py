"""The best roster so far and what is proven of it: where the threads of a search bring what they found."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from patrols.rostering.frame import Frame, Table
from patrols.rostering.ledger import Account, Ledger
from patrols.rostering.outcome import Progress


class Incumbent:
    """Grows better only; every table is judged before it counts. ``on_better`` is called at each better one."""

    def __init__(self, frame: Frame, begun: float, on_better: Callable[[], object]) -> None:
        self.frame, self.begun, self.on_better = frame, begun, on_better
        self.ledger = Ledger(frame)
        self.table: Table = frame.empty_table()
        self.account: Account = self.ledger.open(self.table)
        self.bound: int | None = None
        self.cover_bound: int | None = None
        self.history: list[Progress] = []
        self._lock = threading.RLock()

    @property
    def cost(self) -> int:
        return self.account.objective

    @property
    def is_broken(self) -> bool:
        """Whether a hard limit is broken."""
        return bool(self.account.hard)

    @property
    def is_proven(self) -> bool:
        return not self.is_broken and self.cost <= (self.bound or 0)

    @property
    def latest(self) -> Progress:
        """When it last grew better, and how good it is."""
        return self.history[-1]

    def now(self) -> tuple[Table, Account]:
        """The table and its account, of one moment."""
        with self._lock:
            return self.table, self.account

    def begin(self, table: Table) -> None:
        self.table, self.account = table, self.ledger.open(table)
        self._report()

    def take(self, table: Table) -> bool:
        """Make the table the best one if it is better."""
        account = self.ledger.open(table)
        with self._lock:
            better = (account.hard, account.objective) < (self.account.hard, self.account.objective)
            if better:
                self.table, self.account = table, account
                self._report()
        return better

    def offer(self, base: Table, found: Table) -> int:
        """Carry what ``found`` changed in ``base`` over to the best table, unless it gets worse; the gain."""
        with self._lock:
            merged = self.table.copy()
            changed = (found.work != base.work) | (found.place != base.place)
            merged.work[changed] = found.work[changed]
            merged.place[changed] = found.place[changed]
            account = self.ledger.update(self.account, self.table, merged)
            gain = self.account.objective - account.objective
            mended = self.account.hard - account.hard
            if mended < 0 or (mended == 0 and gain < 0):
                return 0
            self.table, self.account = merged, account
            if gain or mended:
                self._report()
            return gain

    def raise_bound(self, bound: int | None) -> None:
        if bound is not None:
            self.bound = max(bound, self.bound or 0)

    def raise_cover_bound(self, bound: int | None) -> None:
        if bound is not None:
            self.cover_bound = max(bound, self.cover_bound or 0)
            self.raise_bound(self.cover_bound)

    def _report(self) -> None:
        account, seconds = self.account, round(time.monotonic() - self.begun, 3)
        self.history.append(Progress(account.objective, self.bound, account.uncovered, seconds, 0.0, account.hard))
        self.on_better()
