import { type Handler, re } from './handler.ts';

export const ice: Handler<'ice'> = ({ session, node }, message) => {
  const { iceServers, expiresInMs } = node.ice.serversFor(session.peer);
  session.send({
    type: 'ice-servers',
    ...re(message),
    iceServers: [...iceServers],
    ...(expiresInMs !== undefined && { expiresInMs }),
  });
};
