// PeerServer as published, with as many clients as one likes; everything else is its default.
import type { AddressInfo } from 'node:net';

import { PeerServer } from 'peer';

import { tellPort } from './listening.ts';

PeerServer({ host: '127.0.0.1', port: 0, concurrent_limit: 1_000_000 }, (server) => {
  tellPort((server.address() as AddressInfo).port);
});
