import { roomKey } from '../keys.ts';
import { type Handler, metaOf, re } from './handler.ts';

export const update: Handler<'update'> = async ({ session, node }, message) => {
  const { room } = message;
  const key = roomKey(session.realm, room);
  const isSeated = node.rooms.seatOf(session, key) !== undefined;
  const isUpdated = isSeated && (await node.rooms.update(session, key, metaOf(session, message.meta)));
  if (isUpdated) session.send({ type: 'updated', ...re(message), room });
  else session.fail('not-in-room', { ...re(message), room });
};
