"""Has the reference library of Standard Webhooks for Python verify what tender signs.

HOOK_ORACLE names our side (hook_oracle.cpp).
"""
import json
import os
import subprocess
import time
import unittest

from standardwebhooks import Webhook, WebhookVerificationError

BODY = json.dumps({"type": "create_relay", "data": {"name": "grüße 😀"}}, ensure_ascii=False)


def ask(question):
    line = json.dumps(question) + "\n"
    run = subprocess.run([os.environ["HOOK_ORACLE"]], input=line, capture_output=True, check=True, encoding="utf-8")
    return json.loads(run.stdout)


def sign(*keys, now=None):
    secrets = [key["secret"] for key in keys]
    return ask({"ask": "sign", "secrets": secrets, "id": "evt_42_3", "now": now or int(time.time()), "body": BODY})


class ReferenceLibrary(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared, cls.pair = ask({"ask": "generate"})
        cls.other, _ = ask({"ask": "generate"})

    def test_accepts_our_signature(self):
        self.assertEqual(Webhook(self.shared["secret"]).verify(BODY, sign(self.shared)), json.loads(BODY))

    def test_accepts_either_key_of_a_rotation(self):
        headers = sign(self.other, self.pair, self.shared)
        for key in (self.shared, self.other):
            self.assertEqual(Webhook(key["secret"]).verify(BODY, headers), json.loads(BODY))

    def test_refuses_what_was_altered_replayed_or_signed_by_another(self):
        headers = sign(self.shared)
        for key, body, changes in (
            (self.shared, BODY.replace("create", "delete"), {}),
            (self.shared, BODY, {"webhook-id": "evt_42_4"}),
            (self.shared, BODY, {"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}),
            (self.shared, BODY, sign(self.shared, now=int(time.time()) - 600)),
            (self.other, BODY, {}),
        ):
            with self.assertRaises(WebhookVerificationError):
                Webhook(key["secret"]).verify(body, {**headers, **changes})


if __name__ == "__main__":
    unittest.main()
