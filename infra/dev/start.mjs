// npm start [-- --lan]
// Installs, builds and runs one node on this machine, without Redis, with the demo page. Plain Node and npm are enough.
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { firstFreePort } from './ports.mjs';
import { build, install } from './prepare.mjs';
import { startNode } from './start-node.mjs';
import { requireNode, root } from './workspace.mjs';

requireNode();
const isLan = readArguments(process.argv.slice(2));

for (const prepare of [install, build]) {
  const { ok, output } = await prepare();
  if (ok) continue;
  console.error(output);
  process.exit(1);
}

const settings = await chooseSettings();
if (isLan) warnAboutLan();
startNode(settings, announce);

/** @param {readonly string[]} args @returns {boolean} whether everybody on this network may connect */
function readArguments(args) {
  const unknown = args.find((arg) => arg !== '--lan');
  if (unknown === undefined) return args.length > 0;
  console.error(`Unknown argument ${unknown}: npm start takes only "-- --lan", to listen on all interfaces.`);
  process.exit(2);
}

/** The node's environment. What is set already stays: whoever sets PARLEY_AUTH wants it. @returns {Promise<NodeJS.ProcessEnv>} */
async function chooseSettings() {
  const given = process.env;
  const hasAuth = Object.keys(given).some((name) => /^PARLEY_(AUTH|PUBLIC_|JWT_)/.test(name));
  const host = given.PARLEY_HOST ?? (isLan ? '0.0.0.0' : '127.0.0.1');
  return {
    ...(!hasAuth && { PARLEY_AUTH: 'none' }),
    PARLEY_HOST: host,
    PARLEY_PORT: given.PARLEY_PORT ?? String(await choosePort(host)),
    PARLEY_OPS_PORT: '0',
    PARLEY_ALLOWED_ORIGINS: '*',
    PARLEY_DRAIN_MS: '0',
    PARLEY_SOCKET: 'auto',
    PARLEY_DEMO_DIR: join(root, 'apps/demo/dist'),
    ...given,
  };
}

/** @param {string} host */
async function choosePort(host) {
  const port = await firstFreePort(8080, [host, '127.0.0.1', '::1']);
  if (port !== 8080) console.log(`Port 8080 is taken, so this is port ${port}`);
  return port;
}

function warnAboutLan() {
  console.log(
    'WARNING: everybody on this network can connect. There is no TLS, so browsers on other devices give',
  );
  console.log('         the page no camera, no microphone and no clipboard. Stop it when you are done.');
}

/** @param {number} port the one that the node listens on */
function announce(port) {
  const addresses = isLan ? lanAddresses() : [];
  // The page itself learns by which address others reach it, for its link and its QR code.
  const query = addresses[0] ? `?lan=${addresses[0]}` : '';
  console.log(`Parley is ready at http://localhost:${port}/${query} (open it, and then its link)`);
  for (const address of addresses) console.log(`  from other devices: http://${address}:${port}/`);
  console.log(`  ${describeAccess()}. Ctrl-C ends it.`);
}

function describeAccess() {
  const auth = settings.PARLEY_AUTH === 'none' ? 'no auth' : 'auth as set in the environment';
  const origins = settings.PARLEY_ALLOWED_ORIGINS;
  const isLoopback = ['127.0.0.1', 'localhost', '::1'].includes(settings.PARLEY_HOST ?? '');
  return [
    auth,
    origins === '*' ? 'every origin allowed' : `origins ${origins}`,
    isLoopback ? 'loopback only' : `listening on ${settings.PARLEY_HOST}`,
  ].join(', ');
}

function lanAddresses() {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => address.family === 'IPv4' && !address.internal)
    .map((address) => address.address);
}
