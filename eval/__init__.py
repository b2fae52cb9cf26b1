"""How well it works: question sets, metrics, runs, reports and the comparison of two runs.

``commands.run`` is the way in, ``cewen eval`` the same on the command line. A run enters by the
door the users use, ``Assistant.ask`` and ``Assistant.search``.
"""

from eval.compare import Comparison, compare_runs
from eval.judgement import judge
from eval.questions import Question, QuestionSet, check_against, load_questions
from eval.report import Report
from eval.runfile import read_run, write_run
from eval.runner import Outcome, run_questions

__all__ = [
    "Comparison",
    "Outcome",
    "Question",
    "QuestionSet",
    "Report",
    "check_against",
    "compare_runs",
    "judge",
    "load_questions",
    "read_run",
    "run_questions",
    "write_run",
]
