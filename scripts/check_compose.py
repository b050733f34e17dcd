#!/usr/bin/env python3
"""Fails when compose.yaml is invalid, or when its services do not fit each other, the Dockerfile or the code.

`docker-compose config` reads the file; it needs no engine. What must agree is in faults() below, each rule with a
name; the self-test breaks one at a time and makes sure that the rule notices.
"""

import copy
import json
import os
import re
import subprocess
import sys
from urllib.parse import urlsplit

import yaml

VARIABLES = {
    "TENDER_ZOOID_IMAGE": "zooid",
    "RELAY_DOMAIN": "relays.example.com",
    "API_WHITELIST": "0" * 64,
}


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def parsed_compose():
    done = subprocess.run(["docker-compose", "-f", "compose.yaml", "config"], env={**os.environ, **VARIABLES},
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"compose: docker-compose refuses compose.yaml:\n{done.stderr}")
    return yaml.safe_load(done.stdout)


def image_facts():
    """What the last stage of the Dockerfile fixes, and the seconds that tender takes to stop."""
    stage = re.split(r"^FROM ", text_of("Dockerfile"), flags=re.M)[-1]
    return {
        "user": re.search(r"^USER (\S+)", stage, re.M)[1],
        "volume": re.search(r"^VOLUME (\S+)", stage, re.M)[1],
        "database": re.search(r"DATABASE_URL=sqlite://(\S+)", stage)[1],
        "health": json.loads(re.search(r"HEALTHCHECK .*?CMD (\[.*?\])", stage, re.S)[1]),
        "drain": int(re.search(r"kDrain\{([\d']+)\}", text_of("src/service/active_sidecar.cpp"))[1].replace("'", "")) / 1000,
        "known": set(re.findall(r"^#? ?([A-Z0-9_]+)=", text_of("env.example"), re.M)),
        "chown": set(re.findall(r"chown (\d+:\d+)", text_of("docs/docker.md"))),
    }


def mounts(service):
    return dict(volume.split(":")[:2] for volume in service.get("volumes", []))


def faults(compose, image):
    """The names of the rules that are broken."""
    tender, zooid, prepare = (compose["services"][name] for name in ("tender", "zooid", "zooid-volume"))
    url = urlsplit(tender["environment"]["ZOOID_API_URL"])
    shared = set(tender["networks"]) & set(zooid["networks"])
    aliases = {alias for name in shared for alias in (zooid["networks"][name] or {}).get("aliases", [])}
    zooid_home = mounts(zooid).get("zooid-data")
    secrets = {"/run/secrets/" + secret["source"] for secret in tender["secrets"]}
    files = {value for name, value in tender["environment"].items() if name.endswith("_FILE")}
    rules = {
        "zooid's API_HOST is host and port of ZOOID_API_URL": zooid["environment"]["API_HOST"] == url.netloc,
        "zooid listens on the port of ZOOID_API_URL": zooid["environment"]["PORT"] == str(url.port),
        "the host of ZOOID_API_URL is zooid's alias in a network of both": url.hostname in aliases,
        "tender is in internal networks only":
            all((compose["networks"][name] or {}).get("internal") for name in tender["networks"]),
        "zooid keeps all that it writes in its volume":
            all(zooid["environment"][name].startswith(f"{zooid_home}/") for name in ("CONFIG", "MEDIA", "DATA")),
        "zooid's volume belongs to zooid's user": prepare["command"] == ["chown", zooid["user"], zooid_home],
        "zooid-volume prepares zooid's volume": mounts(prepare) == mounts(zooid),
        "tender's volume is that of its image": mounts(tender) == {"tender-data": image["volume"]},
        "tender's database is in its volume": image["database"].startswith(image["volume"] + "/"),
        "tender runs as the user of its image": tender.get("user", image["user"]) == image["user"],
        "docs/docker.md gives the secret to that user": image["chown"] == {image["user"]},
        "tender's files of secrets are mounted": files <= secrets,
        "tender knows each variable": {re.sub("_FILE$", "", name) for name in tender["environment"]} <= image["known"],
        "tender may finish what is in flight before it is killed":
            float(tender["stop_grace_period"].rstrip("s")) > image["drain"],
        "both check tender's health alike": tender["healthcheck"]["test"] == ["CMD", *image["health"]],
    }
    for name, service in compose["services"].items():
        rules[f"{name} has no rights and a read-only root"] = (
            service["read_only"] and service["cap_drop"] == ["ALL"]
            and "no-new-privileges:true" in service["security_opt"])
    return [name for name, holds in rules.items() if not holds]


# (what is broken, where in compose.yaml or among the image's facts, the wrong value)
BROKEN = [
    ("zooid's API_HOST is", "services.zooid.environment.API_HOST", "zooid-api.internal"),
    ("zooid listens on", "services.zooid.environment.PORT", "3335"),
    ("the host of ZOOID_API_URL is", "services.zooid.networks.control.aliases", ["zooid"]),
    ("tender is in internal", "networks.control.internal", False),
    ("zooid keeps all", "services.zooid.environment.MEDIA", "/media"),
    ("zooid's volume belongs", "services.zooid.user", "65533:65533"),
    ("zooid-volume prepares", "services.zooid-volume.volumes", ["tender-data:/app:rw"]),
    ("tender's volume is", "services.tender.volumes", ["tender-data:/var/lib/tender:rw"]),
    ("tender's database", "image.database", "/tender.db"),
    ("tender runs as", "services.tender.user", "0:0"),
    ("docs/docker.md gives", "image.chown", {"1000:1000"}),
    ("tender's files of secrets", "services.tender.secrets", []),
    ("tender knows each", "services.tender.environment.ZOOID_URL", "http://zooid"),
    ("tender may finish", "services.tender.stop_grace_period", "10s"),
    ("both check", "services.tender.healthcheck.test", ["CMD", "true"]),
    ("tender has no rights", "services.tender.read_only", False),
    ("zooid has no rights", "services.zooid.cap_drop", []),
]


def self_test(compose, image):
    for rule, path, value in BROKEN:
        broken = copy.deepcopy({**compose, "image": image})
        *parents, last = path.split(".")
        place = broken
        for key in parents:
            place = place[key]
        place[last] = value
        if not any(fault.startswith(rule) for fault in faults(broken, broken["image"])):
            sys.exit(f"compose: the check is broken: it does not notice {path} = {value!r}")


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    compose, image = parsed_compose(), image_facts()
    found = faults(compose, image)
    for fault in found:
        print(f"compose.yaml: this does not hold: {fault}")
    if found:
        sys.exit(1)
    self_test(compose, image)
    print(f"compose: valid, and {len(BROKEN)} broken variants of it are noticed")


if __name__ == "__main__":
    main()
