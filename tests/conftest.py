"""What every test of the kit shares: which programs of the system some of them need, and how hypothesis behaves.

A test that needs a program carries a marker from `PROGRAMS`. Where the program is absent the test is deselected and the
run's last line names it with the command that installs what is missing; with CALLPARK_FULL=1, as in .ci/run, the
test fails instead, so that nothing is left out unseen.
"""

import os
import shutil

import hypothesis
import pytest

pytest_plugins = ["pytester"]

# marker -> (program, Debian package)
PROGRAMS = {
    "chromium": ("chromium", "chromium"),
    "curl": ("curl", "curl"),
    "node": ("node", "nodejs"),
    "redis": ("redis-server", "redis-server"),
    "valgrind": ("valgrind", "valgrind"),
}
FULL = "CALLPARK_FULL"
LEFT_OUT = pytest.StashKey[dict[str, list[str]]]()

# A busy machine is no reason to fail, and two runs of the same code are to come to the same result.
hypothesis.settings.register_profile("kit", deadline=None, derandomize=True)
hypothesis.settings.load_profile("kit")


def pytest_configure(config):
    config.stash[LEFT_OUT] = {}
    for marker, (program, _) in PROGRAMS.items():
        config.addinivalue_line("markers", f"{marker}: needs the program {program}")


def lacking(item):
    """The Debian packages whose programs `item` needs and does not find."""
    needed = sorted(PROGRAMS[marker.name] for marker in item.iter_markers() if marker.name in PROGRAMS)
    return [package for program, package in needed if shutil.which(program) is None]


def pytest_collection_modifyitems(config, items):
    if os.environ.get(FULL):
        return
    kept, left_out = [], []
    for item in items:
        packages = lacking(item)
        for package in packages:
            config.stash[LEFT_OUT].setdefault(package, []).append(item.name)
        (left_out if packages else kept).append(item)
    if left_out:
        items[:] = kept
        config.hook.pytest_deselected(items=left_out)


def pytest_runtest_setup(item):
    """Only where everything has to run does a test come this far without its program."""
    if packages := lacking(item):
        pytest.fail(
            f"{FULL} is set, and a program is absent: apt-get install {' '.join(packages)}", pytrace=False
        )


def pytest_sessionfinish(session):
    """A worker of pytest-xdist tells the run that started it what it left out."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash[LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    node.config.stash[LEFT_OUT].update(getattr(node, "workeroutput", {}).get("left_out", {}))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """After pytest's closing line: the last line is the one that is read."""
    left_out = config.stash.get(LEFT_OUT, {})
    if left_out and not hasattr(config, "workeroutput"):
        names = sorted({name for several in left_out.values() for name in several})
        packages = " ".join(sorted(left_out))
        config.get_terminal_writer().line(
            f"not run for want of a program: {', '.join(names)} (apt-get install {packages})"
        )
