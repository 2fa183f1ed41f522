import { roomKey } from '../keys.ts';
import { type Handler, re } from './handler.ts';

export const leave: Handler<'leave'> = async ({ session, node }, message) => {
  const { room } = message;
  const key = roomKey(session.realm, room);
  if (!session.rooms.has(key)) return session.fail('not-in-room', { ...re(message), room });
  await node.rooms.leave(session, key, 'left');
  session.send({ type: 'left', ...re(message), room });
};
