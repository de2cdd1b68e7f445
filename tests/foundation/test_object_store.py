"""Files in a folder and in a real S3 server: the same words, the same refusals."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from foundation import crypto, object_store, settings
from foundation.object_store import ObjectMissing, ObjectStoreGone
from foundation.room_settings import ObjectStore
from tests.builders.s3 import BUCKET, s3_server

PICTURE = bytes(range(256)) * 4000


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with s3_server(tmp_path_factory.mktemp("s3") / "served") as chosen:
        yield chosen


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    """Each kind of store, in force."""
    chosen = request.getfixturevalue("s3") if request.param == "s3" else ObjectStore(folder=str(tmp_path / "objects"))
    before = settings.current()
    settings.use(replace(before, object_store=chosen))
    yield chosen
    settings.use(before)


async def test_what_is_put_is_got(store: ObjectStore) -> None:
    key = object_store.new_key("papers")
    await object_store.put(key, PICTURE, content_type="image/jpeg")
    assert await object_store.get(key) == PICTURE
    await object_store.put(key, b"other", content_type="image/jpeg")
    assert await object_store.get(key) == b"other"


async def test_an_empty_file_is_a_file(store: ObjectStore) -> None:
    key = object_store.new_key("papers")
    await object_store.put(key, b"", content_type="text/plain")
    assert await object_store.get(key) == b""


async def test_what_is_deleted_is_missing_and_may_be_deleted_again(store: ObjectStore) -> None:
    key = object_store.new_key("papers")
    await object_store.put(key, b"gone soon", content_type="text/plain")
    for _ in range(2):
        await object_store.delete(key)
    with pytest.raises(ObjectMissing):
        await object_store.get(key)


async def test_a_kind_is_listed_alone(store: ObjectStore) -> None:
    ours = {object_store.new_key("listed") for _ in range(3)}
    for key in ours | {object_store.new_key("listed-other")}:
        await object_store.put(key, b"four", content_type="text/plain")
    found = [one async for page in object_store.listed("listed") for one in page]
    assert {one.key for one in found} == ours
    assert {one.size for one in found} == {4}
    assert all(one.changed_at.tzinfo for one in found)


async def test_a_kind_of_which_there_is_nothing_lists_nothing(store: ObjectStore) -> None:
    assert [page async for page in object_store.listed("nothing-yet")] == []


async def test_a_wrong_secret_is_refused_by_the_store(s3: ObjectStore) -> None:
    before = settings.current()
    settings.use(replace(before, object_store=replace(s3, secret="not-the-secret")))
    try:
        with pytest.raises(ObjectStoreGone):
            await object_store.put(object_store.new_key("papers"), b"x", content_type="text/plain")
    finally:
        settings.use(before)


async def test_a_store_that_is_not_there_is_gone_and_not_missing(s3: ObjectStore) -> None:
    before = settings.current()
    settings.use(replace(before, object_store=replace(s3, endpoint="http://127.0.0.1:9")))
    try:
        with pytest.raises(ObjectStoreGone):
            await object_store.get(object_store.new_key("papers"))
    finally:
        settings.use(before)


def test_keys_tell_nothing_and_do_not_repeat() -> None:
    keys = {object_store.new_key("papers") for _ in range(1000)}
    assert len(keys) == 1000
    assert all(len(key.rsplit("/", 1)[1]) == 2 * object_store.KEY_BYTES for key in keys)


async def test_at_rest_lies_nothing_that_can_be_read(s3: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> None:
    before, key = settings.current(), object_store.new_key("papers")
    settings.use(replace(before, object_store=s3))
    try:
        await object_store.put(key, crypto.seal_bytes(PICTURE, about=key), content_type="application/octet-stream")
        found = [one.read_bytes() for one in tmp_path_factory.getbasetemp().rglob(f"served/{BUCKET}/{key}")]
        assert len(found) == 1
        assert PICTURE[:64] not in found[0]
        assert crypto.open_bytes(await object_store.get(key), about=key) == PICTURE
    finally:
        settings.use(before)
