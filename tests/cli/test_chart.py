"""`rvm-edge chart`: what people and programs read of the statechart."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import trio
from click.testing import CliRunner, Result
from rich.console import Console

from rvm_edge.cli import chart as chart_command
from rvm_edge.cli import main
from rvm_edge.cli.chart_tree import tree
from rvm_edge.machine import Machine
from rvm_edge.statechart.definition import Chart, Configuration, Event, Guard, State, Transition
from rvm_edge.statechart.document import chart_hash
from rvm_edge.statechart.export.arrows import timeouts
from rvm_edge.statechart.export.dot import ACTIVE, FIRED, UNFIRED
from rvm_edge.statechart.export.picture import stamp_of
from states import events as ev
from states.chart import CHART
from tests.cli.journals import write


def chart(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["chart", *arguments])


def last_line(answer: Result) -> str:
    return answer.stderr.strip().splitlines()[-1]


@pytest.fixture
def without_dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def with_dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `dot` that draws nothing in no time."""
    program = tmp_path / "bin" / "dot"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable} -S\n"
        "import sys\n"
        "sys.stdin.read()\n"
        r"svg, png = b'<svg/>', b'\x89PNG\r\n\x1a\n' + bytes(12)"
        "\nsys.stdout.buffer.write(svg if '-Tsvg' in sys.argv else png)\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))


def use(monkeypatch: pytest.MonkeyPatch, replacement: Chart[Machine]) -> None:
    monkeypatch.setattr(chart_command, "CHART", replacement)


def never(_event: Event, _now: Configuration) -> bool:
    return False


def with_dead_row() -> Chart[Machine]:
    guard = Guard("never", "Never.", never, configuration_only=True)
    row = Transition("link.up", "operational.link.online", None, guard=guard)
    return msgspec.structs.replace(CHART, transitions=(*CHART.transitions, row))


def broken() -> Chart[Machine]:
    row = Transition("link.up", "fault", "nowhere")
    return msgspec.structs.replace(CHART, transitions=(*CHART.transitions, row))


class TestShow:
    def test_prints_every_state_with_what_it_is_for(self) -> None:
        answer = chart("show")
        assert answer.exit_code == 0
        words = " ".join(re.sub("[│├└─]", " ", answer.stdout).split())
        for _, state in CHART.walk():
            assert state.name in words
            assert state.doc in words

    def test_prints_time_outs_regions_and_the_start(self) -> None:
        lines = chart("show").stdout.splitlines()
        assert any("operational  all regions at once" in line for line in lines)
        assert any("provisioning  starts here" in line for line in lines)
        for path, limit_s in timeouts(CHART).items():
            name = path.rpartition(".")[2]
            assert any(f"{name}  " in line and f"at most {limit_s:g} s" in line for line in lines)

    def test_prints_one_line_for_every_row(self) -> None:
        printed = chart("show").stdout
        assert printed.count("→ ") + printed.count("↻ again") + printed.count(" stays") == len(
            CHART.transitions
        )

    def test_a_guards_brackets_are_not_markup(self) -> None:
        assert "verdict [is_accepted] →" in chart("show").stdout

    def test_json_holds_the_whole_chart_and_its_hash(self) -> None:
        answer = chart("show", "--json")
        shown = json.loads(answer.stdout)
        assert shown["hash"] == chart_hash(CHART)
        assert len(shown["chart"]["transitions"]) == len(CHART.transitions)
        assert answer.stdout.count("\n") == 1


