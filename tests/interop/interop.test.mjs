// Compares tender's nostr room with nostr-tools: what one makes, the other must accept, and both
// must refuse what was tampered with. NOSTR_ORACLE names our side (nostr_oracle.cpp).
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import test from 'node:test'

import * as nip19 from 'nostr-tools/nip19'
import * as nip98 from 'nostr-tools/nip98'
import { finalizeEvent, generateSecretKey, getEventHash, getPublicKey, verifyEvent } from 'nostr-tools/pure'

const URL = 'https://zooid.example.com/relay/abc'
const BODY = { host: 'grüße.example.com', info: { name: 'a "b" \\ 😀', icon: 'x/y' }, inactive: false }

const secret = generateSecretKey()
const key = Buffer.from(secret).toString('hex')
const now = () => Math.round(Date.now() / 1000)

// Asks tender every question at once; the answers come in the same order.
function askAll(questions) {
  const input = questions.map((question) => JSON.stringify(question) + '\n').join('')
  const run = spawnSync(process.env.NOSTR_ORACLE, { input, encoding: 'utf8', maxBuffer: 1 << 28 })
  assert.equal(run.status, 0, String(run.error ?? run.stderr))
  const answers = run.stdout.trimEnd().split('\n').map((line) => JSON.parse(line))
  assert.equal(answers.length, questions.length)
  return answers
}

function ask(question) {
  const [answer] = askAll([question])
  assert.equal(answer.error, undefined)
  return answer
}

function ourToken(changes = {}) {
  const body = JSON.stringify(BODY)
  return ask({ ask: 'make_token', key, url: URL, method: 'PATCH', body, now: now(), ...changes }).header
}

const sign = (event) => finalizeEvent(event, secret)
const theirToken = (method = 'PATCH', body = BODY) => nip98.getToken(URL, method, sign, true, body)

function ourVerdict(header, changes = {}) {
  const body = JSON.stringify(BODY)
  return ask({ ask: 'verify_token', header, url: URL, method: 'PATCH', body, now: now(), ...changes })
}

const eventIn = (header) => JSON.parse(Buffer.from(header.slice('Nostr '.length), 'base64').toString())
const headerOf = (event) => 'Nostr ' + Buffer.from(JSON.stringify(event)).toString('base64')
const flip = (hex, at) => hex.slice(0, at) + (hex[at] === '0' ? '1' : '0') + hex.slice(at + 1)

// Each is done to the parsed JSON of a good token, so that no cached verdict of nostr-tools' survives.
const TAMPERINGS = {
  id: (event) => { event.id = flip(event.id, 7) },
  signature: (event) => { event.sig = flip(event.sig, 100) },
  pubkey: (event) => { event.pubkey = getPublicKey(generateSecretKey()) },
  url: (event) => { event.tags[0][1] = 'https://zooid.example.com/relay/other' },
  method: (event) => { event.tags[1][1] = 'DELETE' },
  payload: (event) => { event.tags[2][1] = flip(event.tags[2][1], 0) },
  time: (event) => { event.created_at += 1 },
  kind: (event) => { event.kind += 1 },
  content: (event) => { event.content = ' ' },
}

test('nostr-tools accepts our token', async () => {
  const header = ourToken()
  assert.equal(await nip98.validateToken(header, URL, 'PATCH'), true)
  const event = await nip98.unpackEventFromToken(header)
  assert.equal(event.pubkey, getPublicKey(secret))
  assert.equal(verifyEvent(event), true)
  assert.equal(await nip98.validateEvent(event, URL, 'PATCH', BODY), true)
  assert.equal(nip98.validateEventPayloadTag(event, BODY), true)
})

test('nostr-tools accepts our token for a request without a body', async () => {
  const header = ourToken({ method: 'GET', body: '' })
  assert.equal(await nip98.validateToken(header, URL, 'GET'), true)
})

test('nostr-tools refuses our token for another URL, method or body', async () => {
  const header = ourToken()
  await assert.rejects(nip98.validateToken(header, URL + '/', 'PATCH'), /url tag invalid/)
  await assert.rejects(nip98.validateToken(header, URL, 'POST'), /method tag invalid/)
  const event = await nip98.unpackEventFromToken(header)
  await assert.rejects(nip98.validateEvent(event, URL, 'PATCH', { ...BODY, inactive: true }), /payload tag/)
})

// This version of nostr-tools does not refuse a token from the future; we do (below).
test('nostr-tools refuses our token when it is old', async () => {
  await assert.rejects(nip98.validateToken(ourToken({ now: now() - 120 }), URL, 'PATCH'), /created_at/)
})

