// node-coap as a server of the resources that coap-peer has (tests/interop/coap/peer/server.rs): `server.js PORT`.
'use strict'
const coap = require('coap')

const large = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7 + Math.floor(at / 256)) & 255))
let store = null
let state = Buffer.from('0')
const observers = new Set()

const server = coap.createServer((request, response) => {
  const at = `${request.method} ${request.url}`
  const say = (code, body) => { response.code = code; response.end(body) }
  switch (at) {
    case 'GET /small': return say('2.05', 'small')
    case 'GET /large': return say('2.05', large)
    case 'GET /slow': return setTimeout(() => say('2.05', 'late'), 1500)
    case 'GET /store': return store ? say('2.05', store) : say('4.04')
    case 'PUT /store': { const code = store ? '2.04' : '2.01'; store = request.payload; return say(code) }
    case 'DELETE /store': store = null; return say('2.02')
    case 'PATCH /store':
    case 'iPATCH /store': store = request.payload; return say('2.04')
    case 'POST /reverse': return say('2.04', Buffer.from(request.payload).reverse())
    case 'FETCH /reverse': return say('2.05', Buffer.from(request.payload).reverse())
    case 'GET /state':
    case 'FETCH /state':
      if (request.headers.Observe === 0) {
        observers.add(response)
        response.on('finish', () => observers.delete(response))
        return response.write(state)
      }
      return say('2.05', state)
    case 'PUT /state':
      state = request.payload
      for (const observer of observers) observer.write(state)
      return say('2.04')
    default: return say('4.04')
  }
})
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'))
