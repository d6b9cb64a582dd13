"""The command line: what it accepts, what it refuses in one line with exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgetop import cli, config
from edgetop.cli import run, streams
from edgetop.config import Settings
from edgetop.errors import UsageError
from edgetop.zoo.resolve import ModelChoice

CHOICE = ModelChoice("m", Path("/m.onnx"))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What is said of these arguments: one line, exit code 2, nothing else."""
    try:
        code = cli.main(list(arguments))
    except SystemExit as stop:
        code = stop.code  # type: ignore[assignment]
    printed = capsys.readouterr()
    assert code == 2
    assert printed.out == ""
    assert printed.err.startswith("edgetop: ")
    assert printed.err.count("\n") == 1
    assert printed.err.endswith("\n")
    assert printed.err[:-1].isprintable()
    return printed.err


def spec(*arguments: str, settings: Settings | None = None) -> run.RunSpec:
    parsed = cli.parser().parse_args(["run", *arguments])
    return run.spec_for(CHOICE, parsed, settings or Settings())


@pytest.mark.parametrize("command", [*cli.COMMANDS, "--help", "sesions"])
def test_the_parser_of_one_command_says_what_the_parser_of_all_says(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for parser in (cli.parser(), cli.parser(command)):
        with pytest.raises(SystemExit):
            parser.parse_args([command, "--help"])
        said.append((parser.format_help(), *capsys.readouterr()))
    assert said[0] == said[1]


def test_every_command_says_in_the_help_what_it_does() -> None:
    told = " ".join(cli.parser("run").format_help().split())
    assert all(f"{name} {line}" in told for name, line in cli.COMMANDS.items())


@pytest.mark.parametrize("command", [[], ["run"]])
def test_run_is_the_default_command(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(run, "main", lambda parsed: seen.append(parsed.batch) or 0)
    assert cli.main([*command, "--batch", "4"]) == 0
    assert seen == [4]


def test_without_arguments_the_monitor_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "main", lambda parsed: 0 if parsed.model is None else 1)
    assert cli.main([]) == 0


@pytest.mark.parametrize(
    ("command", "advice"),
    [
        ("rnu", "did you mean run?"),
        ("sweeep", "did you mean sweep?"),
        ("model.onnx", "did you mean --model model.onnx?"),
        ("qqq", "there are run, sensors, sessions"),
    ],
)
def test_a_word_that_is_no_command_is_answered_with_what_comes_near(
    command: str, advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f"'{command}' is no command; {advice}" in refused(capsys, command)
    assert advice in refused(capsys, command, "--batch", "2")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--batch", "0"], "batch must be 1 to"),
        (["--batch", "-3"], "batch must be 1 to"),
        (["--batch", "abc"], "'abc' is not a whole number"),
        (["--batch", "1.5"], "'1.5' is not a whole number"),
        (["--batch", "1e3"], "'1e3' is not a whole number"),
        (["--batch", "99999999999999999999"], "batch must be 1 to"),
        (["--batch"], "expected one argument"),
        (["--threads", "-1"], "threads must be 0 to"),
        (["--instances", "0"], "instances must be 1 to"),
        (["--rate", "nan"], "--rate"),
        (["--rate", "inf"], "--rate"),
        (["--rate", "0"], "more than 0"),
        (["--rate", "-5"], "--rate"),
        (["--rate", "1e9"], "rate must be above 0"),
        (["--warmup", "-1"], "--warmup"),
        (["--warmup", "x"], "--warmup"),
        (["--warmup", "4000"], "warm-up must last 0 to 3600 s"),
        (["--duration", "0"], "more than 0"),
        (["--duration", "nan"], "--duration"),
        (["--interval", "0.01"], "0.05 to 3600 s"),
        (["--interval", "0"], "0.05 to 3600 s"),
        (["--input-shape", "x:1,a"], "not of the form name:1,3,224,224"),
        (["--input-shape", "x:0,3"], "not of the form"),
        (["--input-shape", "1,-3"], "not of the form"),
        (["--provider", "gpu"], "no execution provider is called 'gpu'"),
        (["--model", ""], "name of the model is empty"),
        (["--colour", "red"], "unrecognized arguments: --colour red"),
        (["--bat\x1b[31mch\n", "1"], "unrecognized arguments: --bat [31mch 1"),
        (["--batch", "\x1b]0;x\x07\n"], "is not a whole number"),
        (["--export", "/no/such/folder/f.csv"], "there is no folder"),
        (["--export", "/"], "it is a folder"),
        (["--trace", "/no/such/folder/f.csv"], "cannot write the trace"),
    ],
)
def test_wrong_usage_is_told_in_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in refused(capsys, *arguments)


