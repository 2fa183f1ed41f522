import { type Received, MATCH_SIZE } from '@parley/protocol';

/** What an error reply says of the message that it answers. */
export const aboutOf = (message: Received) => ({
  ...(message.id !== undefined && { re: message.id }),
  ...('room' in message && message.room !== undefined && { room: message.room }),
  ...('queue' in message && { queue: message.queue, size: message.size ?? MATCH_SIZE.default }),
  ...(message.type === 'signal' && { to: message.to }),
});
