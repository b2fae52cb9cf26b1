import pytest

from index.cache import Cache


def loader(value, loaded):
    def load():
        loaded.append(value)
        return value

    return load


def test_a_value_is_loaded_once():
    cache, loaded = Cache[str, str](limit=10, size=len), []
    assert [cache.get("a", loader("four", loaded)) for _ in range(2)] == ["four", "four"]
    assert loaded == ["four"]


def test_what_was_used_longest_ago_makes_room():
    cache, loaded = Cache[str, str](limit=10, size=len), []
    for key in ("aaaa", "bbbb", "aaaa", "cccc"):  # the third use saves aaaa, bbbb makes room
        cache.get(key, loader(key, loaded))
    cache.get("aaaa", loader("aaaa", loaded))
    cache.get("bbbb", loader("bbbb", loaded))
    assert loaded == ["aaaa", "bbbb", "cccc", "bbbb"]


def test_a_value_above_the_limit_is_not_kept():
    cache, loaded = Cache[str, str](limit=3, size=len), []
    for _ in range(2):
        assert cache.get("a", loader("four", loaded)) == "four"
    assert loaded == ["four", "four"]


def test_clear_forgets():
    cache, loaded = Cache[str, str](limit=10, size=len), []
    cache.get("a", loader("x", loaded))
    cache.clear()
    cache.get("a", loader("x", loaded))
    assert loaded == ["x", "x"]


@pytest.mark.parametrize("forget", [lambda cache: cache.clear(), lambda cache: cache.drop("a")])
def test_a_value_loaded_before_forgetting_is_not_kept_after_it(forget):
    cache = Cache[str, str](limit=10, size=len)

    def load():
        forget(cache)  # as another thread may, while this one reads the disk
        return "old"

    assert cache.get("a", load) == "old"
    assert cache.get("a", lambda: "new") == "new"
    assert cache.get("a", lambda: "newer") == "new"


def test_of_several_only_those_not_kept_are_loaded_and_all_come_in_order():
    cache, asked = Cache[str, str](limit=10, size=len), []

    def load(keys):
        asked.append(keys)
        return {key: key.upper() for key in keys if key != "unknown"}

    cache.get("b", lambda: "B")
    for _ in range(2):
        found = cache.get_all(["c", "b", "c", "a"], load)
        assert list(found.items()) == [("c", "C"), ("b", "B"), ("a", "A")]
    assert asked == [["c", "a"]]
    assert cache.get_all(["unknown", "b"], load) == {"b": "B"}


def test_several_loaded_before_clearing_are_not_kept_after_it():
    cache = Cache[str, str](limit=10, size=len)

    def load(keys):
        cache.clear()
        return dict.fromkeys(keys, "old")

    assert cache.get_all(["a", "b"], load) == {"a": "old", "b": "old"}
    new = {"a": "new", "b": "new"}
    assert cache.get_all(["a", "b"], lambda keys: dict.fromkeys(keys, "new")) == new
