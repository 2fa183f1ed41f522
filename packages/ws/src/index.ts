/**
 * Sockets over `ws` and `node:http`, for machines that no uWebSockets.js binary fits, and as proof that the port is one.
 *
 * - `listen.ts` one server: binding, stopping, limits
 * - `upgrade.ts` from a handshake to 101 or a refusal
 * - `socket.ts` one WebSocket from open to close
 * - `http.ts` every other request; `request.ts` the copy that the node is given
 * - `proxy-protocol.ts` who connected to the proxy in front
 */
export { listen } from './listen.ts';
