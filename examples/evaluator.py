"""Evaluator for OpenEvolve and similar loops: evaluate(path) returns a program's metrics."""
import json
import subprocess


def evaluate(program_path):
    run = subprocess.run(["bench", "score", "--quick", program_path], capture_output=True, text=True)
    if run.returncode != 0:  # wrong usage: no bad program ends like that
        raise RuntimeError(run.stderr)
    return {name: value for name, value in json.loads(run.stdout).items() if isinstance(value, (int, float))}
