// Giving up on an answer, and not giving up on one that is there.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { within } from './deadline.ts'

test('what does not come in time is given up', async () => {
  await expect(within(new Promise(() => {}), 5)).rejects.toThrow('no answer within 5 ms')
})

test('what fails, fails as it does', async () => {
  await expect(within(Promise.reject(new Error('refused')), 1000)).rejects.toThrow('refused')
})

test('an answer that came while this process was busy counts', async () => {
  const server = createServer((socket) => socket.end('answer')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const socket = connect(typeof address === 'object' ? address!.port : 0, '127.0.0.1')
  await once(socket, 'connect')
  const answer = within(once(socket, 'data'), 20)
  const busyUntil = performance.now() + 200
  while (performance.now() < busyUntil);
  expect(String(await answer)).toBe('answer')
  socket.destroy()
  server.close()
})