for (const [name, tamper] of Object.entries(TAMPERINGS)) {
  test(`nostr-tools refuses our token with a tampered ${name}`, async () => {
    const event = eventIn(ourToken())
    tamper(event)
    await assert.rejects(nip98.validateToken(headerOf(event), URL, 'PATCH'), /signature invalid/)
  })

  test(`we refuse nostr-tools' token with a tampered ${name}`, async () => {
    const event = eventIn(await theirToken())
    tamper(event)
    assert.equal(ourVerdict(headerOf(event)).fault, name === 'kind' ? 'kind' : 'signature')
  })
}

test("we accept nostr-tools' token", async () => {
  assert.deepEqual(ourVerdict(await theirToken()), { fault: 'none', signer: getPublicKey(secret) })
  const bare = await nip98.getToken(URL, 'GET', sign, true)
  assert.equal(ourVerdict(bare, { method: 'GET', body: '' }).fault, 'none')
})

test("we refuse nostr-tools' token for another URL, method, body or time", async () => {
  const header = await theirToken()
  assert.equal(ourVerdict(header, { url: URL + '?a=b' }).fault, 'url')
  assert.equal(ourVerdict(header, { method: 'POST' }).fault, 'method')
  assert.equal(ourVerdict(header, { body: '{}' }).fault, 'payload')
  assert.equal(ourVerdict(header, { now: now() + 120 }).fault, 'created_at')
  assert.equal(ourVerdict(header, { now: now() - 120 }).fault, 'created_at')
})

// Contents on which implementations could disagree about the bytes that are hashed.
const CONTENTS = [
  ...Array.from({ length: 0x21 }, (_, code) => String.fromCharCode(code)),
  Array.from({ length: 0x100 }, (_, code) => String.fromCharCode(code)).join(''),
  '"', '\\', '\\"', '\\n', '/', '</script>', '\u007f', '\u0080', '\u00a0', '\u2028\u2029', '\ufeff', '\ufffd', '\uffff',
  '😀', '👩‍👩‍👧‍👦', '日本語', 'e\u0301', '\u{10ffff}', '{"a":[1,2]}', ' leading and trailing ', '',
]

test('both compute the same id for every content', () => {
  const tags = CONTENTS.map((content) => ['t', content, ''])
  const answers = askAll(CONTENTS.map((content) => ({ ask: 'sign', key, now: 1700000000, tags, content })))
  answers.forEach((answer, index) => {
    const event = JSON.parse(answer.event)
    assert.equal(event.content, CONTENTS[index])
    assert.deepEqual(event.tags, tags)
    assert.equal(event.id, getEventHash(event), JSON.stringify(CONTENTS[index]))
    assert.equal(verifyEvent(event), true)
    // Our JSON text and that of JSON.stringify are the same bytes, too.
    assert.equal(answer.event, JSON.stringify(event))
  })
})

test("we verify nostr-tools' events of every content", () => {
  const events = CONTENTS.map((content) => sign({ kind: 1, created_at: 1700000000, tags: [['t', content]], content }))
  const answers = askAll(events.map((event) => ({ ask: 'verify', event: JSON.stringify(event) })))
  answers.forEach((answer, index) => {
    assert.deepEqual(answer, { valid: true, id: events[index].id }, JSON.stringify(CONTENTS[index]))
  })
})

test('both write the same keys', () => {
  const secrets = Array.from({ length: 50 }, () => generateSecretKey())
  const answers = askAll(secrets.map((bytes) => ({ ask: 'describe_key', key: nip19.nsecEncode(bytes) })))
  answers.forEach((answer, index) => {
    const publicKey = getPublicKey(secrets[index])
    assert.equal(answer.secret, Buffer.from(secrets[index]).toString('hex'))
    assert.equal(answer.public, publicKey)
    assert.equal(answer.npub, nip19.npubEncode(publicKey))
    assert.equal(answer.from_npub, publicKey)
    assert.deepEqual(nip19.decode(answer.npub), { type: 'npub', data: publicKey })
  })
})

test('both refuse an nsec with any one character changed', () => {
  const nsec = nip19.nsecEncode(secret)
  const broken = Array.from({ length: nsec.length - 5 }, (_, i) => {
    const at = i + 5
    return nsec.slice(0, at) + (nsec[at] === 'q' ? 'p' : 'q') + nsec.slice(at + 1)
  })
  askAll(broken.map((text) => ({ ask: 'describe_key', key: text }))).forEach((answer, index) => {
    assert.match(answer.error, /^not a secret key/)
    assert.throws(() => nip19.decode(broken[index]))
  })
})
