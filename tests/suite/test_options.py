"""Where options come from: a flag wins over the environment, which wins over the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fixtures.options import OPTIONS, Options, read_options, selected_registries

ONE = '[registry.mine]\nurl = "http://file.test/simple/"\nfail-on = "client"\ntimeout = 7\nproject = ["a", "b"]\n'
TWO = ONE + '[registry.other]\nurl = "http://other.test/simple/"\n'


class Given:
    """Flags as pytest hands them over."""

    def __init__(self, **flags: Any) -> None:
        self.option = SimpleNamespace(markexpr="")
        self._flags = flags

    def getoption(self, name: str) -> Any:
        return self._flags.get(name.removeprefix("registry_"))


def read(environ: Mapping[str, str] | None = None, **flags: Any) -> Options:
    return read_options(cast(pytest.Config, Given(**flags)), environ or {})


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "registries.toml"
    path.write_text(ONE)
    return str(path)


def test_the_file_is_read(file: str) -> None:
    options = read(config=file)
    assert (options.url, options.fail_on, options.timeout) == ("http://file.test/simple/", "client", 7)
    assert options.project == ("a", "b")


def test_the_environment_wins_over_the_file(file: str) -> None:
    options = read({"REGISTRY_URL": "http://env.test/simple/", "REGISTRY_PROJECT": "c,d"}, config=file)
    assert (options.url, options.fail_on) == ("http://env.test/simple/", "client")
    assert options.project == ("c", "d")


def test_a_flag_wins_over_both(file: str) -> None:
    environ = {"REGISTRY_URL": "http://env.test/simple/", "REGISTRY_TIMEOUT": "8", "REGISTRY_CONFIG": file}
    options = read(environ, url="http://flag.test/simple/")
    assert (options.url, options.timeout, options.fail_on) == ("http://flag.test/simple/", 8, "client")


def test_every_option_has_a_variable(tmp_path: Path) -> None:
    values = {
        "text": "x",
        "secret": "s3cret",
        "flag": "yes",
        "list": "x,y",
        "number": "5",
    }
    special = {"fail-on": "should", "demo-auth": "read", "config": "", "registry": ""}
    special |= dict.fromkeys(("replay", "baseline", "ca-bundle", "demo", "token"), "")
    special |= {
        "clients": "pip",
        "read-only": "",
        "username": "u",
        "url": "http://h/",
        "upload-url": "http://h/up",
    }
    environ = {o.variable: special.get(o.name, values[o.kind]) for o in OPTIONS}
    options = read({name: value for name, value in environ.items() if value})
    for option in OPTIONS:
        if environ[option.variable]:
            assert getattr(options, option.dest) not in (None, (), False), option.name


@pytest.mark.parametrize(("word", "expected"), [("1", True), ("true", True), ("off", False), ("no", False)])
def test_flags_of_the_environment(word: str, expected: bool) -> None:
    assert read({"REGISTRY_READ_ONLY": word}).read_only is expected


def test_several_names_make_a_matrix(tmp_path: Path) -> None:
    path = tmp_path / "two.toml"
    path.write_text(TWO)

    def chosen(environ: Mapping[str, str] | None = None, **flags: Any) -> tuple[str, ...]:
        return selected_registries(cast(pytest.Config, Given(**flags)), environ or {})

    assert chosen(config=str(path)) == ("mine", "other")
    assert chosen(config=str(path), registry=["other"]) == ("other",)
    assert chosen({"REGISTRY_NAME": "other,mine", "REGISTRY_CONFIG": str(path)}) == ("other", "mine")
    assert chosen(config=str(path), url="http://h/") == ()
    assert chosen() == ()
    with pytest.raises(pytest.UsageError, match="no such table; it has mine, other"):
        chosen(config=str(path), registry=["third"])
    with pytest.raises(pytest.UsageError, match="one registry"):
        chosen(config=str(path), registry=["mine", "other"], url="http://h/")
