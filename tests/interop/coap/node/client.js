// node-coap as a client: `client.js METHOD URI [--payload FILE] [--observe SECONDS]` prints a line for each response,
// its code, whether it is observed, and its payload in hex.
'use strict'
const { readFileSync } = require('fs')
const coap = require('coap')

const [method, uri, ...options] = process.argv.slice(2)
const value = (name) => options.includes(name) ? options[options.indexOf(name) + 1] : undefined
const payload = value('--payload') ? readFileSync(value('--payload')) : undefined
const seconds = value('--observe')
const { hostname, port, pathname } = new URL(uri)
const request = coap.request({ hostname, port, pathname, method: method === 'ipatch' ? 'iPATCH' : method.toUpperCase(), observe: seconds !== undefined, retrySend: 4 })
if (payload) request.setOption('Content-Format', Buffer.alloc(0))
if (payload && payload.length > 1024) request.setOption('Block1', Buffer.from([0x06]))
const print = (code, how, body) => console.log(`${code} ${how} ${body.toString('hex')}`)
request.on('error', (error) => { console.log(`failed: ${error.message}`); process.exit(0) })
request.on('response', (response) => {
  if (seconds !== undefined && response.code === '2.05') {
    response.on('data', (body) => print(response.code, 'observed', body))
    setTimeout(() => { response.close(); setTimeout(() => process.exit(0), 200) }, seconds * 1000)
  } else {
    const parts = []
    response.on('data', (part) => parts.push(part))
    response.on('end', () => { print(response.code, 'final', Buffer.concat(parts)); process.exit(0) })
  }
})
request.end(payload)
setTimeout(() => { console.log('failed: no answer'); process.exit(0) }, 60000)
