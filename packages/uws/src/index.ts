/**
 * Sockets over uWebSockets.js, which is what production runs.
 *
 * - `load.ts` finds a binary that this machine can load
 * - `listen.ts` one server: binding, stopping, what the library is told
 * - `upgrade.ts` from a handshake to 101 or a refusal
 * - `socket.ts` one WebSocket from open to close
 * - `http.ts` every other request; `request.ts` the copy that outlives the library's
 */
export { listenWith } from './listen.ts';
export { load } from './load.ts';
export type { Library, Loaded, Refusal } from './load.ts';
