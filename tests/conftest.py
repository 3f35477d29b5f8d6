"""What every test of the kit shares: which programs of the system some of them need, and how hypothesis behaves.

A test that needs a program carries a marker from `PROGRAMS`. Where the program is absent the test is deselected and the
run's last line names it with the command that installs what is missing; with CALLPARK_FULL=1, as in .ci/run, the
absence is an error instead, so that nothing is left out unseen.
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
    "redis": ("redis-server", "redis-server"),
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


def pytest_collection_modifyitems(config, items):
    absent = {marker for marker, (program, _) in PROGRAMS.items() if shutil.which(program) is None}
    kept, left_out = [], []
    for item in items:
        lacking = sorted(absent & {marker.name for marker in item.iter_markers()})
        for marker in lacking:
            config.stash[LEFT_OUT].setdefault(PROGRAMS[marker][1], []).append(item.name)
        (left_out if lacking else kept).append(item)
    if not left_out:
        return
    if os.environ.get(FULL):
        raise pytest.UsageError(f"{FULL} is set, and {told(config.stash[LEFT_OUT])}")
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)


def told(left_out):
    names = sorted({name for several in left_out.values() for name in several})
    packages = " ".join(sorted(left_out))
    return f"not run for want of a program: {', '.join(names)} (apt-get install {packages})"


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """After pytest's closing line: the last line is the one that is read."""
    left_out = config.stash.get(LEFT_OUT, {})
    if left_out and not os.environ.get(FULL):
        config.get_terminal_writer().line(told(left_out))