def test_an_unknown_model_suggests_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean squeezenet_v1.1" in refused(capsys, "--model", "squeezenet_v1.2")


def test_debug_asks_for_the_traceback() -> None:
    with pytest.raises(UsageError):
        cli.main(["--batch", "0", "--debug"])


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    from edgetop import __version__

    with pytest.raises(SystemExit) as stop:
        cli.main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"edgetop {__version__}\n"


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("0,255", ("", 0, 255)),
        ("-1,1", ("", -1, 1)),
        ("sr:16000,16000", ("sr", 16000, 16000)),
        ("Identity:0:0.5,1e3", ("Identity:0", 0.5, 1000.0)),
        ("x: 1 , 2 ", ("x", 1, 2)),
        ("x:9007199254740993,9007199254740993", ("x", 2**53 + 1, 2**53 + 1)),
    ],
)
def test_input_ranges_are_exact_and_may_have_names_with_colons(
    text: str, given: tuple[str, float, float]
) -> None:
    assert run.input_range(text) == given


@pytest.mark.parametrize("text", ["", "x:", "x:1", "x:1,2,3", "x:a,b", "x:1;2", "1,"])
def test_an_input_range_of_another_form_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError, match="not of the form name:0,255"):
        run.input_range(text)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("1,3,224,224", ("", (1, 3, 224, 224))),
        ("x:1,3,224,224", ("x", (1, 3, 224, 224))),
        ("Identity:0:1,10", ("Identity:0", (1, 10))),
        ("gpu_0/data_0:2,3", ("gpu_0/data_0", (2, 3))),
        ("sr:", ("sr", ())),
        ("x:5,", ("x", (5,))),
    ],
)
def test_input_shapes_may_have_names_with_colons(
    text: str, shape: tuple[str, tuple[int, ...]]
) -> None:
    assert run.input_shape(text) == shape


def test_the_command_line_becomes_the_run() -> None:
    found = spec(
        "--batch", "4", "--provider", "CUDAExecutionProvider", "--threads", "3", "--instances",
        "2", "--rate", "30", "--input-shape", "a:1,2", "--input-shape", "b:3", "--warmup", "0",
    )  # fmt: skip
    assert (found.model_path, found.title, found.batch) == ("/m.onnx", "m", 4)
    assert (found.provider, found.threads, found.instances) == ("cuda", 3, 2)
    assert (found.rate_fps, found.warmup_s) == (30.0, 0.0)
    assert found.input_shapes == (("a", (1, 2)), ("b", (3,)))


def test_settings_hold_where_the_command_line_is_silent() -> None:
    settings = Settings(provider="cpu", threads=3)
    assert (spec(settings=settings).provider, spec(settings=settings).threads) == ("cpu", 3)
    loud = spec("--provider", "cuda", "--threads", "0", settings=settings)
    assert (loud.provider, loud.threads) == ("cuda", 0)


def test_an_input_file_is_found_from_the_worker_s_folder_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert spec("--input", "f.npz").input_file == str(tmp_path / "f.npz")


@pytest.mark.parametrize("term", ["", "dumb", "unknown", "vt100", "vt52"])
def test_a_terminal_that_cannot_draw_gets_lines(term: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm-256color")
    assert streams.has_screen()
    monkeypatch.setenv("TERM", term)
    assert not streams.has_screen()


def test_a_stream_that_is_closed_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("sys.stdin", None)
    assert not streams.has_screen()


def test_the_same_interval_is_allowed_in_the_file_and_on_the_command_line() -> None:
    low = f"{config.SHORTEST_INTERVAL_S:g}"
    assert cli.parser().parse_args(["run", "--interval", low]).interval == float(low)
