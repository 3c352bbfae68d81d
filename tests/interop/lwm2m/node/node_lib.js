// lwm2m-node-lib as a process that does what it is told: `node node_lib.js PORT`. A line of JSON comes in for each
// request, `{"do": "read", "endpoint": …, "path": …}`, and one goes out for its answer and for each event.
'use strict';

const { server } = require('lwm2m-node-lib');
const config = require('lwm2m-node-lib/config').server;

const tell = (told) => process.stdout.write(`${JSON.stringify(told)}\n`);

// The number that it has for a device.
let device;

const requests = {
  read: (ids, _, done) => server.read(device, ...ids, done),
  write: (ids, { value }, done) => server.write(device, ...ids, value, done),
  execute: (ids, { arguments: given }, done) => server.execute(device, ...ids, given || '', done),
  discover: (ids, _, done) => server.discover(device, ...ids, done),
  attributes: (ids, { attributes }, done) => server.writeAttributes(device, ...ids, attributes, done),
  create: ([object, instance], _, done) => server.create(device, object, instance, done),
  observe: (ids, { path }, done) => server.observe(device, ...ids, (value) => tell({ event: 'notified', path, value }), done),
  cancel: (ids, _, done) => server.cancelObserver(device, ...ids, done),
};

require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  const ids = command.path.split('/').slice(1);
  requests[command.do](ids, command, (error, value) => tell(error ? { error: error.name, code: error.code } : { value }));
});

server.start({ ...config, port: Number(process.argv[2]) }, (error, running) => {
  if (error) throw error;
  server.setHandler(running, 'registration', (endpoint, lifetime, version, binding, objects, done) => {
    // It is stored by then.
    server.getDevice(endpoint, (_, found) => {
      device = found.id;
      tell({ event: 'registered', endpoint, lifetime, version, binding, objects });
    });
    done();
  });
  server.setHandler(running, 'updateRegistration', (updated, done) => {
    tell({ event: 'updated', endpoint: updated.name, lifetime: updated.lifetime });
    done();
  });
  server.setHandler(running, 'unregistration', (gone, done) => {
    tell({ event: 'unregistered', endpoint: gone.name });
    done();
  });
  tell({ event: 'started' });
});
