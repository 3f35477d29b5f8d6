"""Fuzzes the readers of the kit, led by what their code has not done yet: `python -m tests.fuzzing.guided [TARGET...]`.

Each target of `targets.py` in a process of its own for `--seconds` (60), from the inputs in `corpus/`. What it finds is
left in `--out` (build/fuzz), as a file that `make test` replays once it lies in `corpus/TARGET/`. Ends with 1 where
anything was found. Needs atheris, which comes with the extra `fuzz`.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
READERS = (
    "callpark_spec",
    "contract_tests.expectation",
    "contract_tests.profile",
    "contract_tests.record",
    "mockserver.http_api.grammar",
    "mockserver.http_api.payload",
    "mockserver.scenarios.scenario",
    "yaml",
)


def run(target, arguments):
    """Does not return: libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=list(READERS), enable_loader_override=False):
        from tests.fuzzing.targets import TARGETS
    atheris.Setup([sys.argv[0], *arguments], TARGETS[target])
    atheris.Fuzz()


def fuzzed(target, *, seconds, out):
    """Whether nothing was found."""
    grown = out / target
    grown.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-W", "ignore", "-m", "tests.fuzzing.guided", "--run", target, grown, CORPUS / target,
        f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048", "-max_len=20000",
        f"-artifact_prefix={grown}-", "-print_final_stats=1", "-verbosity=1",
    ]  # fmt: skip
    print(f"{target}: {seconds} seconds", flush=True)
    done = subprocess.run(list(map(str, command)), cwd=HERE.parents[1], stderr=subprocess.PIPE)
    lines = done.stderr.decode(errors="replace").splitlines()
    units = next((line.rpartition(" ")[2] for line in lines if "number_of_executed_units" in line), "some")
    if done.returncode == 0:
        print(f"{target}: nothing found in {units} inputs", flush=True)
        return True
    print("\n".join(line for line in lines if not line.startswith("#"))[-6_000:], flush=True)
    return False


def main():
    options = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    options.add_argument("targets", nargs="*")
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--out", type=Path, default=Path("build/fuzz"))
    wanted = options.parse_args()
    try:
        import atheris  # noqa: F401
    except ImportError:
        print("atheris is not installed: pip install 'callpark[fuzz]'", file=sys.stderr)
        return 2
    names = wanted.targets or sorted(each.name for each in CORPUS.iterdir())
    out = wanted.out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    results = [fuzzed(name, seconds=wanted.seconds, out=out) for name in names]
    return 0 if all(results) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(sys.argv[2], sys.argv[3:])
    sys.exit(main())
