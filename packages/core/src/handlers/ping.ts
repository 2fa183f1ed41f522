import { type Handler, re } from './handler.ts';

export const ping: Handler<'ping'> = ({ session }, message) => session.send({ type: 'pong', ...re(message) });
