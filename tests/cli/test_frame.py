"""The command's frame: what every command may rely on, seen from a real process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import click
import pytest
import trio
from click.testing import CliRunner

from rvm_edge import __version__
from rvm_edge.cli import failures, main
from rvm_edge.cli.group import LazyGroup
from rvm_edge.cli.options import GlobalOptions, locations, print_json
from rvm_edge.cli.table import COMMANDS, CommandEntry

if sys.version_info < (3, 11):
    from exceptiongroup import BaseExceptionGroup, ExceptionGroup

CLI_FOLDER = Path(failures.__file__).parent


def edge(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rvm_edge", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )


def group_of(command: click.Command) -> LazyGroup:
    """A frame like the real one, around one command called "act"."""

    @click.group(name="rvm-edge", cls=LazyGroup, commands_table={"act": CommandEntry("", "")})
    @click.option("--traceback", is_flag=True)
    def frame(*, traceback: bool) -> None:
        pass

    assert isinstance(frame, LazyGroup)
    frame.get_command = lambda *_: command  # type: ignore[method-assign] # stands for an import
    return frame


def failing_with(failure: BaseException) -> LazyGroup:
    @click.command("act")
    def act() -> None:
        raise failure

    return group_of(act)


class TestHelp:
    def test_lists_every_command_with_its_summary(self) -> None:
        answer = CliRunner().invoke(main, ["--help"])
        assert answer.exit_code == 0
        for name, entry in COMMANDS.items():
            assert f"  {name} " in answer.output
            assert entry.summary in answer.output

    def test_imports_no_command_and_no_library_but_click_and_msgspec(self) -> None:
        script = (
            "import sys\n"
            "from rvm_edge.cli import main\n"
            "try: main(['--help'])\n"
            "except SystemExit: pass\n"
            "print(sorted({m.split('.')[0] for m in sys.modules}), file=sys.stderr)\n"
            "print([m for m in sys.modules if m.startswith('rvm_edge')], file=sys.stderr)\n"
        )
        answer = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
        for heavy in ("trio", "dataclasses", "transitions", "rich", "numpy", "cv2", "sqlite3"):
            assert f"'{heavy}'" not in answer.stderr
        for entry in COMMANDS.values():
            assert f"'{entry.module}'" not in answer.stderr

    @pytest.mark.parametrize("name", COMMANDS)
    def test_works_for_every_command(self, name: str) -> None:
        answer = CliRunner().invoke(main, [name, "--help"])
        assert answer.exit_code == 0, answer.output
        assert answer.output.startswith(f"Usage: rvm-edge {name}")
        _, _, commands = answer.output.partition("\nCommands:\n")
        assert "..." not in commands

    def test_is_shown_when_nothing_is_asked(self) -> None:
        answer = edge()
        assert answer.returncode == 2
        assert answer.stderr.startswith("Usage: rvm-edge")

    def test_has_a_short_option(self) -> None:
        assert CliRunner().invoke(main, ["-h"]).output.startswith("Usage: rvm-edge")


def test_every_module_that_exports_a_command_is_in_the_table() -> None:
    modules = (*CLI_FOLDER.glob("*.py"), *CLI_FOLDER.glob("*/__init__.py"))
    exporting = {
        path.parent.name if path.parent != CLI_FOLDER else path.stem
        for path in modules
        if "\ndef command(" in path.read_text() or "\nasync def command(" in path.read_text()
    }
    assert exporting == {entry.module.rpartition(".")[2] for entry in COMMANDS.values()}


def test_the_table_is_sorted() -> None:
    assert list(COMMANDS) == sorted(COMMANDS)


def test_the_version_is_told_on_stdout() -> None:
    answer = edge("--version")
    assert (answer.returncode, answer.stdout) == (0, f"rvm-edge {__version__}\n")


class TestWrongUsage:
    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["chrat"], "No such command 'chrat'. Did you mean 'chart'?"),
            (["xyzzy"], "No such command 'xyzzy'. (see 'rvm-edge --help')"),
            (["--jsn"], "No such option '--jsn'"),
            (["completion"], "Missing argument"),
            (["completion", "tcsh"], "'tcsh' is not one of"),
            (["completion", "bash", "--verbose"], "(see 'rvm-edge completion --help')"),
        ],
    )
    def test_is_one_line_and_exit_code_two(self, arguments: list[str], said: str) -> None:
        answer = CliRunner().invoke(main, arguments)
        assert answer.exit_code == 2
        assert said in answer.stderr
        assert answer.stderr.startswith("rvm-edge: ")
        assert answer.stderr.count("\n") == 1
        assert answer.stdout == ""


class TestFailure:
    @pytest.mark.parametrize(
        ("failure", "code", "said"),
        [
            (failures.CommandError("no journal at x"), 1, "rvm-edge: no journal at x\n"),
            (failures.CommandError("two\nlines", 78), 78, "rvm-edge: two lines\n"),
            (KeyboardInterrupt(), 130, ""),
            (BrokenPipeError(), 1, ""),
            (ExceptionGroup("a nursery's", [BrokenPipeError()]), 1, ""),
            (BaseExceptionGroup("a nursery's", [KeyboardInterrupt()]), 130, ""),
            (click.Abort(), 130, ""),
            (
                FileNotFoundError(2, "No such file or directory", "a.db"),
                1,
                "rvm-edge: a.db: No such file or directory ('rvm-edge --traceback' shows where)\n",
            ),
            (
                RuntimeError("surprise"),
                70,
                "rvm-edge: internal error: RuntimeError: surprise "
                "('rvm-edge --traceback' shows where)\n",
            ),
            (SystemExit(3), 3, ""),
            (SystemExit(None), 0, ""),
            (SystemExit("stopped"), 1, "rvm-edge: stopped\n"),
        ],
    )
    def test_is_one_line_and_its_exit_code(
        self, failure: BaseException, code: int, said: str
    ) -> None:
        answer = CliRunner().invoke(failing_with(failure), ["act"])
        assert answer.exit_code == code
        assert answer.stderr.lstrip("\n") == said

    def test_shows_where_only_when_asked(self) -> None:
        frame = failing_with(RuntimeError("surprise"))
        assert "Traceback" not in CliRunner().invoke(frame, ["act"]).stderr
        asked = CliRunner().invoke(frame, ["--traceback", "act"])
        assert "Traceback" in asked.stderr
        assert asked.stderr.endswith("rvm-edge: internal error: RuntimeError: surprise\n")

    def test_interrupts_are_quiet_in_nested_groups_too(self) -> None:
        async def two_nurseries_around(failure: BaseException) -> None:
            async with trio.open_nursery(), trio.open_nursery():
                raise failure

        with pytest.raises(BaseException) as interrupted:  # noqa: PT011 - a group of any kind
            trio.run(two_nurseries_around, KeyboardInterrupt())
        assert failures.report(interrupted.value) == 130
        with pytest.raises(BaseException) as broken:  # noqa: PT011 - a group of any kind
            trio.run(two_nurseries_around, RuntimeError("surprise"))
        assert failures.report(broken.value) == 70

    def test_a_command_that_returns_a_number_exits_with_it(self) -> None:
        @click.command("act")
        def act() -> int:
            return 5

        assert CliRunner().invoke(group_of(act), ["act"]).exit_code == 5


def test_a_reader_that_goes_away_is_no_complaint() -> None:
    script = "from rvm_edge.cli import main; main(['completion', 'bash'])"
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer) as gone:
        answer = subprocess.run(
            [sys.executable, "-c", script], stdout=gone, stderr=subprocess.PIPE, check=False
        )
    assert (answer.returncode, answer.stderr) == (1, b"")


def test_ctrl_c_ends_the_process_quietly() -> None:
    script = (
        "import signal, click\n"
        "from rvm_edge.cli import completion, main\n"
        "@click.command('completion')\n"
        "def command():\n"
        "    print('ready', flush=True)\n"
        "    signal.pause()\n"
        "completion.command = command\n"
        "main(['completion'])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A runner in the background ignores the signal, and its children inherit that.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=30)
    assert (process.returncode, complaints.strip()) == (130, b"")


class TestCompletion:
    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_prints_a_script_and_how_to_install_it(self, shell: str) -> None:
        answer = CliRunner().invoke(main, ["completion", shell])
        assert answer.exit_code == 0
        assert f"# Install: rvm-edge completion {shell} >" in answer.output
        assert "_RVM_EDGE_COMPLETE" in answer.output

    def test_zsh_finds_its_marker_on_the_first_line(self) -> None:
        answer = CliRunner().invoke(main, ["completion", "zsh"])
        assert answer.output.startswith("#compdef rvm-edge\n")

    def test_bash_can_read_the_script(self) -> None:
        script = CliRunner().invoke(main, ["completion", "bash"]).output
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)

    def test_bash_really_completes_with_it(self) -> None:
        script = CliRunner().invoke(main, ["completion", "bash"]).output
        ask = (
            f"{script}\n"
            "COMP_WORDS=(rvm-edge jour); COMP_CWORD=1\n"
            f"_rvm_edge_completion {Path(sys.executable).parent / 'rvm-edge'}\n"
            'echo "${COMPREPLY[@]}"\n'
        )
        answer = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True)
        assert answer.stdout.split() == ["journal"]

    def test_knows_global_options(self) -> None:
        answer = edge(
            _RVM_EDGE_COMPLETE="bash_complete", COMP_WORDS="rvm-edge --con", COMP_CWORD="1"
        )
        assert answer.stdout == "plain,--config-dir\n"


class TestFolders:
    def invoke(self, command: click.Command, *arguments: str) -> str:
        answer = CliRunner().invoke(group_of(command), list(arguments))
        return answer.output

    def test_global_options_reach_the_command(self, tmp_path: Path) -> None:
        answer = edge(
            "--config-dir",
            str(tmp_path),
            "--data-dir",
            str(tmp_path),
            "settings",
            "check",
            "--json",
        )
        assert json.loads(answer.stdout)["config_dir"] == str(tmp_path)

    def test_a_missing_configuration_folder_is_one_line(self, tmp_path: Path) -> None:
        answer = edge("--config-dir", str(tmp_path / "gone"), "settings", "check")
        assert answer.returncode == 78
        assert answer.stderr == (
            f"rvm-edge: configuration folder {tmp_path}/gone does not exist (--config-dir)\n"
        )

    def test_are_made_for_a_command_that_writes(self, tmp_path: Path) -> None:
        options = GlobalOptions(data_dir=tmp_path / "new")

        @click.command("act")
        def act() -> None:
            locations(writes=True)

        CliRunner().invoke(act, obj=options, catch_exceptions=False)
        assert (tmp_path / "new").is_dir()

    def test_are_not_made_for_a_command_that_reads(self, tmp_path: Path) -> None:
        @click.command("act")
        def act() -> None:
            click.echo(locations().journal_path)

        options = GlobalOptions(data_dir=tmp_path / "new")
        answer = CliRunner().invoke(act, obj=options, catch_exceptions=False)
        assert answer.output == f"{tmp_path}/new/journal.sqlite\n"
        assert not (tmp_path / "new").exists()


def test_json_is_one_object_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"where": Path("/a"), "text": "two\nlines", "n": 1.5})
    assert capsys.readouterr().out == '{"where":"/a","text":"two\\nlines","n":1.5}\n'


def test_json_refuses_what_has_no_form() -> None:
    with pytest.raises(NotImplementedError, match="TestHelp has no JSON form"):
        print_json(TestHelp())
