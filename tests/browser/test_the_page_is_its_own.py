"""The page needs nothing from elsewhere, and its types hold."""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path

from rvm_edge.bridges.local.static_files import OWN, TYPES
from rvm_edge.kiosk import PAGE
from tests.node_packages import run_node

HERE = Path(__file__).parent

FILES = sorted(path for path in PAGE.rglob("*") if path.is_file())
NAMESPACE = "http://www.w3.org/2000/svg"
MOST_BYTES = 160_000
IMPORT = re.compile(r'^(?:import|export|\})[^"\n]*"(\.[^"]+)";', re.MULTILINE)
STRICT = {
    "allowJs": True,
    "checkJs": True,
    "noEmit": True,
    "strict": True,
    "noUnusedLocals": True,
    "noImplicitReturns": True,
    "target": "es2022",
    "module": "es2022",
    "moduleResolution": "bundler",
    "lib": ["es2023", "dom", "dom.iterable"],
    "types": [],
}


def test_no_file_names_another_host() -> None:
    for path in FILES:
        hosts = set(re.findall(r"https?://[^\s\"'`)<>]+", path.read_text())) - {NAMESPACE}
        assert hosts == set(), path


def test_markup_holds_no_script_and_no_style_of_its_own() -> None:
    markup = (PAGE / "index.html").read_text()
    assert re.findall(r"<script[^>]*>", markup) == ['<script type="module" src="main.js">']
    assert not re.search(r"<style|\sstyle=|\son\w+=", markup)


def test_code_writes_text_and_never_markup() -> None:
    forbidden = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b")
    assert [path for path in FILES if forbidden.search(path.read_text())] == []


def _needed(module: str, found: list[str]) -> list[str]:
    """Return a module and all that it imports before it runs, by their paths on the bridge."""
    if module not in found:
        found.append(module)
        folder = PAGE if (PAGE / module).exists() else OWN
        for other in IMPORT.findall((folder / module).read_text()):
            _needed(posixpath.normpath(posixpath.join(posixpath.dirname(module), other)), found)
    return found


def test_every_module_is_asked_for_at_once_and_not_import_by_import() -> None:
    markup = (PAGE / "index.html").read_text()
    asked = re.findall(r'<link rel="modulepreload" href="([^"]+)">', markup)
    assert asked == sorted(set(asked), key=asked.index)
    assert set(asked) == set(_needed("main.js", [])) - {"main.js"}


def test_the_bridge_serves_every_file_and_they_stay_small() -> None:
    assert [path for path in FILES if path.suffix not in TYPES] == []
    assert sum(path.stat().st_size for path in FILES) < MOST_BYTES


def test_the_types_in_the_comments_hold(workshop: Path) -> None:
    settings = {"compilerOptions": STRICT, "files": ["main.js"]}
    (workshop / "tsconfig.json").write_text(json.dumps(settings))
    said = run_node(workshop, "node_modules/typescript/bin/tsc", "-p", "tsconfig.json")
    assert (said.returncode, said.stdout) == (0, "")


def test_what_it_is_checked_with_is_pinned_with_its_hash_and_no_mirror_is_named() -> None:
    text = (HERE / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    pinned = [package for path, package in packages.items() if path]
    assert len(pinned) == 3
    assert all(package["integrity"].startswith("sha512-") for package in pinned)
    assert "://" not in text
