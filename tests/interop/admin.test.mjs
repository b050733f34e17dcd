// A running sidecar lets in whom nostr-tools makes a token for. TENDER names the binary.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'

import * as nip19 from 'nostr-tools/nip19'
import * as nip98 from 'nostr-tools/nip98'
import { finalizeEvent, generateSecretKey, getPublicKey } from 'nostr-tools/pure'

const owner = generateSecretKey()
const reader = generateSecretKey()

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })
})

async function start(t) {
  const directory = mkdtempSync(join(tmpdir(), 'tender-interop-'))
  const port = await freePort()
  const npub = (secret) => nip19.npubEncode(getPublicKey(secret))
  const sidecar = spawn(process.env.TENDER, ['run'], {
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      ZOOID_API_URL: 'http://127.0.0.1:9',
      RELAY_DOMAIN: 'relays.example',
      ROBOT_SECRET: Buffer.from(generateSecretKey()).toString('hex'),
      DATABASE_URL: 'sqlite://' + join(directory, 'tender.db'),
      ADMIN_BIND: `127.0.0.1:${port}`,
      ADMIN_PUBKEYS: `${npub(owner)},${npub(reader)}:ro`,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise((resolve) => sidecar.on('exit', resolve))
  t.after(async () => {
    sidecar.kill()
    await ended
    rmSync(directory, { recursive: true })
  })
  let log = ''
  await new Promise((resolve, reject) => {
    sidecar.stderr.on('data', (bytes) => {
      log += bytes
      if (log.includes('the admin API listens')) resolve()
    })
    ended.then(() => reject(new Error(log)))
  })
  return `http://127.0.0.1:${port}`
}

const tokenOf = (secret, url, method, body) =>
  nip98.getToken(url, method, (event) => finalizeEvent(event, secret), true, body)

async function ask(secret, url, method = 'GET', body = undefined) {
  const headers = { Authorization: await tokenOf(secret, url, method, body) }
  return fetch(url, { method, headers, body: body && JSON.stringify(body) })
}

test('a sidecar accepts the tokens of nostr-tools', async (t) => {
  const base = await start(t)
  assert.equal((await ask(owner, `${base}/v1/status`)).status, 200)
  assert.equal((await ask(reader, `${base}/v1/relays?limit=5`)).status, 200)
  const relay = { tenant: getPublicKey(owner), subdomain: 'blue', info_name: 'grüße 😀' }
  const created = await ask(owner, `${base}/v1/relays`, 'POST', relay)
  assert.equal(created.status, 201)
  assert.equal((await created.json()).info_name, relay.info_name)
  assert.equal((await ask(reader, `${base}/v1/relays/blue`, 'DELETE')).status, 403)
})

test('a sidecar refuses them once used, for another URL and with another body', async (t) => {
  const base = await start(t)
  const url = `${base}/v1/relays?limit=5`
  const headers = { Authorization: await tokenOf(owner, url, 'GET') }
  assert.equal((await fetch(url, { headers })).status, 200)
  assert.equal((await fetch(url, { headers })).status, 401)
  const other = { Authorization: await tokenOf(owner, `${base}/v1/relays`, 'GET') }
  assert.equal((await fetch(url, { headers: other })).status, 401)
  const relay = { tenant: getPublicKey(owner), subdomain: 'blue' }
  const signed = { Authorization: await tokenOf(owner, `${base}/v1/relays`, 'POST', relay) }
  const body = JSON.stringify({ ...relay, subdomain: 'green' })
  assert.equal((await fetch(`${base}/v1/relays`, { method: 'POST', headers: signed, body })).status, 401)
  assert.equal((await ask(generateSecretKey(), url)).status, 401)
})
