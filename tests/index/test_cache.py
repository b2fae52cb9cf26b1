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
