"""The store outlives a power cut at every step, and always names a model that is whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.models.failures import TroubleError
from rvm_edge.vision.models.state import (
    MOST_REFUSED,
    StoredModel,
    StoreState,
    begun,
    came,
    promoted,
    rolled_back,
    served,
    turned_away,
)
from rvm_edge.vision.models.store import (
    RECORD,
    DamagedError,
    ModelStore,
    StoreBusyError,
    StoreError,
    on_disk,
    open_store,
    read_state,
    sha256_of,
)
from tests.vision.models.power import CuttableDisk, PowerCutError


def model(version: str) -> tuple[StoredModel, bytes]:
    content = f"the model {version}".encode()
    return StoredModel(hashlib.sha256(content).hexdigest(), "onnx", len(content), version), content


OLD, NEW, NEWER = model("v1"), model("v2"), model("v3")


def bring(store: ModelStore, which: tuple[StoredModel, bytes]) -> None:
    what, content = which
    part = store.begin(what.sha256)
    store.disk.append(part, content[:4])
    store.disk.append(part, content[4:])
    store.take_in(what)


def install(store: ModelStore, which: tuple[StoredModel, bytes]) -> None:
    bring(store, which)
    store.promote()


def require_clean(store: ModelStore) -> None:
    """Require that everything named is whole, and that nothing else lies there."""
    for kept in store.state.kept():
        assert sha256_of(store.folder / kept.file_name) == kept.sha256
    names = {path.name for path in store.folder.iterdir()} - {".lock", RECORD}
    allowed = {kept.file_name for kept in store.state.kept()}
    if store.state.fetching:
        allowed.add(store.part(store.state.fetching).name)
    assert names <= allowed


class TestServing:
    def test_a_new_store_serves_what_came_with_the_program(
        self, store: ModelStore, shipped: ModelFile
    ) -> None:
        assert store.serving() == shipped

    def test_a_candidate_does_not_serve(self, store: ModelStore, shipped: ModelFile) -> None:
        bring(store, NEW)
        assert store.serving() == shipped
        assert store.candidate() == ModelFile(store.folder / NEW[0].file_name, NEW[0].sha256, "v2")

    def test_the_previous_model_is_kept_and_the_one_before_is_not(self, store: ModelStore) -> None:
        for which in (OLD, NEW, NEWER):
            install(store, which)
        assert store.serving().version == "v3"
        files = {path.name for path in store.folder.glob("*.onnx")}
        assert files == {NEW[0].file_name, NEWER[0].file_name}

    def test_going_back_leads_to_the_previous_model_and_then_to_the_shipped_one(
        self, store: ModelStore, shipped: ModelFile
    ) -> None:
        install(store, OLD)
        install(store, NEW)
        assert store.roll_back().version == "v1"
        assert store.roll_back() == shipped
        assert store.roll_back() == shipped
        assert store.state.floor == "v2"
        assert store.state.refused == (NEW[0].sha256, OLD[0].sha256)
        require_clean(store)

    def test_what_failed_its_trial_is_gone_and_remembered(self, store: ModelStore) -> None:
        bring(store, NEW)
        store.turn_away()
        assert store.candidate() is None
        assert store.state.refused == (NEW[0].sha256,)
        require_clean(store)

    def test_losses_and_items_outlive_a_restart(self, store: ModelStore, folder: Path) -> None:
        install(store, NEW)
        assert [store.note_loss(), store.note_loss()] == [1, 2]
        store.note_served(10, 100)
        state = read_state(folder)
        assert (state.losses, state.judged, state.proven) == (2, 10, False)
        store.note_served(90, 100)
        assert read_state(folder).proven


class TestTheFolder:
    def test_only_one_process_has_it(self, store: ModelStore, shipped: ModelFile) -> None:
        with pytest.raises(StoreBusyError, match="in use"), open_store(store.folder, shipped):
            pass

    def test_a_beginning_is_kept_over_a_restart_and_no_other(
        self, folder: Path, shipped: ModelFile
    ) -> None:
        with open_store(folder, shipped) as store:
            store.disk.append(store.begin(OLD[0].sha256), b"the")
            store.disk.append(store.begin(NEW[0].sha256), b"the mo")
        (folder / "stranger").write_bytes(b"?")
        with open_store(folder, shipped) as store:
            assert {path.name for path in folder.iterdir()} == {
                ".lock",
                RECORD,
                f"{NEW[0].sha256}.part",
            }

    @pytest.mark.parametrize("damage", [b"", b"{", b"\xff", b'{"form": 2}', b'{"losses": -1}'])
    def test_a_damaged_record_is_set_aside_and_the_shipped_model_serves(
        self, folder: Path, shipped: ModelFile, damage: bytes
    ) -> None:
        with open_store(folder, shipped) as store:
            install(store, NEW)
        (folder / RECORD).write_bytes(damage)
        with pytest.raises(DamagedError):
            read_state(folder)
        with open_store(folder, shipped) as store:
            assert store.serving() == shipped
            install(store, NEWER)
        assert (folder / f"{RECORD}.damaged").read_bytes() == damage
        assert read_state(folder).floor == "v3"

    def test_a_folder_that_is_none_is_named(self, tmp_path: Path, shipped: ModelFile) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(StoreError, match="file"), open_store(tmp_path / "file", shipped):
            pass

    def test_a_full_disk_changes_nothing(self, folder: Path, shipped: ModelFile) -> None:
        class Full(CuttableDisk):
            full = False

            def write(self, path: Path, content: bytes) -> None:
                if self.full:
                    path.write_bytes(content[:3])
                    raise OSError(28, "No space left on device")
                super().write(path, content)

        disk = Full(folder)
        with open_store(folder, shipped, disk) as store:
            install(store, OLD)
            bring(store, NEW)
            disk.full = True
            with pytest.raises(TroubleError, match="No space left"):
                on_disk(store.promote)
            assert store.serving().version == "v1"
        with open_store(folder, shipped) as store:
            assert store.serving().version == "v1"
            assert store.state.candidate == NEW[0]
            require_clean(store)


def swap(store: ModelStore) -> None:
    install(store, NEW)


def back(store: ModelStore) -> None:
    store.roll_back()


def refuse(store: ModelStore) -> None:
    bring(store, NEW)
    store.turn_away()


def count(store: ModelStore) -> None:
    store.note_loss()


def steps_of(folder: Path, shipped: ModelFile, what: Callable[[ModelStore], None]) -> list[str]:
    with open_store(folder, shipped) as store:
        install(store, OLD)
    disk = CuttableDisk(folder)
    with open_store(folder, shipped, disk) as store:
        what(store)
    return disk.steps


@pytest.mark.parametrize("synced_only", [False, True], ids=["all-written", "only-synced"])
@pytest.mark.parametrize("what", [swap, back, refuse, count])
def test_a_power_cut_at_any_step_leaves_a_whole_model_and_a_clean_store(
    tmp_path: Path, shipped: ModelFile, what: Callable[[ModelStore], None], synced_only: bool
) -> None:
    steps = steps_of(tmp_path / "whole", shipped, what)
    assert len(steps) >= 4
    served_after = []
    for cut in range(len(steps) + 1):
        folder = tmp_path / f"cut-{cut}"
        with open_store(folder, shipped, CuttableDisk(folder)) as store:
            install(store, OLD)
        disk = CuttableDisk(folder, cut)
        with suppress(PowerCutError), open_store(folder, shipped, disk) as store:
            what(store)
        if synced_only:
            disk.only_what_was_synced()
        with open_store(folder, shipped, CuttableDisk(folder)) as store:
            require_clean(store)
            served_after.append(store.serving().version)
            install(store, NEWER)  # and it goes on as if nothing had been
            assert store.serving().version == "v3"
    before = "v1"
    after = "v2" if what is swap else shipped.version if what is back else before
    assert served_after[0] == before
    assert served_after[-1] == after
    turned = served_after.index(after) if after != before else 0
    assert set(served_after[:turned]) <= {before}
    assert set(served_after[turned:]) == {after}


def test_what_was_refused_and_passed_its_trial_after_all_is_refused_no_more() -> None:
    once = turned_away(came(StoreState(), model("v1")[0]))
    again = promoted(came(once, model("v1")[0]))
    assert once.refused == (model("v1")[0].sha256,)
    assert again.refused == ()
    assert rolled_back(again).refused == once.refused


STATES = st.sampled_from(["begin", "came", "promote", "refuse", "back", "serve"])


@given(st.lists(st.tuples(STATES, st.integers(1, 30)), max_size=40))
def test_the_floor_never_sinks_and_what_was_given_up_is_never_forgotten_soon(
    acts: list[tuple[str, int]],
) -> None:
    state = StoreState()
    for act, number in acts:
        what = model(f"v{number}")[0]
        earlier = state
        if act == "begin":
            state = begun(state, what.sha256)
        elif act == "came" and number > int(state.floor.removeprefix("v") or 0):
            state = came(state, what)
        elif act == "promote":
            state = promoted(state)
        elif act == "refuse":
            state = turned_away(state)
        elif act == "back":
            state = rolled_back(state)
        else:
            state = served(state, number, 100)
        assert int(state.floor.removeprefix("v") or 0) >= int(earlier.floor.removeprefix("v") or 0)
        assert state.current is None or state.current.sha256 not in state.refused
        assert len(state.refused) <= MOST_REFUSED
        assert msgspec.json.decode(msgspec.json.encode(state), type=StoreState) == state
