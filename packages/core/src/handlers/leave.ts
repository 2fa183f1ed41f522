import { roomKey } from '../keys.ts';
import { LIMITS } from '../limits.ts';
import { pause } from '../patience.ts';
import { type Handler, re } from './handler.ts';

export const leave: Handler<'leave'> = async ({ session, node }, message) => {
  const { room } = message;
  const about = { ...re(message), room };
  const key = roomKey(session.realm, room);
  if (!session.rooms.has(key)) return session.fail('not-in-room', about);

  // Who leaves is out from this moment. The others hear of it, and the seat is free, as soon as the directory can be told.
  const left = node.rooms.leave(session, key, 'left');
  await Promise.race([left, pause(node.clock, LIMITS.leaveAnswerMs)]);
  session.send({ type: 'left', ...about });
};
