/** An address at which no browser looks for a server, and says so on the console. */
export const NOWHERE = 'ws://127.0.0.1:9/';
