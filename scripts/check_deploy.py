#!/usr/bin/env python3
"""Checks what deploy/ has for Prometheus and Grafana: the alerts are valid and fire when they should, and the
queries of the dashboard are valid. That they name only metrics that exist is for the C++ tests. Needs promtool."""

import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
VARIABLES = {"$job": "tender", "$__rate_interval": "5m"}


def run(*command):
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}:\n{done.stdout}")


def queries():
    dashboard = json.loads((ROOT / "deploy/grafana.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            expr = target["expr"]
            for name, value in VARIABLES.items():
                expr = expr.replace(name, value)
            yield expr


def check_queries():
    rules = [{"record": f"query{i}", "expr": expr} for i, expr in enumerate(queries())]
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        json.dump({"groups": [{"name": "queries", "rules": rules}]}, file)  # JSON is YAML
        file.flush()
        run("promtool", "check", "rules", file.name)
    return len(rules)


run("promtool", "check", "rules", "deploy/alerts.yaml")
run("promtool", "test", "rules", "tests/deploy/alerts_test.yaml")
print(f"deploy: the alerts and {check_queries()} queries of the dashboard are valid")
