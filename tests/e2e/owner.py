"""The owner of a relay, who changes it through NIP-86. Signs by BIP-340 on its own, so that tender's
signatures and checks are not what proves this."""

import base64
import hashlib
import json
import time
import urllib.request

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
     0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    if a == b:
        slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, P) % P
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P) % P
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(point, times):
    result = None
    while times:
        if times & 1:
            result = add(result, point)
        point = add(point, point)
        times >>= 1
    return result


def tagged(tag, data):
    prefix = hashlib.sha256(tag.encode()).digest()
    return hashlib.sha256(prefix + prefix + data).digest()


def to_bytes(number):
    return number.to_bytes(32, "big")


class Owner:
    def __init__(self, secret):
        point = multiply(G, secret)
        self.secret = secret if point[1] % 2 == 0 else N - secret
        self.public = to_bytes(point[0])
        self.pubkey = self.public.hex()

    def sign(self, message):
        k = int.from_bytes(tagged("BIP0340/nonce", to_bytes(self.secret) + self.public + message), "big") % N
        point = multiply(G, k)
        k = k if point[1] % 2 == 0 else N - k
        challenge = tagged("BIP0340/challenge", to_bytes(point[0]) + self.public + message)
        rest = (k + int.from_bytes(challenge, "big") * self.secret) % N
        return (to_bytes(point[0]) + to_bytes(rest)).hex()

    def token(self, url, body):
        event = {"pubkey": self.pubkey, "created_at": int(time.time()), "kind": 27235, "content": "",
                 "tags": [["u", url], ["method", "POST"], ["payload", hashlib.sha256(body).hexdigest()]]}
        fields = [0, event["pubkey"], event["created_at"], event["kind"], event["tags"], ""]
        digest = hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).digest()
        event.update(id=digest.hex(), sig=self.sign(digest))
        return "Nostr " + base64.b64encode(json.dumps(event).encode()).decode()

    def call(self, zooid, host, method, *params):
        """What the relay at `host` answers; `zooid` is the address at which it listens."""
        body = json.dumps({"method": method, "params": params}).encode()
        request = urllib.request.Request(zooid, body, {
            "Host": host, "Content-Type": "application/nostr+json+rpc",
            "Authorization": self.token("wss://" + host, body)})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)