class TestCheck:
    def test_the_machines_chart_is_sound_and_every_row_fires(self) -> None:
        answer = chart("check", "--json")
        assert answer.exit_code == 0
        found = json.loads(answer.stdout)
        assert found["ok"] is True
        assert found["chart"] == "rvm"
        assert found["hash"] == chart_hash(CHART)
        assert found["transitions_fired"] == found["transitions_declared"]
        assert found["transitions_declared"] == len(CHART.transitions)
        assert found["configurations"] > 15
        assert found["events"] > len(CHART.events)
        assert found["tries"] == found["handled"] + found["ignored"]
        assert found["unfired"] == found["findings"] == []

    def test_prints_the_figures_for_people(self) -> None:
        rows = len(CHART.transitions)
        answer = chart("check")
        assert answer.exit_code == 0
        assert answer.stdout.startswith(f"chart rvm {chart_hash(CHART)}\n")
        assert f"{rows} of {rows} transitions fired" in answer.stdout

    def test_a_row_that_never_fires_fails_and_is_named(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        use(monkeypatch, with_dead_row())
        answer = chart("check")
        assert answer.exit_code == 1
        assert "never fires: link.up: operational.link.online stays [never]" in answer.stdout
        answer = chart("check", "--json")
        assert answer.exit_code == 1
        found = json.loads(answer.stdout)
        assert found["ok"] is False
        assert found["transitions_fired"] == found["transitions_declared"] - 1
        assert found["unfired"] == ["link.up: operational.link.online stays [never]"]

    def test_a_chart_that_cannot_be_built_fails_and_its_faults_are_named(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        use(monkeypatch, broken())
        answer = chart("check")
        assert answer.exit_code == 1
        assert "broken: row link.up: fault -> nowhere: " in answer.stdout
        answer = chart("check", "--json")
        assert answer.exit_code == 1
        found = json.loads(answer.stdout)
        assert found["ok"] is False
        assert found["configurations"] == found["transitions_fired"] == 0
        assert "row link.up: fault -> nowhere" in found["findings"][0]

    def test_a_guard_that_raises_fails_and_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def breaks(_event: Event, _now: Configuration) -> bool:
            raise LookupError("gone")

        guard = Guard("breaks", "Breaks.", breaks, configuration_only=True)
        row = Transition("link.up", "operational.link.online", None, guard=guard)
        use(monkeypatch, msgspec.structs.replace(CHART, transitions=(*CHART.transitions, row)))
        answer = chart("check")
        assert answer.exit_code == 1
        assert "must not happen: link.up in operational.link.online | " in answer.stdout


class TestExport:
    @pytest.mark.parametrize(
        ("form", "beginning"),
        [
            ("mermaid", '---\ntitle: "rvm (chart '),
            ("dot", 'digraph "rvm" {'),
            ("json", "{\n"),
            ("scxml", "<?xml"),
            ("report", "# The chart `rvm`"),
        ],
    )
    def test_text_goes_to_standard_output(self, form: str, beginning: str) -> None:
        answer = chart("export", "--format", form)
        assert answer.exit_code == 0
        assert answer.stdout.startswith(beginning)

    @pytest.mark.usefixtures("with_dot")
    def test_a_picture_goes_there_as_bytes(self) -> None:
        assert chart("export", "--format", "png").stdout_bytes.startswith(b"\x89PNG\r\n\x1a\n")

    def test_output_names_a_file(self, tmp_path: Path) -> None:
        answer = chart("export", "--format", "scxml", "--output", str(tmp_path / "rvm.scxml"))
        assert answer.exit_code == 0
        assert answer.stdout == ""
        assert (tmp_path / "rvm.scxml").read_text().startswith("<?xml")

    def test_an_output_that_cannot_be_written_is_one_line(self, tmp_path: Path) -> None:
        answer = chart("export", "--format", "dot", "--output", str(tmp_path / "no" / "rvm.dot"))
        assert answer.exit_code == 1
        where = tmp_path / "no" / "rvm.dot"
        assert answer.stderr.startswith(f"rvm-edge: {where} cannot be written: No such file")
        assert answer.stderr.count("\n") == 1

    @pytest.mark.usefixtures("without_dot")
    def test_without_graphviz_the_error_says_what_to_install(self) -> None:
        answer = chart("export", "--format", "svg")
        assert answer.exit_code == 1
        assert last_line(answer).endswith("pictures need it: apt-get install graphviz")
        assert answer.stderr.count("\n") == 1

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            ([], "Give either --format or --all."),
            (["--format", "dot", "--all", "x"], "Give either --format or --all."),
            (["--format", "dot", "--check"], "--check goes with --all."),
            (["--all", "x", "--output", "y"], "--output goes with --format."),
            (["--format", "gif"], "'gif' is not one of"),
            (["--format", "json", "--highlight", "idle"], "go with --format dot, png, svg."),
            (["--all", "x", "--coverage", "y"], "go with --format dot, png, svg."),
        ],
    )
    def test_wrong_usage_is_told(self, arguments: list[str], complaint: str) -> None:
        answer = chart("export", *arguments)
        assert answer.exit_code == 2
        assert complaint in last_line(answer)

    @pytest.mark.usefixtures("with_dot")
    def test_all_writes_a_folder_that_check_then_accepts(self, tmp_path: Path) -> None:
        folder = tmp_path / "chart"
        answer = chart("export", "--all", str(folder))
        assert answer.exit_code == 0
        assert sorted(answer.stdout.split()) == sorted(str(path) for path in folder.iterdir())
        assert {path.name for path in folder.iterdir()} >= {"chart.svg", "chart.mmd", "report.md"}
        answer = chart("export", "--all", str(folder), "--check")
        assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", "")

    @pytest.mark.usefixtures("with_dot")
    def test_check_names_what_differs_and_changes_nothing(self, tmp_path: Path) -> None:
        chart("export", "--all", str(tmp_path))
        (tmp_path / "report.md").write_text("old")
        (tmp_path / "chart.png").unlink()
        answer = chart("export", "--all", str(tmp_path), "--check")
        assert answer.exit_code == 1
        assert f"{tmp_path}: not up to date: report.md, chart.png; run" in last_line(answer)
        assert (tmp_path / "report.md").read_text() == "old"
        assert not (tmp_path / "chart.png").exists()

    def test_a_broken_chart_is_not_exported(self, monkeypatch: pytest.MonkeyPatch) -> None:
        use(monkeypatch, broken())
        answer = chart("export", "--format", "dot")
        assert answer.exit_code == 1
        assert "row link.up: fault -> nowhere" in last_line(answer)
        assert answer.stderr.count("\n") == 1


