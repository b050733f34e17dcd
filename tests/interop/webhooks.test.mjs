// Has the reference library of Standard Webhooks verify what tender signs, another implementation of ed25519 what that
// library does not know (v1a), and a validator what events look like. HOOK_ORACLE names our side (hook_oracle.cpp),
// EVENT_SCHEMA docs/events.schema.json.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import test from 'node:test'

import { ed25519 } from '@noble/curves/ed25519'
import Ajv from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { Webhook, WebhookVerificationError } from 'standardwebhooks'

const BODY = JSON.stringify({ type: 'create_relay', timestamp: '2026-01-31T23:59:59.123Z', data: { name: 'grüße 😀' } })
const ID = 'evt_42_3'
const now = () => Math.round(Date.now() / 1000)

function ask(question) {
  const run = spawnSync(process.env.HOOK_ORACLE, { input: JSON.stringify(question) + '\n', encoding: 'utf8' })
  assert.equal(run.status, 0, String(run.error ?? run.stderr))
  const answer = JSON.parse(run.stdout)
  assert.equal(answer.error, undefined)
  return answer
}

const [shared, pair] = ask({ ask: 'generate' })
const [other] = ask({ ask: 'generate' })
const sign = (secrets, changes = {}) => ask({ ask: 'sign', secrets, id: ID, now: now(), body: BODY, ...changes })
const verify = (secret, body, headers) => new Webhook(secret).verify(body, headers)

test('the reference library accepts our signature', () => {
  assert.deepEqual(verify(shared.secret, BODY, sign([shared.secret])), JSON.parse(BODY))
})

test('the reference library accepts it with either key of a rotation', () => {
  const headers = sign([shared.secret, other.secret, pair.secret])
  assert.equal(headers['webhook-signature'].split(' ').length, 3)
  for (const key of [shared, other]) {
    assert.deepEqual(verify(key.secret, BODY, headers), JSON.parse(BODY))
  }
})

test('the reference library makes the same signature', () => {
  const seconds = now()
  const theirs = new Webhook(shared.secret).sign(ID, new Date(seconds * 1000), BODY)
  assert.equal(sign([shared.secret], { now: seconds })['webhook-signature'], theirs)
})

test('the reference library refuses what was altered, replayed or signed by another', () => {
  const headers = sign([shared.secret])
  const refused = (secret, body, changes) =>
    assert.throws(() => verify(secret, body, { ...headers, ...changes }), WebhookVerificationError)
  refused(shared.secret, BODY.replace('create', 'delete'), {})
  refused(shared.secret, BODY + ' ', {})
  refused(shared.secret, BODY, { 'webhook-id': 'evt_42_4' })
  refused(shared.secret, BODY, { 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) })
  refused(other.secret, BODY, {})
  const old = sign([shared.secret], { now: now() - 600 })
  assert.throws(() => verify(shared.secret, BODY, old), /too old/)
})

test('noble accepts our v1a signature by the public key alone, and refuses an altered message', () => {
  const headers = sign([pair.secret])
  const [version, signature] = headers['webhook-signature'].split(',')
  assert.equal(version, 'v1a')
  const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64'))
  const valid = (body) =>
    ed25519.verify(bytes(signature), new TextEncoder().encode(`${ID}.${headers['webhook-timestamp']}.${body}`),
      bytes(pair.public.slice('whpk_'.length)))
  assert.equal(valid(BODY), true)
  assert.equal(valid(BODY + ' '), false)
})

// The published schema lets receivers bear with members that a newer tender adds; here they are faults.
function closed(schema) {
  const all = { ...schema, unevaluatedProperties: false }
  for (const [name, each] of Object.entries(schema.$defs)) {
    if (name.endsWith('_detail')) {
      all.$defs[name] = { ...each, unevaluatedProperties: false }
    }
  }
  return all
}

const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true })
addFormats(ajv)
const validate = ajv.compile(closed(JSON.parse(readFileSync(process.env.EVENT_SCHEMA, 'utf8'))))
const events = ask({ ask: 'events' }).map((body) => JSON.parse(body))

test('every event of tender is as docs/events.schema.json says', () => {
  assert.ok(events.length >= 20)
  for (const event of events) {
    assert.equal(validate(event), true, JSON.stringify({ event, errors: validate.errors }))
  }
})

test('the schema takes the type of another program, with any detail', () => {
  const event = structuredClone(events[0])
  event.type = event.data.activity_type = 'invoice_paid'
  event.data.detail = { amount: 3 }
  assert.equal(validate(event), true, JSON.stringify(validate.errors))
})

test('the schema refuses what is no event of tender', () => {
  const valid = (change) => {
    const event = structuredClone(events.find(({ type }) => type === 'complete_relay_sync'))
    change(event)
    return validate(event)
  }
  assert.equal(valid(() => {}), true)
  for (const change of [
    (event) => { event.more = 1 },
    (event) => { event.timestamp = 'yesterday' },
    (event) => { event.data.seq = '1' },
    (event) => { event.data.activity_type = 'create_relay' },
    (event) => { event.data.detail.revision = 'one' },
    (event) => { event.data.detail.more = 1 },
    (event) => { delete event.data.detail.created },
    (event) => { delete event.data.id },
  ]) {
    assert.equal(valid(change), false, String(change))
  }
})
