"""`edgetop claims`: the findings of the classic reports, tested on a board."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from edgetop.cli import chosen, streams, values
from edgetop.cli.table import wrapped
from edgetop.errors import ExitCode, UsageError
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from edgetop.results import Results
    from edgetop.study.claims import Outcome

ALL = "all"
"""In place of a board: every published one."""

_LONGEST = 10_000
"""Characters of a list of all boards, and more."""


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add `claims` to the command line."""
    parser = commands.add_parser(
        "claims",
        description="Test 27 findings of five edge reports on a published board, on all of them "
        "(--board all) or on what was measured here: each holds, fails, or cannot be tested, with "
        "the figures that say so.",
    )
    chosen.add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")
    values.add_debug(parser)
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Print the verdicts and return the exit code.

    Raises:
        UsageError: There is no such board or session, or a session beside ``--board all``.
    """
    from edgetop import reference
    from edgetop.study.claims import outcomes

    everything = [name.strip().lower() for name in arguments.board or ()] == [ALL]
    if everything and arguments.session:
        raise UsageError("--board all takes the published boards alone: drop it or --session")
    if everything:
        boards = [reference.load(name) for name in reference.boards()]
        found = _testable([outcome for board in boards for outcome in outcomes(board)])
    else:
        boards = [_with_peak(results) for results in chosen.chosen(arguments)]
        found = [outcome for board in boards for outcome in outcomes(board, boards)]
    if arguments.json:
        streams.say(json.dumps([_row(outcome) for outcome in found], indent=2), sys.stdout)
    elif everything:
        streams.say("\n".join(_by_claim(found, len(boards))), sys.stdout)
    else:
        parts = ["\n".join(_of_board(board, found)) for board in boards]
        streams.say("\n\n".join(parts), sys.stdout)
    return ExitCode.DONE


def _with_peak(results: Results) -> Results:
    from edgetop.study.peak import with_measured_peak

    return with_measured_peak(results, streams.complain)


def _testable(found: Sequence[Outcome]) -> list[Outcome]:
    """What could be tested, claim by claim; of a claim that nowhere could, the first outcome."""
    from edgetop.study.claims import CLAIMS, Verdict

    kept: list[Outcome] = []
    for claim in CLAIMS:
        of_claim = [outcome for outcome in found if outcome.claim is claim]
        tested = [outcome for outcome in of_claim if outcome.verdict is not Verdict.UNTESTED]
        kept += tested or of_claim[:1]
    return kept


def _row(outcome: Outcome) -> dict[str, object]:
    return {
        "id": outcome.claim.id,
        "statement": outcome.claim.statement,
        "source": outcome.claim.source,
        "board": outcome.board,
        "verdict": outcome.verdict.value,
        "figures": dict(outcome.figures),
        "why": outcome.why,
    }


def _of_board(board: Results, found: Sequence[Outcome]) -> Iterator[str]:
    """Every claim with its verdict and why."""
    from edgetop.study.claims import Verdict

    mine = [outcome for outcome in found if outcome.board == board.id]
    counts = ", ".join(
        f"{sum(outcome.verdict is verdict for outcome in mine)} {verdict.value}"
        for verdict in Verdict
    )
    yield f"{safe_text(board.id)}  {safe_text(board.board)}: {counts}"
    for outcome in mine:
        yield ""
        yield from _said(f"{outcome.claim.id}  {outcome.verdict.value}")
        yield from _said(f"{outcome.claim.statement} ({outcome.claim.source})", indent=4)
        yield from _said(outcome.why, "-> ", indent=4)


def _by_claim(found: Sequence[Outcome], boards: int) -> Iterator[str]:
    """Every claim with the boards on which it holds and fails."""
    from edgetop.study.claims import CLAIMS, Verdict

    yield f"{len(CLAIMS)} claims, {boards} published boards"
    for claim in CLAIMS:
        mine = [outcome for outcome in found if outcome.claim is claim]
        yield ""
        yield from _said(f"{claim.id}  {claim.statement} ({claim.source})")
        for verdict in (Verdict.HOLDS, Verdict.FAILS):
            names = [outcome.board for outcome in mine if outcome.verdict is verdict]
            if names:
                yield from _said(", ".join(names), f"{verdict.value} on {len(names)}: ", indent=4)
        if mine[0].verdict is Verdict.UNTESTED:
            yield from _said("cannot be tested on any", indent=4)


def _said(text: str, before: str = "", indent: int = 0) -> list[str]:
    return wrapped(safe_text(text, _LONGEST), before, indent)