class TestPaint:
    @pytest.fixture
    def journal(self, tmp_path: Path) -> Path:
        """A machine that was provisioned, and asked a server that then refused it."""
        path = tmp_path / "journal.sqlite"
        trio.run(write, path, ev.CredentialsReady(), ev.HandshakeUnauthorized())
        return path

    def test_a_configuration_is_lit_up(self) -> None:
        leaves = "operational.link.online + operational.intake.deposit.capture"
        answer = chart("export", "--format", "dot", "--highlight", leaves)
        assert answer.exit_code == 0
        lit = [line for line in answer.stdout.splitlines() if f'fillcolor="{ACTIVE}"' in line]
        assert [line.split('"')[1] for line in lit] == leaves.split(" + ")

    @pytest.mark.parametrize("written", ["online capture", "online | capture", "capture,online"])
    def test_the_end_of_a_path_will_do(self, written: str) -> None:
        answer = chart("export", "--format", "dot", "--highlight", written)
        assert answer.stdout.count(f'fillcolor="{ACTIVE}"') == 2

    @pytest.mark.parametrize(
        ("written", "complaint"),
        [
            ("dreaming", "no state is called 'dreaming'; 'rvm-edge chart show' lists them"),
            ("capture + fault", "operational.intake.deposit.capture and fault are never active"),
            ("idle + full", "operational.intake.idle and operational.intake.full are never"),
            (" + ", "name at least one state"),
        ],
    )
    def test_what_cannot_be_active_is_not_lit(self, written: str, complaint: str) -> None:
        answer = chart("export", "--format", "dot", "--highlight", written)
        assert answer.exit_code == 1
        assert complaint in last_line(answer)
        assert answer.stderr.count("\n") == 1

    def test_a_name_that_two_states_have_is_asked_back(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        twin: State[Machine] = State("twin", "T.", rests="ever")
        one: State[Machine] = State("one", "1.", children=(twin,), initial="twin")
        two: State[Machine] = State("two", "2.", children=(twin,), initial="twin")
        use(monkeypatch, msgspec.structs.replace(CHART, states=(one, two)))
        answer = chart("export", "--format", "dot", "--highlight", "twin")
        assert "it may be one.twin or two.twin" in last_line(answer)

    def test_a_journal_is_counted_and_painted(self, journal: Path) -> None:
        answer = chart("export", "--format", "dot", "--coverage", str(journal))
        assert answer.exit_code == 0
        assert answer.stderr == f"2 of {len(CHART.transitions)} transitions fired in 4 rows\n"
        [line] = [
            line for line in answer.stdout.splitlines() if '"provisioning" -> "handshake"' in line
        ]
        assert f'color="{FIRED}"' in line
        assert "credentials.ready&#160;×1<" in line
        assert UNFIRED in answer.stdout

    def test_rows_of_another_chart_are_told(
        self, journal: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        use(monkeypatch, msgspec.structs.replace(CHART, transitions=CHART.transitions[:-1]))
        answer = chart("export", "--format", "dot", "--coverage", str(journal))
        assert "0 of " in answer.stderr
        assert "; 4 rows of another chart are not counted\n" in answer.stderr

    def test_a_journal_that_is_not_there_is_one_line(self, tmp_path: Path) -> None:
        answer = chart("export", "--format", "dot", "--coverage", str(tmp_path / "none.sqlite"))
        assert answer.exit_code == 1
        assert answer.stderr.endswith("none.sqlite: there is no such file\n")
        assert answer.stderr.count("\n") == 1

    @pytest.mark.usefixtures("with_dot")
    def test_pictures_take_both(self, journal: Path) -> None:
        wanted = ("--highlight", "unauthorized", "--coverage", str(journal))
        plain = chart("export", "--format", "svg").stdout_bytes
        painted = chart("export", "--format", "svg", *wanted).stdout_bytes
        assert stamp_of(painted) not in (None, stamp_of(plain))


def test_it_imports_neither_numpy_nor_the_models_runtime() -> None:
    script = (
        "import sys\n"
        "from rvm_edge.cli import main\n"
        "try: main(['chart', 'check', '--json'])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'numpy', 'cv2', 'onnxruntime'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert (answer.returncode, answer.stderr) == (0, "")


def test_a_chart_with_one_state_of_each_kind_is_drawn_as_a_tree() -> None:
    inner: State[None] = State("b[x]", "B.", rests="ever")
    outer: State[None] = State("a", "A.", children=(inner,), initial="b[x]")
    rows = (Transition("e", "a", None), Transition("f", "a.b[x]", "a", doc="w[h]y"))
    console = Console(width=60, color_system=None)
    with console.capture() as capture:
        console.print(tree(Chart("c", (outer,), "a", (), rows), "0" * 64))
    assert capture.get().splitlines() == [
        "c  chart 0000000000000000",
        "└── a  starts here",
        "    A.",
        "    ├── e stays",
        "    └── b[x]  starts here",
        "        B.",
        "        └── f → a  w[h]y",
    ]
