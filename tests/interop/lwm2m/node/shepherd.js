// coap-shepherd as a process that does what it is told: `node shepherd.js PORT FOLDER`. A line of JSON comes in for each
// request, `{"do": "read", "endpoint": …, "path": …}`, and one goes out for its answer and for each event.
'use strict';

const config = require('coap-shepherd/lib/config');
config.port = Number(process.argv[2]);
config.defaultDbFolder = process.argv[3];
config.defaultDbPath = `${process.argv[3]}/shepherd.db`;
// It looks for a network interface otherwise, which a container may lack.
process.env.npm_lifecycle_event = 'test';
// It is of LwM2M 1.0 and takes an object's version for the name of another object, which its database then refuses.
const words = require('coap-shepherd/lib/components/cutils');
const objectsOf = words.getObjListOfSo;
words.getObjListOfSo = (links) => objectsOf(links.toString().replace(/;ver=[0-9.]+/g, ''));
const shepherd = require('coap-shepherd');

const tell = (told) => process.stdout.write(`${JSON.stringify(told)}\n`);

shepherd.on('error', (error) => tell({ event: 'error', error: String(error) }));
shepherd.on('ready', () => {
  shepherd.permitJoin(3600);
  tell({ event: 'started' });
});
shepherd.on('ind', ({ type, cnode, data }) => {
  const endpoint = typeof cnode === 'string' ? cnode : cnode.clientName;
  if (type === 'devIncoming') tell({ event: 'registered', endpoint, lifetime: cnode.lifetime, version: cnode.version, objects: cnode.objList, so: cnode.so.dumpSync() });
  if (type === 'devUpdate') tell({ event: 'updated', endpoint, changed: data });
  if (type === 'devLeaving') tell({ event: 'unregistered', endpoint });
  if (type === 'devNotify') tell({ event: 'notified', endpoint, path: data.path, value: data.value });
});

const requests = {
  read: (device, { path }) => device.readReq(path),
  discover: (device, { path }) => device.discoverReq(path),
  write: (device, { path, value }) => device.writeReq(path, value),
  attributes: (device, { path, attributes }) => device.writeAttrsReq(path, attributes),
  execute: (device, { path, arguments: given }) => device.executeReq(path, given || []),
  observe: (device, { path }) => device.observeReq(path),
  cancel: (device, { path }) => device.cancelObserveReq(path),
};

require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  Promise.resolve()
    .then(() => requests[command.do](shepherd.find(command.endpoint), command))
    .then(({ status, data }) => tell({ code: status, value: data }), (error) => tell({ error: String(error) }));
});

shepherd.start();
