"""Long work in the background: one row a job, with progress, cancel and recovery, on django-tasks.

An app registers its work in `<app>/jobs.py`; pages call `enqueue`; `manage.py work` does it.
"""

from lianfang.platform.jobs.queue import cancel, enqueue, stop
from lianfang.platform.jobs.registry import Work, cleaner, run_as, work, work_of
from lianfang.platform.jobs.run import Cancelled, Run

__all__ = ["Cancelled", "Run", "Work", "cancel", "cleaner", "enqueue", "run_as", "stop", "work", "work_of"]
